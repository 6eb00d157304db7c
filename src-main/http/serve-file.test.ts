import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { at, request } from "../testing/http-client.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { fileRoute, route, type ServedFile } from "./route.ts";
import { type Listening, listening } from "./testing/listening.ts";

const WORDS = "0123456789";

/** A listener with one file, at /file. */
async function serving(
  options: Partial<ServedFile> & { content?: string } = {},
): Promise<Listening & { file: string }> {
  const { content = WORDS, ...served } = options;
  const root = temporaryFolder();
  const path = served.path ?? "some.bin";
  const file = join(root, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, content);
  const one = fileRoute({
    path: "/file",
    summary: "A file.",
    scope: "messages:read",
    mediaTypes: ["*/*"],
    handler: async () => ({ root, path, type: "application/x-thing", name: "some.bin", ...served }),
  });
  return { ...(await listening([one])), file };
}

describe("a file", () => {
  it("comes whole, with its type, length and validators", async () => {
    const { ask } = await serving();
    const answer = await ask("/file");
    expect([answer.status, answer.text]).toEqual([200, WORDS]);
    expect(answer.headers).toMatchObject({
      "content-type": "application/x-thing",
      "content-length": "10",
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache",
      etag: expect.stringMatching(/^"[0-9a-f]+-[0-9a-f]+"$/),
      "last-modified": expect.stringMatching(/GMT$/),
    });
  });

  it("of no bytes has none", async () => {
    const { ask } = await serving({ content: "" });
    const answer = await ask("/file");
    expect([answer.status, answer.text, answer.headers["content-length"]]).toEqual([200, "", "0"]);
  });

  it("lies in any folder below the root, and has any name there", async () => {
    const path = join(".hidden", "über 100% #1?", "a&b.txt");
    expect((await (await serving({ path })).ask("/file")).text).toBe(WORDS);
  });

  it("has any name that a file may have, also one that elsewhere leads out of its folder", async () => {
    for (const path of ["..\\evil.png", "a..\\..\\b.png", "new\nline.png", "x%2e%2e.png", "...", 'q"uote']) {
      const answer = await (await serving({ path })).ask("/file");
      expect([path, answer.status, answer.text]).toEqual([path, 200, WORDS]);
    }
  });

  it("is described to HEAD without being sent", async () => {
    const { ask } = await serving();
    const [whole, head] = [await ask("/file"), await ask("/file", { method: "HEAD" })];
    expect([head.status, head.text]).toEqual([200, ""]);
    for (const name of ["content-length", "content-type", "etag", "content-disposition"]) {
      expect(head.headers[name]).toBe(whole.headers[name]);
    }
  });

  it("is for GET and HEAD alone", async () => {
    const { ask } = await serving();
    const answer = await ask("/file", { method: "POST" });
    expect([answer.status, answer.headers.allow]).toEqual([405, "GET, HEAD"]);
    expect(at(answer.json, "error")).toMatch(/GET, HEAD/);
  });

  it("is for nobody without a key", async () => {
    const { url } = await serving();
    for (const method of ["GET", "HEAD"]) {
      expect((await request(`${url}/file`, { method })).status).toBe(401);
    }
  });

  it("can never run in our origin, whatever type it has", async () => {
    for (const type of ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"]) {
      const { ask } = await serving({ type, name: "page.html", content: "<script>alert(1)</script>" });
      for (const headers of [{}, { Range: "bytes=0-3" }] as Record<string, string>[]) {
        expect((await ask("/file", { headers })).headers).toMatchObject({
          "content-type": type,
          "content-disposition": "attachment; filename=page.html",
          "x-content-type-options": "nosniff",
          "content-security-policy": "sandbox",
        });
      }
    }
  });

  it.each([
    ["Grüße.pdf", "attachment; filename=\"Gr??e.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf"],
    ['the "best".pdf', 'attachment; filename="the \\"best\\".pdf"'],
    [
      "a\r\nSet-Cookie: x=1.txt",
      "attachment; filename=\"a??Set-Cookie: x=1.txt\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1.txt",
    ],
    ["🏔.jpg", "attachment; filename=\"??.jpg\"; filename*=UTF-8''%F0%9F%8F%94.jpg"],
  ])("called %j keeps that name in the header", async (name, disposition) => {
    const { ask } = await serving({ name });
    const { headers } = await ask("/file");
    expect(headers["content-disposition"]).toBe(disposition);
    expect(headers["set-cookie"]).toBeUndefined();
  });
});

describe("who has the file already", () => {
  it("is told so, by its ETag or its time", async () => {
    const { ask } = await serving();
    const { etag = "", "last-modified": time = "" } = (await ask("/file")).headers;
    for (const headers of [{ "If-None-Match": etag }, { "If-Modified-Since": time }] as Record<
      string,
      string
    >[]) {
      const answer = await ask("/file", { headers });
      expect([answer.status, answer.text]).toEqual([304, ""]);
      expect(answer.headers).toMatchObject({ etag, "cache-control": "private, no-cache" });
    }
  });

  it("gets it when it has changed", async () => {
    const { ask, file } = await serving();
    const { etag = "" } = (await ask("/file")).headers;
    writeFileSync(file, "abcdefghij");
    utimesSync(file, 1_000, 1_000);
    const answer = await ask("/file", { headers: { "If-None-Match": etag } });
    expect([answer.status, answer.text]).toEqual([200, "abcdefghij"]);
  });

  it("is told when it is not the one that is meant", async () => {
    const { ask } = await serving();
    const answer = await ask("/file", { headers: { "If-Match": '"another"' } });
    expect([answer.status, at(answer.json, "code")]).toEqual([412, "precondition_failed"]);
  });
});

