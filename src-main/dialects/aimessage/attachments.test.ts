import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Listening, listening } from "../../http/testing/listening.ts";
import { openConvertedFiles } from "../../messages-app/converted-files.ts";
import { toolConverter } from "../../messages-app/converter.ts";
import { realPorts } from "../../ports/real.ts";
import { type AttachmentFileRow, openAttachments } from "../../reading/attachments.ts";
import { at, request } from "../../testing/http-client.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { attachments } from "./attachments.ts";

const PREFIX = "/api/v1";
/** Writes down that it ran; says every image is small, and makes a JPEG of it. */
const SIPS = `echo "$@" >> "$0.log"
if [ "$1" = -g ]; then printf '%s\\n  pixelWidth: 10\\n  pixelHeight: 10\\n' "$6"; exit 0; fi
cat "$7" > "$9"; echo ' as JPEG' >> "$9"`;
const AFCONVERT = `grep -q broken "$5" && exit 1
cat "$5" > "$6"`;

interface Serving extends Listening {
  folder: string;
  tools: string;
  converted: string;
  /** Has Messages record a file; gives its address. */
  add(row: Partial<AttachmentFileRow>, content?: string): string;
}

/** The route on a folder like Messages', with programs that stand in for Apple's; null for one that is missing. */
async function serving({ sips = SIPS as string | null } = {}): Promise<Serving> {
  const home = realpathSync(temporaryFolder());
  const folder = join(home, ".hidden", "Messages");
  const [tools, converted] = [join(home, "tools"), join(home, "data", "converted")];
  for (const path of [join(folder, "Attachments"), tools]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, "chat.db"), "SQLite format 3");
  for (const [name, script] of Object.entries({ sips, afconvert: AFCONVERT })) {
    if (script === null) continue;
    writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(tools, name), 0o700);
  }
  const rows = new Map<string, AttachmentFileRow>();
  const converter = toolConverter({
    tools: { jpeg: join(tools, "sips"), m4a: join(tools, "afconvert") },
    processes: realPorts().processes,
  });
  const service = openAttachments({
    row: (guid) => rows.get(guid) ?? null,
    folder,
    apart: [],
    converted: openConvertedFiles({ folder: converted, converter }),
  });
  const server = await listening(attachments(PREFIX, { attachments: service }));
  return {
    ...server,
    folder,
    tools,
    converted,
    add(row, content) {
      const guid = `at_0_${rows.size}`;
      const filename = join(folder, "Attachments", `${rows.size}-file`);
      if (content !== undefined) writeFileSync(filename, content);
      const known = {
        guid,
        filename,
        transfer_name: null,
        mime_type: null,
        uti: null,
        transfer_state: 5,
        is_outgoing: 0,
      };
      rows.set(guid, { ...known, ...row });
      return `${PREFIX}/attachments/${guid}`;
    },
  };
}

describe("GET /attachments/:guid", () => {
  it("gives the file as a download, with its type, length and name", async () => {
    const { add, ask } = await serving();
    const address = add({ mime_type: "image/heic", transfer_name: "Grüße\n.heic" }, "a picture");
    const answer = await ask(address);
    expect([answer.status, answer.text]).toEqual([200, "a picture"]);
    expect(answer.headers).toMatchObject({
      "content-type": "image/heic",
      "content-length": "9",
      "content-disposition": "attachment; filename=\"Gr??e .heic\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20.heic",
      "content-security-policy": "sandbox",
      "x-content-type-options": "nosniff",
      etag: expect.any(String),
    });
  });

  it("gives parts of it, and nothing to who has it already", async () => {
    const { add, ask } = await serving();
    const address = add({}, "0123456789");
    const { headers } = await ask(address, { method: "HEAD" });
    const part = await ask(address, { headers: { Range: "bytes=2-4" } });
    expect([part.status, part.text]).toEqual([206, "234"]);
    expect((await ask(address, { headers: { "If-None-Match": headers.etag ?? "" } })).status).toBe(304);
    expect((await ask(address, { headers: { Range: "bytes=10-" } })).status).toBe(416);
  });

  it("lets nothing run that a correspondent sent", async () => {
    const { add, ask } = await serving();
    for (const mime_type of ["text/html", "image/svg+xml"]) {
      const { headers } = await ask(add({ mime_type, transfer_name: "x.html" }, "<script>alert(1)</script>"));
      expect(headers).toMatchObject({
        "content-disposition": expect.stringMatching(/^attachment;/),
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox",
      });
    }
  });

  it("wants a key", async () => {
    const { add, url } = await serving();
    const answer = await request(url + add({}, "secret"));
    expect([answer.status, at(answer.json, "code")]).toEqual([401, "unauthorized"]);
  });

  it("says which of them there are not", async () => {
    const { add, ask } = await serving();
    const unknown = await ask(`${PREFIX}/attachments/nonsense`);
    expect([unknown.status, at(unknown.json, "error")]).toEqual([
      404,
      "Not found: there is no attachment nonsense",
    ]);
    const loading = await ask(add({ filename: null, transfer_state: 3 }));
    expect([loading.status, loading.headers["retry-after"]]).toEqual([404, "5"]);
    expect(at(loading.json, "error")).toMatch(/still transferring/);
    const lost = await ask(add({}));
    expect([lost.status, at(lost.json, "error")]).toEqual([404, expect.stringMatching(/gone, or in iCloud/)]);
  });

  it("gives no file but those of Messages", async () => {
    const { add, ask, folder } = await serving();
    const link = join(folder, "Attachments", "link");
    symlinkSync("/etc/hostname", link);
    const places = ["/etc/hostname", link, join(folder, "chat.db"), `${folder}/Attachments/../chat.db`];
    for (const filename of places) {
      const answer = await ask(add({ filename }));
      expect([answer.status, at(answer.json, "code")]).toEqual([403, "path_not_allowed"]);
      expect(answer.headers["content-disposition"]).toBeUndefined();
    }
    for (const guid of ["..%2F..%2Fchat.db", "%2Fetc%2Fhostname", "%00"]) {
      expect((await ask(`${PREFIX}/attachments/${guid}`)).status).toBe(404);
    }
  });
});

