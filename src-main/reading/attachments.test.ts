import { chmodSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../src-shared/faults.ts";
import type { ConvertedFiles } from "../messages-app/converted-files.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { type AttachmentFileRow, openAttachments } from "./attachments.ts";

/** A home folder with Messages' in it, and one attachment `A` that is recorded as told. */
function setUp(row: Partial<AttachmentFileRow> = {}, recorded?: (folder: string) => string) {
  const home = realpathSync(temporaryFolder());
  const folder = join(home, "Library", "Messages");
  const file = join(folder, "Attachments", "ab", "11", "A", "cat.heic");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "cat");
  writeFileSync(join(folder, "chat.db"), "SQLite");
  const known: AttachmentFileRow = {
    guid: "A",
    filename: file,
    transfer_name: "cat.heic",
    mime_type: "image/heic",
    uti: "public.heic",
    transfer_state: 5,
    is_outgoing: 0,
    ...row,
    ...(recorded ? { filename: recorded(folder) } : {}),
  };
  const converted: ConvertedFiles = {
    get: async (format, { guid, size }) => ({ root: "/converted", path: `${guid}-${size}.${format}` }),
    close: async () => {},
  };
  const attachments = openAttachments({
    row: (guid) => (guid === "A" ? known : null),
    folder,
    apart: [join(folder, "Bellhop")],
    converted,
    home,
  });
  return { home, folder, file, attachments };
}

const nothing: ConvertedFiles = {
  get: () => Promise.reject(new Error("nothing is converted")),
  close: async () => {},
};

async function refusal(asking: Promise<unknown>): Promise<Fault> {
  const thrown = await asking.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Fault)) throw new Error("it was not refused", { cause: thrown });
  return thrown;
}

/** How asking for a file is refused that is recorded like this. */
async function codeFor(filename: string | ((folder: string) => string)): Promise<string> {
  const recorded = typeof filename === "string" ? () => filename : filename;
  return (await refusal(setUp({}, recorded).attachments.file("A"))).code;
}

describe("an attachment", () => {
  it("is a file in Messages' folder, with its type and its name", async () => {
    const { attachments, folder } = setUp();
    expect(await attachments.file("A")).toEqual({
      root: folder,
      path: join("Attachments", "ab", "11", "A", "cat.heic"),
      type: "image/heic",
      name: "cat.heic",
    });
  });

  it("may be a sticker that Messages keeps", async () => {
    const { attachments, folder } = setUp({}, (messages) => join(messages, "StickerCache", "ab", "s.heic"));
    mkdirSync(join(folder, "StickerCache", "ab"), { recursive: true });
    writeFileSync(join(folder, "StickerCache", "ab", "s.heic"), "sticker");
    expect((await attachments.file("A")).path).toBe(join("StickerCache", "ab", "s.heic"));
  });

  it("may be recorded as below the home folder", async () => {
    const { attachments } = setUp({ filename: "~/Library/Messages/Attachments/ab/11/A/cat.heic" });
    expect((await attachments.file("A")).path).toMatch(/cat\.heic$/);
  });

  it("has a type and a name without the row saying so", async () => {
    const { attachments } = setUp({ mime_type: null, uti: null, transfer_name: null });
    expect(await attachments.file("A")).toMatchObject({ type: "image/heic", name: "cat.heic" });
  });

  it("that is not known is not found", async () => {
    const fault = await refusal(setUp().attachments.file("B"));
    expect([fault.code, fault.message]).toEqual(["not_found", "there is no attachment B"]);
  });
});