describe("a part of the file", () => {
  it.each([
    ["bytes=0-3", "0123", "bytes 0-3/10"],
    ["bytes=4-", "456789", "bytes 4-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=8-100", "89", "bytes 8-9/10"],
  ])("%s", async (range, text, contentRange) => {
    const { ask } = await serving();
    const answer = await ask("/file", { headers: { Range: range } });
    expect([answer.status, answer.text]).toEqual([206, text]);
    expect(answer.headers).toMatchObject({
      "content-range": contentRange,
      "content-length": String(text.length),
      "content-type": "application/x-thing",
    });
  });

  it("beyond its end is 416, with words and the length, and nothing of the file's own", async () => {
    const { ask } = await serving();
    const answer = await ask("/file", { headers: { Range: "bytes=10-" } });
    expect(answer.status).toBe(416);
    expect(answer.headers).toMatchObject({
      "content-range": "bytes */10",
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
    });
    expect(answer.headers["content-disposition"]).toBeUndefined();
    expect(answer.headers.etag).toBeUndefined();
    expect(answer.json).toMatchObject({
      error: expect.stringMatching(/10 bytes/),
      code: "range_not_satisfiable",
    });
  });

  it("is the whole when several are asked for, or something else than bytes", async () => {
    const { ask } = await serving();
    for (const range of ["bytes=0-1,4-5", "lines=0-1"]) {
      const { status, text } = await ask("/file", { headers: { Range: range } });
      expect([range, status, text]).toEqual([range, 200, WORDS]);
    }
  });

  it("goes on only from the very time that the file has", async () => {
    const { ask } = await serving();
    const { "last-modified": time = "" } = (await ask("/file")).headers;
    expect((await ask("/file", { headers: { Range: "bytes=4-", "If-Range": time } })).status).toBe(206);
    const earlier = new Date(0).toUTCString();
    expect((await ask("/file", { headers: { Range: "bytes=4-", "If-Range": earlier } })).status).toBe(200);
    const unmodified = await ask("/file", { headers: { "If-Unmodified-Since": earlier } });
    expect([unmodified.status, at(unmodified.json, "code")]).toEqual([412, "precondition_failed"]);
    expect(
      (await ask("/file", { headers: { "If-Match": "*", "If-Unmodified-Since": earlier } })).status,
    ).toBe(200);
  });

  it("goes on only with the same file", async () => {
    const { ask } = await serving();
    const { etag = "" } = (await ask("/file")).headers;
    const same = await ask("/file", { headers: { Range: "bytes=4-", "If-Range": etag } });
    expect([same.status, same.text]).toEqual([206, "456789"]);
    const other = await ask("/file", { headers: { Range: "bytes=4-", "If-Range": '"another"' } });
    expect([other.status, other.text]).toEqual([200, WORDS]);
  });
});

describe("a file that cannot be sent", () => {
  it("has been removed: 404", async () => {
    const { ask, file } = await serving();
    rmSync(file);
    const answer = await ask("/file");
    expect([answer.status, at(answer.json, "code")]).toEqual([404, "not_found"]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("has become a folder: 404", async () => {
    const { ask, file } = await serving();
    rmSync(file);
    mkdirSync(file);
    const answer = await ask("/file");
    expect([answer.status, answer.headers["content-disposition"]]).toEqual([404, undefined]);
  });

  it("is a pipe, a device or a link by now: 404 at once", async () => {
    const { ask, file } = await serving();
    rmSync(file);
    execFileSync("mkfifo", [file]);
    expect((await ask("/file")).status).toBe(404);
    for (const target of ["/dev/zero", "/etc/hosts"]) {
      rmSync(file);
      symlinkSync(target, file);
      expect((await ask("/file")).status).toBe(404);
    }
  });

  it("becomes shorter while it is sent: the connection ends, and the next is served", async () => {
    const { ask, file, url, key } = await serving({ content: "x".repeat(64 * 1024 * 1024) });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const closed = new Promise<void>((resolve) => {
      socket.once("data", () => {
        socket.pause();
        truncateSync(file, 10);
        socket.resume();
      });
      socket.once("close", () => resolve());
    });
    socket.on("error", () => {});
    socket.write(`GET /file HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n\r\n`);
    await closed;
    expect((await ask("/file")).text).toBe("x".repeat(10));
  });

  it("is not served from outside of its root", async () => {
    const other = temporaryFolder();
    writeFileSync(join(other, "secret"), "secret");
    const outside = fileRoute({
      path: "/outside",
      summary: "A file elsewhere.",
      scope: null,
      mediaTypes: ["*/*"],
      handler: async () => ({ root: join(other, "a"), path: "../secret", type: "text/plain", name: "x" }),
    });
    const answer = await (await listening([outside])).ask("/outside");
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("secret");
  });

  it("is asked for by someone who goes away: the next is served", async () => {
    const { ask, url, key } = await serving({ content: "x".repeat(8 * 1024 * 1024) });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    await new Promise<void>((resolve) => {
      socket.once("data", () => socket.destroy());
      socket.once("close", () => resolve());
      socket.write(`GET /file HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n\r\n`);
    });
    expect((await ask("/file")).text).toHaveLength(8 * 1024 * 1024);
  });
});

describe("other answers", () => {
  it("are not stored, and have no ETag", async () => {
    const json = route({
      method: "GET",
      path: "/json",
      summary: "JSON.",
      scope: null,
      output: z.unknown(),
      handler: () => 1,
    });
    const { headers } = await (await listening([json])).ask("/json");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers.etag).toBeUndefined();
  });
});
