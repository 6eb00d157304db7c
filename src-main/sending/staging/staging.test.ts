import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openedFiles, PNG } from "../../files/testing/opened-files.ts";
import { toolConverter } from "../../messages-app/converter.ts";
import { realPorts } from "../../ports/real.ts";
import { until } from "../../testing/until.ts";
import { openStaging } from "./staging.ts";

const MB = 1024 * 1024;
/** Stands in for afconvert: writes down its options, and makes what it read the note. */
const AFCONVERT = `echo "$1 $2 $3 $4 $5 $6" > "$0.log"
grep -q broken "$7" && exit 1
printf 'note of %s: ' "$(basename "$7")" > "$8"; cat "$7" >> "$8"`;

/** A folder that files may be sent from, one of uploads, and what copies them. */
function stage({ afconvert = AFCONVERT as string | null, chosen = [] as string[] } = {}) {
  const uploads = openedFiles();
  const { root, files, add } = uploads;
  const allowed = join(root, "Pictures");
  const data = join(allowed, "Bellhop");
  const needed = new Set<string>();
  const folder = join(root, "staged");
  const tool = join(root, "afconvert");
  mkdirSync(allowed);
  if (afconvert !== null) {
    writeFileSync(tool, `#!/bin/sh\n${afconvert}\n`);
    chmodSync(tool, 0o700);
  }
  const { clock, randomness, processes } = realPorts();
  const file = (name: string, content: string | Uint8Array = "bytes"): string => {
    const path = join(allowed, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  const staging = openStaging({
    folder,
    allowed: [allowed],
    forbidden: [data],
    chosen: () => chosen,
    uploaded: files,
    converter: toolConverter({ tools: { jpeg: join(root, "sips"), m4a: tool }, processes }),
    clock,
    randomness,
    isNeeded: (copy) => needed.has(copy),
  });
  return {
    ...uploads,
    root,
    allowed,
    folder,
    tool,
    file,
    needed,
    chosen,
    staging,
    add,
    /** Stages by path. */
    path: (path: string) => staging.stage({ path }),
    /** All copies, and what lies beside them. */
    copies: () => (existsSync(folder) ? readdirSync(folder) : []),
  };
}

afterEach(() => void vi.unstubAllEnvs());

describe("a file on its way out", () => {
  it("is copied under its own name, for this user only", async () => {
    const { path, file, folder } = stage();
    const copy = await path(file("cat.png"));
    expect(copy).toEqual({ path: expect.stringContaining(folder), name: "cat.png", sizeBytes: 5 });
    expect(basename(copy.path)).toBe("cat.png");
    expect(readFileSync(copy.path, "utf8")).toBe("bytes");
    expect(statSync(copy.path).mode & 0o777).toBe(0o600);
    expect(statSync(join(copy.path, "..")).mode & 0o777).toBe(0o700);
  });

  it("that nobody may write to is copied all the same", async () => {
    const { path, file } = stage();
    const original = file("cat.png");
    chmodSync(original, 0o400);
    expect(statSync((await path(original)).path).mode & 0o777).toBe(0o600);
  });

  it("does not meet another of the same name", async () => {
    const { path, file } = stage();
    const original = file("cat.png");
    expect((await path(original)).path).not.toBe((await path(original)).path);
  });

  it("does not change with the original", async () => {
    const { path, file } = stage();
    const original = file("cat.png");
    const copy = await path(original);
    writeFileSync(original, "other bytes");
    expect(readFileSync(copy.path, "utf8")).toBe("bytes");
  });

  it.each([
    ["outside of the allowed folders", "../secret.txt"],
    ["in a dot-folder", ".ssh/id"],
    ["that is a dot-file", ".env"],
    ["in a Library", "Library/Keychains/login"],
    ["in the data folder", "Bellhop/data.key"],
  ])("is refused when it is one %s", async (_what, name) => {
    const { path, file, copies } = stage();
    await expect(path(file(name))).rejects.toMatchObject({ code: "path_not_allowed" });
    expect(copies()).toEqual([]);
  });

  it("is refused when a link leads out of the allowed folders", async () => {
    const { path, root, allowed } = stage();
    writeFileSync(join(root, "secret.txt"), "secret");
    symlinkSync(join(root, "secret.txt"), join(allowed, "innocent.txt"));
    await expect(path(join(allowed, "innocent.txt"))).rejects.toMatchObject({ code: "path_not_allowed" });
  });

  it("may be a link to a file that may be sent", async () => {
    const { path, file, allowed } = stage();
    symlinkSync(file("cat.png"), join(allowed, "link.png"));
    expect(readFileSync((await path(join(allowed, "link.png"))).path, "utf8")).toBe("bytes");
  });

  it("is refused with the same words whether it is not there, not allowed, or no file", async () => {
    const { path, allowed, root } = stage();
    mkdirSync(join(allowed, "album"));
    execFileSync("mkfifo", [join(allowed, "pipe")]);
    writeFileSync(join(root, "secret.txt"), "secret");
    const names = ["nowhere.png", "a\0b", "album", "pipe", "../secret.txt", "../nothing.txt"];
    for (const given of [...names.map((name) => join(allowed, name)), "relative.txt", "~root/x", ""]) {
      const words = `attachment ${given}: there is no such file, or it is in none of the folders that may be sent from (${allowed})`;
      const message = expect.stringContaining(words);
      await expect(path(given)).rejects.toMatchObject({ code: "path_not_allowed", message });
    }
  });

  it("may be given by way of the home folder", async () => {
    const { path, file, root } = stage();
    file("cat.png");
    vi.stubEnv("HOME", root);
    expect(homedir()).toBe(root);
    expect((await path("~/Pictures/cat.png")).name).toBe("cat.png");
  });

  it("comes from the folders that the person chose, and from no others then", async () => {
    const { path, file, root, chosen } = stage();
    const [usual, other] = [file("cat.png"), file("../Music/song.mp3")];
    vi.stubEnv("HOME", root);
    chosen.push("~/Music");
    expect((await path(other)).name).toBe("song.mp3");
    await expect(path(usual)).rejects.toMatchObject({ code: "path_not_allowed" });
    // What may never be sent may not be chosen either.
    chosen.push(root);
    await expect(path(file("Bellhop/data.key"))).rejects.toMatchObject({ code: "path_not_allowed" });
    chosen.length = 0;
    expect((await path(usual)).name).toBe("cat.png");
  });

  it("is refused above 100 MB, and nothing is left of it", async () => {
    const { path, file, copies } = stage();
    const large = file("film.mov");
    truncateSync(large, 100 * MB);
    expect((await path(large)).sizeBytes).toBe(100 * MB);
    truncateSync(large, 100 * MB + 1);
    await expect(path(large)).rejects.toMatchObject({ code: "payload_too_large" });
    expect(copies()).toHaveLength(1);
  });

  it.skipIf(process.platform !== "linux")("leaves extended attributes behind", async (test) => {
    const { path, file } = stage();
    const original = file("cat.png");
    const python = (code: string): string =>
      execFileSync("python3", ["-c", code], { encoding: "utf8" }).trim();
    try {
      python(`import os; os.setxattr("${original}", "user.quarantine", b"1")`);
    } catch {
      return test.skip("no python3 here, or no attributes on this disk");
    }
    expect(python(`import os; print(os.listxattr("${original}"))`)).toContain("user.quarantine");
    expect(python(`import os; print(os.listxattr("${(await path(original)).path}"))`)).toBe("[]");
  });

  it("that cannot be copied leaves nothing, and the reason is told", async () => {
    const { path, file, folder } = stage();
    writeFileSync(folder, "a file where the folder should be");
    await expect(path(file("cat.png"))).rejects.toMatchObject({ code: "storage_unavailable" });
  });
});

describe("an uploaded file", () => {
  it("is copied under the name it was given", async () => {
    const { staging, add } = stage();
    const { id } = await add("Größe", PNG);
    const copy = await staging.stage({ file: id });
    expect([copy.name, basename(copy.path), copy.sizeBytes]).toEqual(["Größe.png", "Größe.png", PNG.length]);
    expect(readFileSync(copy.path).equals(PNG)).toBe(true);
  });

  it("goes on although it is removed afterwards", async () => {
    const { staging, add, files } = stage();
    const { id } = await add("a.txt");
    const copy = await staging.stage({ file: id });
    files.remove(id);
    expect(readFileSync(copy.path, "utf8")).toBe("content");
  });

  it("that is gone is not found", async () => {
    const { staging, add, files, folder, copies } = stage();
    const { id } = await add("a.txt");
    const { path } = files.open(id);
    renameSync(path, `${path}.away`);
    for (const file of [id, "file_none", "../data.key"]) {
      await expect(staging.stage({ file })).rejects.toMatchObject({ code: "not_found" });
    }
    expect([existsSync(folder), copies()]).toEqual([false, []]);
  });
});

describe("a copy", () => {
  it("that is not sent after all is removed, and nothing else", async () => {
    const { path, file, staging, folder, copies, allowed } = stage();
    const [one, other] = [await path(file("cat.png")), await path(file("dog.png"))];
    await staging.unstage(one.path);
    expect(copies()).toEqual([basename(join(other.path, ".."))]);
    for (const elsewhere of [join(allowed, "cat.png"), folder, join(folder, ".."), "/"]) {
      await staging.unstage(elsewhere);
    }
    expect([existsSync(join(allowed, "cat.png")), existsSync(other.path)]).toEqual([true, true]);
  });

  it("is not swept away while it is still to be sent", async () => {
    const { staging, path, file, needed } = stage();
    const copy = await path(file("waits.png"));
    needed.add(copy.path);
    const then = Date.now() / 1_000 - 3_700;
    utimesSync(join(copy.path, ".."), then, then);
    await staging.sweep();
    expect(statSync(copy.path).isFile()).toBe(true);
  });

  it("is swept away after an hour, and not before", async () => {
    const { staging, path, file } = stage();
    const [old, young] = [await path(file("old.png")), await path(file("young.png"))];
    const then = Date.now() / 1_000 - 3_700;
    utimesSync(join(old.path, ".."), then, then);
    await staging.sweep();
    expect(existsSync(old.path)).toBe(false);
    expect(statSync(young.path).isFile()).toBe(true);
  });
});

/** What such files begin with. */
const SOUNDS = {
  m4a: "\0\0\0\u0020ftypM4A \0\0\0\0",
  mp3: "\u00ff\u00fb\u0090\0",
  wav: "RIFF\0\0\0\0WAVEfmt ",
  caf: "caff\0\u0001\0\0desc",
  aiff: "FORM\0\0\0\0AIFF",
} as const;
const sound = (ending: keyof typeof SOUNDS, more = ""): Buffer =>
  Buffer.concat([Buffer.from(SOUNDS[ending], "latin1"), Buffer.alloc(64), Buffer.from(more)]);

describe("a voice note", () => {
  it.each(["m4a", "mp3", "wav", "caf", "aiff"] as const)(
    "is made of %s, whatever it is called",
    async (ending) => {
      const { staging, add, tool } = stage();
      const { id } = await add("recording.txt", sound(ending));
      const note = await staging.stageVoice({ file: id });
      expect([note.name, basename(note.path)]).toEqual(["Audio Message.caf", "Audio Message.caf"]);
      const content = readFileSync(note.path);
      expect(content.toString("latin1").startsWith(`note of original.${ending}: `)).toBe(true);
      expect(note.sizeBytes).toBe(content.length);
      expect(readdirSync(join(note.path, ".."))).toEqual(["Audio Message.caf"]);
      expect(statSync(note.path).mode & 0o777).toBe(0o600);
      expect(readFileSync(`${tool}.log`, "utf8").trim()).toBe("-f caff -d opus@24000 -c 1");
    },
  );

  it("is made of a file on this Mac, too, under the same rules", async () => {
    const { staging, file } = stage();
    expect((await staging.stageVoice({ path: file("a.m4a", sound("m4a")) })).name).toBe("Audio Message.caf");
    const outside = staging.stageVoice({ path: file("../a.m4a", sound("m4a")) });
    await expect(outside).rejects.toMatchObject({ code: "path_not_allowed" });
  });

  it("is made of nothing else, and what works is named", async () => {
    const { staging, add, copies } = stage();
    const { id } = await add("cat.m4a", PNG);
    await expect(staging.stageVoice({ file: id })).rejects.toMatchObject({
      code: "unsupported_media",
      message: "audio_message: cat.m4a is image/png; a voice message is made of m4a, mp3, wav, caf, aiff",
    });
    expect(copies()).toEqual([]);
  });

  it("is not made of sound that cannot be read", async () => {
    const { staging, add, copies } = stage();
    const { id } = await add("a.wav", sound("wav", "broken"));
    await expect(staging.stageVoice({ file: id })).rejects.toMatchObject({
      code: "unsupported_media",
      message: expect.stringMatching(/afconvert could not make a voice message of a\.wav/),
    });
    expect(copies()).toEqual([]);
  });

  it("is given up when nobody waits for it", async () => {
    const { staging, add, tool, copies } = stage({ afconvert: 'touch "$0.runs"; sleep 1000' });
    const { id } = await add("a.wav", sound("wav"));
    const leaving = new AbortController();
    const made = staging.stageVoice({ file: id }, leaving.signal);
    made.catch(() => {});
    await until("it to be made", () => existsSync(`${tool}.runs`));
    leaving.abort();
    await expect(made).rejects.toMatchObject({ code: "unsupported_media" });
    expect(copies()).toEqual([]);
  });

  it("is sent as it is where there is no afconvert, if Messages plays it", async () => {
    const { staging, add } = stage({ afconvert: null });
    for (const ending of ["caf", "m4a"] as const) {
      const note = await staging.stageVoice({ file: (await add("a", sound(ending))).id });
      expect(note.name).toBe(`Audio Message.${ending}`);
      expect(readFileSync(note.path).equals(sound(ending))).toBe(true);
    }
    for (const ending of ["mp3", "wav", "aiff"] as const) {
      const { id } = await add("a", sound(ending));
      await expect(staging.stageVoice({ file: id })).rejects.toMatchObject({
        code: "feature_unavailable",
        message: expect.stringMatching(/afconvert is not on this computer: .* caf or m4a/),
      });
    }
  });

  it("can be made of what is said", async () => {
    expect(await stage().staging.audioFormats()).toEqual(["m4a", "mp3", "wav", "caf", "aiff"]);
    expect(await stage({ afconvert: null }).staging.audioFormats()).toEqual(["caf", "m4a"]);
  });
});
