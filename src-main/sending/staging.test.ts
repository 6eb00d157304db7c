import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { realPorts } from "../ports/real.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openStaging } from "./staging.ts";

function stage() {
  const root = temporaryFolder();
  const allowed = join(root, "Pictures");
  const folder = join(root, "staged");
  mkdirSync(allowed);
  const { clock, randomness } = realPorts();
  const file = (name: string, content = "bytes"): string => {
    const path = join(allowed, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  return {
    root,
    allowed,
    folder,
    file,
    staging: openStaging({ folder, allowed: [allowed], clock, randomness }),
  };
}

describe("a file on its way out", () => {
  it("is copied under its own name, for this user only", async () => {
    const { staging, file, folder } = stage();
    const copy = await staging.stage(file("cat.png"));
    expect(copy.startsWith(folder)).toBe(true);
    expect(basename(copy)).toBe("cat.png");
    expect(readFileSync(copy, "utf8")).toBe("bytes");
    expect(statSync(copy).mode & 0o777).toBe(0o600);
  });

  it("does not meet another of the same name", async () => {
    const { staging, file } = stage();
    const path = file("cat.png");
    expect(await staging.stage(path)).not.toBe(await staging.stage(path));
  });

  it.each([
    ["outside of the allowed folders", "../secret.txt"],
    ["in a dot-folder", ".ssh/id"],
    ["that is a dot-file", ".env"],
    ["in a Library", "Library/Keychains/login"],
  ])("is refused when it is one %s", async (_what, name) => {
    const { staging, file } = stage();
    await expect(staging.stage(file(name))).rejects.toMatchObject({ code: "path_not_allowed" });
  });

  it("is refused when a link leads out of the allowed folders", async () => {
    const { staging, root, allowed } = stage();
    writeFileSync(join(root, "secret.txt"), "secret");
    symlinkSync(join(root, "secret.txt"), join(allowed, "innocent.txt"));
    await expect(staging.stage(join(allowed, "innocent.txt"))).rejects.toMatchObject({
      code: "path_not_allowed",
    });
  });

  it.each([["nowhere.png"], ["a\0b"]])("is refused when it is not there: %j", async (name) => {
    const { staging, allowed } = stage();
    await expect(staging.stage(join(allowed, name))).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("is refused when it is a folder", async () => {
    const { staging, allowed } = stage();
    mkdirSync(join(allowed, "album"));
    await expect(staging.stage(join(allowed, "album"))).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("is swept away after an hour, and not before", async () => {
    const { staging, file } = stage();
    const [old, young] = [await staging.stage(file("old.png")), await staging.stage(file("young.png"))];
    const then = Date.now() / 1_000 - 3_700;
    utimesSync(join(old, ".."), then, then);
    await staging.sweep();
    expect(() => statSync(old)).toThrow();
    expect(statSync(young).isFile()).toBe(true);
  });
});