describe("the name of a download", () => {
  it.each([
    ["Grüße aus Köln.pdf", "Grüße aus Köln.pdf"],
    ['the "best".pdf', 'the "best".pdf'],
    ["../../etc/passwd", "passwd"],
    ["C:\\autoexec.bat", "autoexec.bat"],
    ["two\r\nlines.txt", "two lines.txt"],
    ["photo\u202egnp.exe", "photo gnp.exe"],
    ["👨‍👩‍👧.jpg", "👨‍👩‍👧.jpg"],
    ["  ", "cat.heic"],
    ["..", "cat.heic"],
    ["half \ud800.txt", "half \ufffd.txt"],
    [`${"x".repeat(300)}.jpeg`, `${"x".repeat(115)}.jpeg`],
  ])("that was sent as %j is %j", async (transfer_name, name) => {
    expect((await setUp({ transfer_name }).attachments.file("A")).name).toBe(name);
  });

  it("is short, in one line, and leads nowhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 400 }), async (transfer_name) => {
        const { name } = await setUp({ transfer_name }).attachments.file("A");
        expect(name).toMatch(/^[^\p{Cc}/\\]{1,120}$/u);
        expect(name.isWellFormed()).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe("an attachment that is not on this Mac", () => {
  it.each([
    ["has no place yet", { filename: null, transfer_state: 0 }, /not downloaded/, undefined],
    ["is on its way", { filename: null, transfer_state: 3 }, /not on this Mac yet/, 5],
    ["is there in part", { transfer_state: 3 }, /not on this Mac yet/, 5],
    ["failed", { filename: null, transfer_state: 6 }, /transfer failed/, undefined],
    ["was never spoken of", { filename: null, transfer_state: null }, /gone, or in iCloud/, undefined],
  ])("%s", async (_what, row, sentence, retryAfter) => {
    const fault = await refusal(setUp(row).attachments.file("A"));
    expect([fault.code, fault.retryAfter]).toEqual(["not_found", retryAfter]);
    expect(fault.message).toMatch(sentence);
  });

  it.each([
    [5, /gone, or in iCloud/],
    [0, /not downloaded/],
    [6, /transfer failed/],
  ])("although it has a place (state %i)", async (transfer_state, sentence) => {
    const { attachments, file } = setUp({ transfer_state });
    rmSync(file);
    expect((await refusal(attachments.file("A"))).message).toMatch(sentence);
  });

  it("is all the same when it goes out from here, and is not through yet", async () => {
    const { attachments, folder } = setUp({ transfer_state: 3, is_outgoing: 1 });
    expect((await attachments.file("A")).root).toBe(folder);
  });

  it("is a folder in its place", async () => {
    const { attachments, file } = setUp();
    rmSync(file);
    mkdirSync(file);
    expect((await refusal(attachments.file("A"))).message).toBe(
      "attachment A is no file, but a folder or a device",
    );
  });

  it.skipIf(process.getuid?.() === 0)(
    "is there, and macOS does not show it (not to be seen as root)",
    async () => {
      const { attachments, file } = setUp();
      chmodSync(dirname(file), 0);
      const fault = await refusal(attachments.file("A"));
      chmodSync(dirname(file), 0o700);
      expect([fault.code, fault.message]).toEqual([
        "reading_unavailable",
        expect.stringMatching(/Full Disk Access/),
      ]);
    },
  );
});

describe("only files under Messages' own folder are given", () => {
  it.each([
    ["a file of the system", "/etc/hostname"],
    ["one that is not there", "/etc/no-such-file"],
    ["a file of the person", "~/.ssh/id_ed25519"],
    ["chat.db itself", (folder: string) => join(folder, "chat.db")],
    ["chat.db by a detour", (folder: string) => join(folder, "Attachments", "..", "chat.db")],
    ["the folder", (folder: string) => folder],
    ["a way out", (folder: string) => `${folder}/Attachments/../../../.ssh/id_ed25519`],
    ["a neighbour that begins alike", (folder: string) => `${folder}2/Attachments/x`],
    ["a hidden folder", (folder: string) => join(folder, "Attachments", ".hidden", "x")],
    ["a folder for something else", (folder: string) => join(folder, "NickNameCache", "nickNameKeyStore.db")],
    ["a file called like the folder", (folder: string) => join(folder, "Attachments")],
    ["a file beside a copy of chat.db", (folder: string) => join(folder, "Documents", "diary.txt")],
    [
      "a relative path",
      (folder: string) => relative(process.cwd(), join(folder, "Attachments", "ab", "11", "A", "cat.heic")),
    ],
    ["somebody else's home", "~root/Attachments/x"],
    ["no path at all", ""],
  ])("not %s", async (_what, filename) => {
    expect(await codeFor(filename)).toBe("path_not_allowed");
  });

  it("not a path with a NUL", async () => {
    expect(await codeFor((folder) => join(folder, "Attachments", "a\0b"))).toBe("path_not_allowed");
  });

  it.each([
    ["out of it", (home: string) => join(home, "secret")],
    ["to chat.db", (_home: string, folder: string) => join(folder, "chat.db")],
  ])("not what a link leads %s", async (_what, target) => {
    const { attachments, home, folder, file } = setUp();
    writeFileSync(join(home, "secret"), "secret");
    rmSync(file);
    symlinkSync(target(home, folder), file);
    expect((await refusal(attachments.file("A"))).code).toBe("path_not_allowed");
  });

  it("not what lies in a folder that is a link", async () => {
    const { attachments, home, file } = setUp();
    const elsewhere = join(home, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "cat.heic"), "secret");
    rmSync(dirname(file), { recursive: true });
    symlinkSync(elsewhere, dirname(file));
    expect((await refusal(attachments.file("A"))).code).toBe("path_not_allowed");
  });

  it("not what is Bellhop's own in there", async () => {
    const { folder } = setUp();
    const own = join(folder, "Attachments", "Bellhop", "files");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "key"), "key");
    const attachments = openAttachments({
      row: () => ({
        guid: "A",
        filename: join(own, "key"),
        transfer_name: null,
        mime_type: null,
        uti: null,
        transfer_state: 5,
        is_outgoing: 0,
      }),
      folder,
      apart: [join(folder, "Attachments", "Bellhop")],
      converted: nothing,
    });
    expect((await refusal(attachments.file("A"))).code).toBe("path_not_allowed");
  });

  it("but also when Messages' folder is reached by a link, or lies in Bellhop's own", async () => {
    const { folder, home, file } = setUp();
    const link = join(home, "link");
    symlinkSync(folder, link);
    const row = {
      guid: "A",
      transfer_name: null,
      mime_type: null,
      uti: null,
      transfer_state: 5,
      is_outgoing: 0,
    };
    for (const filename of [file, file.replace(folder, link)]) {
      const attachments = openAttachments({
        row: () => ({ ...row, filename }),
        folder: link,
        apart: [home],
        converted: nothing,
      });
      expect((await attachments.file("A")).root).toBe(folder);
    }
  });
});

