import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { realPorts } from "../ports/real.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openStaging } from "./staging.ts";

function stage() {
  const root = temporaryFolder();
  const allowed = join(root, "Pictures");
  const data = join(allowed, "Bellhop");
  const needed = new Set<string>();
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
    needed,
    staging: openStaging({
      folder,
      allowed: [allowed],
      forbidden: [data],
      clock,
      randomness,
      isNeeded: (copy) => needed.has(copy),
    }),
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
    ["in the data folder", "Bellhop/data.key"],
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

  it("may be a link to a file that may be sent", async () => {
    const { staging, file, allowed } = stage();
    symlinkSync(file("cat.png"), join(allowed, "link.png"));
    expect(readFileSync(await staging.stage(join(allowed, "link.png")), "utf8")).toBe("bytes");
  });

  it("is refused with the same words whether it is not there, not allowed, or no file", async () => {
    const { staging, allowed, root } = stage();
    mkdirSync(join(allowed, "album"));
    execFileSync("mkfifo", [join(allowed, "pipe")]);
    writeFileSync(join(root, "secret.txt"), "secret");
    for (const name of ["nowhere.png", "a\0b", "album", "pipe", "../secret.txt", "../nothing.txt"]) {
      const path = join(allowed, name);
      const words = `attachment ${path} is no file in a folder that may be sent from (${allowed})`;
      await expect(staging.stage(path)).rejects.toMatchObject({ code: "path_not_allowed", message: words });
    }
  });

  it("is not swept away while it is still to be sent", async () => {
    const { staging, file, needed } = stage();
    const copy = await staging.stage(file("waits.png"));
    needed.add(copy);
    const then = Date.now() / 1_000 - 3_700;
    utimesSync(join(copy, ".."), then, then);
    await staging.sweep();
    expect(statSync(copy).isFile()).toBe(true);
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
