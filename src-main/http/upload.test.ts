import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { StoredFile } from "../../src-shared/domain/file.ts";
import { Fault } from "../../src-shared/faults.ts";
import { openedFiles, PNG } from "../files/testing/opened-files.ts";
import { at, request } from "../testing/http-client.ts";
import { until } from "../testing/until.ts";
import { uploadRoute } from "./route.ts";
import { listening } from "./testing/listening.ts";

const MB = 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, "x");

/** A gateway's door for uploads, with files behind it on a real disk. */
async function uploading({ limit = 100 * MB } = {}) {
  const { files, folder, root } = openedFiles();
  let begun = 0;
  const take = uploadRoute({
    path: "/files",
    summary: "takes a file",
    scope: "files:write",
    limit,
    output: StoredFile,
    handler({ upload, key, header }) {
      begun += 1;
      header("X-Taken", String(begun));
      return files.receive({ ...upload, by: key.id });
    },
  });
  const refusing = uploadRoute({
    path: "/refused",
    summary: "takes none",
    scope: "files:write",
    output: StoredFile,
    handler({ header }) {
      header("X-Left", "0");
      throw new Fault("policy_hourly_cap", "no more today");
    },
  });
  const server = await listening([take, refusing]);
  const post = (body: string | Uint8Array, headers: Record<string, string> = {}, query = "") =>
    server.ask(`/files${query}`, { method: "POST", headers, body });
  /** A request whose body the test sends piece by piece. */
  const begin = (headers: Record<string, string> = {}, path = "/files"): ClientRequest =>
    httpRequest(server.url + path, {
      method: "POST",
      agent: false,
      headers: { "X-API-Key": server.key, ...headers },
    });
  return { ...server, files, folder, root, post, begin, calls: () => begun };
}

/** A form with these fields, as browsers write one. */
function form(...fields: { name: string; filename?: string; content: string | Uint8Array }[]) {
  const boundary = "----bellhop-test";
  const parts = fields.flatMap(({ name, filename, content }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${
        filename === undefined ? "" : `; filename="${filename}"\r\nContent-Type: application/x-anything`
      }\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from("\r\n"),
  ]);
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
  };
}

/** Sends `chunks` times 64 KiB, no faster than they are taken; gives how many left. */
async function sendChunks(sent: ClientRequest, chunks: number): Promise<number> {
  const closed = new Promise((resolve) => sent.once("close", resolve));
  for (let count = 0; count < chunks; count += 1) {
    if (sent.destroyed) return count;
    await Promise.race([closed, new Promise((resolve) => sent.write(CHUNK, resolve))]);
  }
  return chunks;
}

/** A program of its own that uploads 100 MB in chunks to the address, with the key, and prints the answer. */
const UPLOADER = `
const sent = require("node:http").request(process.argv[1], { method: "POST", headers: { "X-API-Key": process.argv[2] } });
const chunk = Buffer.alloc(64 * 1024, "x");
sent.on("response", (answer) => answer.pipe(process.stdout));
(async () => {
  for (let count = 0; count < 1600; count += 1) await new Promise((resolve) => sent.write(chunk, resolve));
  sent.end();
})();`;

const answerOf = async (sent: ClientRequest): Promise<IncomingMessage> => {
  const [answer] = await once(sent, "response");
  return answer;
};