describe("another format", () => {
  it("of an image is a JPEG with the same name", async () => {
    expect(await setUp().attachments.file("A", "jpeg")).toEqual({
      root: "/converted",
      path: "A-3.jpeg",
      type: "image/jpeg",
      name: "cat.jpeg",
    });
  });

  it("of a voice note is M4A", async () => {
    const row = { mime_type: null, uti: "com.apple.coreaudio-format", transfer_name: "Audio Message.caf" };
    const file = await setUp(row).attachments.file("A", "m4a");
    expect(file).toMatchObject({ type: "audio/mp4", name: "Audio Message.m4a" });
  });

  it("of what has it already is the file itself", async () => {
    const { attachments, folder } = setUp({ mime_type: "image/jpeg", transfer_name: "cat.jpg" });
    expect(await attachments.file("A", "jpeg")).toMatchObject({ root: folder, name: "cat.jpg" });
    const m4a = setUp({ mime_type: "audio/x-m4a" });
    expect(await m4a.attachments.file("A", "m4a")).toMatchObject({ root: m4a.folder, type: "audio/x-m4a" });
  });

  it.each([
    ["application/pdf", "jpeg", "only as it is"],
    ["image/svg+xml", "jpeg", "only as it is"],
    ["video/quicktime", "m4a", "only as it is"],
    ["image/heic", "m4a", "it can be had as jpeg, or as it is"],
    ["audio/x-caf", "jpeg", "it can be had as m4a, or as it is"],
  ] as const)("of %s is not to be had as %s", async (mime_type, format, instead) => {
    const fault = await refusal(setUp({ mime_type }).attachments.file("A", format));
    expect(fault.code).toBe("invalid_request");
    expect(fault.message).toContain(`is ${mime_type}, not to be had as ${format} (${instead})`);
  });
});