describe("?format=", () => {
  const HEIC = { mime_type: "image/heic", transfer_name: "cat.HEIC" };

  it("jpeg makes a JPEG of an image, once", async () => {
    const { add, ask, tools, converted } = await serving();
    const address = add(HEIC, "a picture");
    const answers = await Promise.all([1, 2, 3].map(() => ask(`${address}?format=jpeg`)));
    answers.push(await ask(`${address}?format=jpeg`));
    for (const { status, text, headers } of answers) {
      expect([status, text]).toEqual([200, "a picture as JPEG\n"]);
      expect(headers).toMatchObject({
        "content-type": "image/jpeg",
        "content-disposition": "attachment; filename=cat.jpeg",
        "content-security-policy": "sandbox",
        etag: answers[0]?.headers.etag,
      });
    }
    const ran = readFileSync(join(tools, "sips.log"), "utf8").trim().split("\n");
    expect(ran).toHaveLength(2);
    expect(ran[1]).toMatch(/^-s format jpeg -s formatOptions 85 \/.* --out \//);
    expect(readdirSync(converted)).toHaveLength(1);
  });

  it("can be had in parts too", async () => {
    const { add, ask } = await serving();
    const address = add(HEIC, "a picture");
    const part = await ask(`${address}?format=jpeg`, { headers: { Range: "bytes=-5" } });
    expect([part.status, part.text]).toEqual([206, "JPEG\n"]);
  });

  it("m4a makes an M4A of a voice note", async () => {
    const { add, ask } = await serving();
    const answer = await ask(
      `${add({ uti: "com.apple.coreaudio-format", transfer_name: "Audio Message.caf" }, "la")}?format=m4a`,
    );
    expect([answer.status, answer.text, answer.headers["content-type"]]).toEqual([200, "la", "audio/mp4"]);
  });

  it("jpeg of a JPEG is the file itself, on any computer", async () => {
    const { add, ask } = await serving({ sips: null });
    const answer = await ask(`${add({ mime_type: "image/jpeg" }, "a JPEG")}?format=jpeg`);
    expect([answer.status, answer.text]).toEqual([200, "a JPEG"]);
  });

  it("is 501 where there is no sips, and says why", async () => {
    const { add, ask } = await serving({ sips: null });
    const answer = await ask(`${add(HEIC, "a picture")}?format=jpeg`);
    expect([answer.status, at(answer.json, "code")]).toEqual([501, "feature_unavailable"]);
    expect(at(answer.json, "error")).toMatch(
      /^Feature unavailable: sips is not on this computer: .* a Mac only/,
    );
  });

  it("is 502 when the program fails, and leaves nothing behind", async () => {
    const { add, ask, converted } = await serving();
    const answer = await ask(`${add({ mime_type: "audio/x-caf" }, "broken")}?format=m4a`);
    expect([answer.status, at(answer.json, "code")]).toEqual([502, "messages_error"]);
    expect(at(answer.json, "error")).toMatch(
      /^Request failed: afconvert could not convert attachment at_0_0: /,
    );
    expect(readdirSync(converted)).toEqual([]);
  });

  it.each([
    ["format=png", /^Invalid request: format: must be jpeg or m4a/],
    ["format=", /^Invalid request: format: must be jpeg or m4a/],
    ["format=jpeg&format=m4a", /^Invalid request: format: /],
    ["format=m4a", /is image\/heic, not to be had as m4a \(it can be had as jpeg, or as it is\)/],
  ])("%s of an image is 400", async (query, sentence) => {
    const { add, ask } = await serving();
    const answer = await ask(`${add(HEIC, "a picture")}?${query}`);
    expect([answer.status, at(answer.json, "error")]).toEqual([400, expect.stringMatching(sentence)]);
  });
});