describe("an upload", () => {
  it("is the body itself, whatever its type says", async () => {
    const { post, files } = await uploading();
    const answer = await post(PNG, { "Content-Type": "application/json", "X-Filename": "cat.png" });
    expect([answer.status, answer.headers["x-taken"]]).toEqual([201, "1"]);
    expect(answer.json).toMatchObject({ name: "cat.png", mimeType: "image/png", sizeBytes: PNG.length });
    expect(files.get(String(at(answer.json, "id")))).toEqual(answer.json);
    expect(
      (await post('{"a": 1}', { "Content-Type": "application/json" }, "?name=a.json")).json,
    ).toMatchObject({
      name: "a.json",
      mimeType: "application/json",
    });
    expect((await post("no type at all")).status).toBe(201);
  });

  it.each([
    ["percent-encoded UTF-8", { "X-Filename": "Gr%C3%B6%C3%9Fe%20%F0%9F%91%8D.txt" }, "", "Größe 👍.txt"],
    ["Latin-1 as it is", { "X-Filename": "Größe.txt" }, "", "Größe.txt"],
    ["UTF-8 as it is", { "X-Filename": Buffer.from("Größe 漢.txt").toString("latin1") }, "", "Größe 漢.txt"],
    ["a percent that encodes nothing", { "X-Filename": "100%.txt" }, "", "100%.txt"],
    ["in the address", {}, `?name=${encodeURIComponent("Größe &.txt")}`, "Größe &.txt"],
    ["the header before the address", { "X-Filename": "a.txt" }, "?name=b.txt", "a.txt"],
    ["a path", { "X-Filename": "..%2F..%2Fetc%2Fpasswd%00.txt" }, "", "passwd.txt"],
    ["nothing", {}, "", "file"],
  ])("is called by %s", async (_what, headers, query, name) => {
    const { post } = await uploading();
    // As bytes: with a text as its body the client would write the headers in UTF-8, too.
    const answer = await post(Buffer.from("content"), headers, query);
    expect(at(answer.json, "name")).toBe(name);
  });

  it("may be the file of a form, of which the rest is ignored", async () => {
    const { post, files } = await uploading();
    const { body, headers } = form(
      { name: "comment", content: "hello" },
      { name: "any", filename: "Größe.png", content: PNG },
      { name: "more", content: "x" },
    );
    const { status, json } = await post(body, headers);
    expect([status, json]).toMatchObject([
      201,
      { name: "Größe.png", sizeBytes: PNG.length, mimeType: "image/png" },
    ]);
    expect(files.get(String(at(json, "id"))).sha256).toBe(createHash("sha256").update(PNG).digest("hex"));
  });

  it("may be a form that comes byte by byte", async () => {
    const { begin } = await uploading();
    const { body, headers } = form({ name: "file", filename: "a.txt", content: "--x\r\n--\r\n" });
    const sent = begin(headers);
    const answered = answerOf(sent);
    for (const byte of body) {
      sent.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    sent.end();
    expect((await answered).statusCode).toBe(201);
  });

  it.each([
    ["no file", () => form({ name: "comment", content: "hello" }), /no file/],
    [
      "more than one",
      () => form({ name: "a", filename: "a", content: "1" }, { name: "b", filename: "b", content: "2" }),
      /more than one file/,
    ],
    ["an empty one", () => form({ name: "a", filename: "", content: "" }), /empty/],
    [
      "no end",
      () => ({ ...form(), body: form({ name: "a", filename: "a", content: "1" }).body.subarray(0, -30) }),
      /no valid/,
    ],
    ["no boundary", () => ({ ...form(), headers: { "Content-Type": "multipart/form-data" } }), /no valid/],
    ["nothing in it", () => ({ ...form(), body: Buffer.alloc(0) }), /no valid|no file/],
    ["no form in it", () => ({ ...form(), body: Buffer.from("just text") }), /no valid|no file/],
  ])("is refused when it is a form with %s", async (_what, make, words) => {
    const { post, folder } = await uploading();
    const { body, headers } = make();
    const { status, json } = await post(body, headers);
    expect([status, at(json, "error")]).toEqual([400, expect.stringMatching(words)]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is refused when it is empty, or compressed", async () => {
    const { post } = await uploading();
    expect((await post("")).status).toBe(400);
    expect((await post("zipped", { "Content-Encoding": "gzip" })).status).toBe(415);
    expect((await post("plain", { "Content-Encoding": "identity" })).status).toBe(201);
  });

  it.each([
    ["its body", { body: Buffer.alloc(20 * MB), headers: {} }],
    ["a form", form({ name: "a", filename: "a", content: Buffer.alloc(20 * MB) })],
  ])("that the handler refuses is answered, though nobody reads it: %s", async (_what, sent) => {
    const { ask } = await uploading();
    const { status, headers } = await ask("/refused", { method: "POST", ...sent });
    // What the handler said before it refused is kept.
    expect([status, headers["x-left"]]).toEqual([403, "0"]);
  });

  it("of 100 MB goes through in chunks, and memory stays flat", async () => {
    const { url, key } = await uploading();
    /** By how many MB this process grew at most while a program of its own uploaded 100. */
    async function growth(): Promise<number> {
      const before = process.memoryUsage().rss;
      let peak = before;
      const client = spawn(process.execPath, ["-e", UPLOADER, `${url}/files`, key]);
      let text = "";
      client.stdout.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      const ended = once(client, "close").then(() => true);
      await until("the upload to end", async () => {
        peak = Math.max(peak, process.memoryUsage().rss);
        return await Promise.race([ended, new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
      });
      expect(JSON.parse(text)).toMatchObject({ sizeBytes: 100 * MB });
      return (peak - before) / MB;
    }
    // The first makes room for what is collected late.
    expect(await growth()).toBeLessThan(100);
    expect(await growth()).toBeLessThan(50);
  });

  it("is not taken off the wire before somebody reads it", async () => {
    const { promise: read, resolve: go } = Promise.withResolvers<void>();
    const { files } = openedFiles();
    const { url, key } = await listening([
      uploadRoute({
        path: "/files",
        summary: "takes its time",
        scope: "files:write",
        output: StoredFile,
        async handler({ upload, key }) {
          await read;
          return files.receive({ ...upload, by: key.id });
        },
      }),
    ]);
    const sent = httpRequest(`${url}/files`, { method: "POST", agent: false, headers: { "X-API-Key": key } });
    const answered = answerOf(sent);
    let left = 0;
    const all = (async () => {
      for (; left < 800; left += 1) await new Promise((resolve) => sent.write(CHUNK, resolve));
      sent.end();
    })();
    let [seen, stood] = [-1, 0];
    await until("nothing to be taken any more", () => {
      stood = left === seen ? stood + 1 : 0;
      seen = left;
      return stood === 30;
    });
    // What the system itself holds of a connection.
    expect((left * CHUNK.length) / MB).toBeLessThan(20);
    go();
    await all;
    expect((await answered).statusCode).toBe(201);
  });
});

describe("a file that is too large", () => {
  it("is refused before it is read when it says so", async () => {
    const { begin, calls } = await uploading({ limit: MB });
    const sent = begin({ "Content-Length": String(MB + 1) });
    const answered = answerOf(sent);
    sent.flushHeaders();
    const answer = await answered;
    expect([answer.statusCode, answer.headers.connection, calls()]).toEqual([413, "close", 0]);
    sent.destroy();
  });

  it.each([
    ["its body", undefined],
    ["a form", form({ name: "a", filename: "a", content: "" })],
  ])("is refused while it comes, and the rest is not waited for: %s", async (_what, wrapped) => {
    const { begin, folder } = await uploading({ limit: MB });
    const sent = begin({ "Transfer-Encoding": "chunked", ...wrapped?.headers });
    sent.on("error", () => {});
    const answered = answerOf(sent);
    if (wrapped) sent.write(wrapped.body.subarray(0, wrapped.body.indexOf("\r\n\r\n") + 4));
    // More is sent all the time, and has no end.
    const more = sendChunks(sent, Number.POSITIVE_INFINITY);
    const answer = (await answered).resume();
    expect(answer.statusCode).toBe(413);
    await until("it to be cut off", () => sent.destroyed);
    await more;
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is told so even to a client that reads nothing before it has sent everything", async () => {
    const { url, key } = await uploading({ limit: MB });
    const socket = connect(Number(new URL(url).port), "127.0.0.1").pause();
    await once(socket, "connect");
    const failed = once(socket, "error").then(([thrown]) => thrown);
    const size = 20 * MB;
    socket.write(
      `POST /files HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const all = (async () => {
      for (let left = size; left > 0; left -= CHUNK.length) {
        socket.write(`${CHUNK.length.toString(16)}\r\n`);
        socket.write(CHUNK);
        if (!socket.write("\r\n")) await once(socket, "drain");
      }
      socket.write("0\r\n\r\n");
      return "all sent";
    })();
    expect(await Promise.race([all, failed])).toBe("all sent");
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.resume();
    await once(socket, "end");
    expect(text).toMatch(/^HTTP\/1\.1 413 (?:.|\s)*"code":"payload_too_large"/);
    socket.destroy();
  });
});

describe("who uploads", () => {
  it("needs a key before anything is read", async () => {
    const { url, calls, folder } = await uploading();
    const { status } = await request(`${url}/files`, { method: "POST", body: "content" });
    expect([status, calls()]).toEqual([401, 0]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("may ask first whether to send it", async () => {
    const { begin, calls, folder } = await uploading();
    const sent = begin({ Expect: "100-continue", "Content-Length": "7" });
    const answered = answerOf(sent);
    let isAsked = false;
    sent.on("continue", () => {
      isAsked = true;
      sent.end("content");
    });
    sent.flushHeaders();
    expect((await answered).statusCode).toBe(201);
    expect([isAsked, calls()]).toEqual([true, 1]);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it("is not asked for it when it is refused anyway", async () => {
    const { begin } = await uploading({ limit: MB });
    for (const [headers, status] of [
      [{ "X-API-Key": "wrong", "Content-Length": "7" }, 401],
      [{ "Content-Length": String(2 * MB) }, 413],
    ] as const) {
      const sent = begin({ Expect: "100-continue", ...headers });
      let isAsked = false;
      sent.on("continue", () => {
        isAsked = true;
      });
      const answered = answerOf(sent);
      sent.flushHeaders();
      expect([(await answered).statusCode, isAsked]).toEqual([status, false]);
      sent.destroy();
    }
  });

  it.each([
    ["its body", undefined],
    ["a form", form({ name: "a", filename: "a", content: "" })],
  ])("may leave in the middle of %s, and nothing is left of it", async (_what, wrapped) => {
    const { begin, folder } = await uploading();
    const sent = begin({ "Transfer-Encoding": "chunked", ...wrapped?.headers });
    sent.on("error", () => {});
    if (wrapped) sent.write(wrapped.body.subarray(0, wrapped.body.indexOf("\r\n\r\n") + 4));
    await sendChunks(sent, 10);
    await until("it to have begun", () => readdirSync(folder).length === 1);
    sent.destroy();
    await until("nothing to be left", () => readdirSync(folder).length === 0);
  });
});
