import { describe, expect, it } from "vitest";
import { at, request } from "../testing/http-client.ts";
import { type RunningGateway, runningGateway } from "../testing/running-gateway.ts";

const JSON_TYPE = { "Content-Type": "application/json" };

/** Status, and the error's words. */
async function refusal(answer: Promise<{ status: number; json: unknown }>): Promise<[number, unknown]> {
  const { status, json } = await answer;
  return [status, at(json, "error")];
}

function raw(
  gateway: RunningGateway,
  body: string | Uint8Array,
  headers: Record<string, string> = JSON_TYPE,
) {
  return gateway.ask("/messages", { method: "POST", headers, body });
}

describe("bad input", () => {
  it("every refusal has words, a code and a request id", async () => {
    const { ask } = await runningGateway();
    const { json, headers } = await ask("/messages?limit=abc");
    expect(json).toEqual({
      error: "Invalid request: limit: must be a whole number, 0 or more",
      code: "invalid_request",
      request_id: headers["x-request-id"],
    });
  });

  it.each([
    ["bytes that are no UTF-8", Buffer.from('{"recipient":"+15550111","body":"caf\xe9"}', "latin1"), {}, 400],
    ["another encoding", "{}", { "Content-Type": "application/json; charset=latin1" }, 415],
    ["a compression nobody knows", "x", { "Content-Encoding": "x-own" }, 415],
  ])(
    "%s is refused, and nothing is sent otherwise than it was meant",
    async (_what, body, headers, status) => {
      const gateway = await runningGateway();
      const answer = await raw(gateway, body, { ...JSON_TYPE, ...headers });
      expect(answer.status).toBe(status);
      expect(at(answer.json, "error")).toContain("UTF-8");
      expect(at((await gateway.ask("/outbox")).json, "count")).toBe(0);
    },
  );

  it("an unknown route is 404", async () => {
    const { ask, url } = await runningGateway();
    expect(await refusal(ask("/nowhere"))).toEqual([404, "Not found: there is no /api/v1/nowhere"]);
    expect((await request(`${url}/`)).status).toBe(404);
  });

  it("a plain request to the socket is told to upgrade", async () => {
    const { ask } = await runningGateway();
    const answer = await ask("/ws");
    expect([answer.status, answer.headers.upgrade]).toEqual([426, "websocket"]);
  });

  it("a wrong method is 405 and told what is possible", async () => {
    const { ask } = await runningGateway();
    const answer = await ask("/messages", { method: "DELETE" });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe("GET, HEAD, POST");
    for (const method of ["PUT", "PATCH", "OPTIONS"]) {
      expect((await ask("/conversations", { method })).status).toBe(405);
    }
  });

  it("what is not JSON is 400, and so is JSON that does not say so", async () => {
    const gateway = await runningGateway();
    expect(await refusal(raw(gateway, "{half"))).toEqual([
      400,
      "Invalid request: the body is not valid JSON",
    ]);
    expect((await raw(gateway, "{}", { "Content-Type": "text/plain" })).status).toBe(400);
    expect(
      (await raw(gateway, "recipient=x", { "Content-Type": "application/x-www-form-urlencoded" })).status,
    ).toBe(400);
    const compressed = { ...JSON_TYPE, "Content-Encoding": "gzip" };
    expect((await raw(gateway, "no gzip", compressed)).status).toBe(400);
    expect((await raw(gateway, "{}", { ...JSON_TYPE, "Content-Encoding": "zstd-9" })).status).toBe(415);
  });

  it.each(["[]", '"text"', "1", "null", "true", "", "{}"])(
    "JSON that is no order is 400: %s",
    async (body) => {
      const gateway = await runningGateway();
      expect((await raw(gateway, body)).status).toBe(400);
    },
  );

  it("a body over 1 MB is 413", async () => {
    const gateway = await runningGateway();
    const body = JSON.stringify({ recipient: "+15550111", body: "x".repeat(1024 * 1024) });
    expect(await refusal(raw(gateway, body))).toEqual([413, "Invalid request: the body is larger than 1 MB"]);
    const long = JSON.stringify({ recipient: "+15550111", body: "x".repeat(100_001) });
    expect((await raw(gateway, long)).status).toBe(413);
  });

  it("no key and a wrong key are 401 on every route but health", async () => {
    const { api, key } = await runningGateway();
    const routes = [
      ["GET", "/messages"],
      ["GET", "/messages/1"],
      ["POST", "/messages"],
      ["POST", "/messages/1/react"],
      ["GET", "/conversations"],
      ["GET", "/conversations/x"],
      ["POST", "/conversations/x/typing"],
      ["GET", "/webhooks"],
      ["POST", "/webhooks"],
      ["DELETE", "/webhooks/x"],
    ] as const;
    for (const [method, path] of routes) {
      for (const headers of [{}, { "X-API-Key": `${key}x` }, { Authorization: "Bearer nonsense" }]) {
        const answer = await request(api + path, { method, headers });
        expect([path, answer.status, at(answer.json, "code")]).toEqual([path, 401, "unauthorized"]);
      }
    }
    expect((await request(`${api}/messages?api_key=${key}`)).status).toBe(401);
    expect((await request(`${api}/health`)).status).toBe(200);
    expect((await request(`${api}/messages`, { headers: { Authorization: `Bearer ${key}` } })).status).toBe(
      200,
    );
  });

  it.each([
    ["GET", "/messages/999999"],
    ["GET", "/messages/99999999999999999999"],
    ["GET", "/messages/NO-SUCH-GUID"],
    ["GET", "/conversations/any;-;+15559999"],
    ["GET", "/conversations/nonsense"],
    ["DELETE", "/webhooks/no-such-id"],
    ["POST", "/conversations/any;-;+15559999/typing"],
  ])("an unknown id is 404: %s %s", async (method, path) => {
    const { ask } = await runningGateway();
    expect((await ask(path, { method })).status).toBe(404);
  });

  it.each([
    ["limit=abc", "limit"],
    ["limit=-1", "limit"],
    ["limit=1.5", "limit"],
    ["limit=", "limit"],
    ["limit=1&limit=2", "limit"],
    ["offset=x", "offset"],
    ["since=yesterday", "since"],
    ["conversation_id=", "conversation_id"],
  ])("a parameter that makes no sense is named: %s", async (query, name) => {
    const { ask } = await runningGateway();
    const [status, words] = await refusal(ask(`/messages?${query}`));
    expect(status).toBe(400);
    expect(words).toMatch(new RegExp(`^Invalid request: ${name}: `));
  });

  it.each([
    ["no recipient", { body: "hi" }, "recipient"],
    ["an empty recipient", { recipient: " ", body: "hi" }, "recipient"],
    ["a recipient that is no address", { recipient: "nobody", body: "hi" }, "recipient"],
    ["a recipient that is a number", { recipient: 5, body: "hi" }, "recipient"],
    ["neither body nor attachment", { recipient: "+15550111" }, "nothing to send"],
    [
      "an empty body and no attachment",
      { recipient: "+15550111", body: "", attachments: [] },
      "nothing to send",
    ],
    ["a body that is no text", { recipient: "+15550111", body: 5 }, "body"],
    ["a NUL in the body", { recipient: "+15550111", body: "a\0b" }, "NUL"],
    ["half a surrogate pair", { recipient: "+15550111", body: "\ud800" }, "surrogate"],
    [
      "an attachment without an absolute path",
      { recipient: "+15550111", attachments: ["cat.png"] },
      "attachments",
    ],
  ])("a send with %s is 400", async (_what, order, word) => {
    const { post } = await runningGateway();
    const [status, words] = await refusal(post("/messages", order));
    expect([status, words]).toEqual([400, expect.stringContaining(word)]);
  });

  it("a file from somewhere else is 403, an unknown group 404", async () => {
    const { post } = await runningGateway();
    const file = { recipient: "+15550111", attachments: ["/etc/hostname"] };
    expect((await post("/messages", file)).status).toBe(403);
    expect((await post("/messages", { recipient: "any;+;chat404", body: "hi" })).status).toBe(404);
  });

  it.each([
    [{ url: "ftp://x", events: ["message.received"] }, "url"],
    [{ url: "nonsense", events: ["message.received"] }, "url"],
    [{ url: "http://me:pw@x.test/", events: ["message.received"] }, "url"],
    [{ url: "http://x.test/" }, "events"],
    [{ url: "http://x.test/", events: [] }, "events"],
    [{ url: "http://x.test/", events: ["message.exploded"] }, "events"],
    [{ url: "http://x.test/", events: ["message.sent"], secret: "" }, "secret"],
  ])("a webhook that makes no sense is 400: %j", async (order, name) => {
    const { post } = await runningGateway();
    const [status, words] = await refusal(post("/webhooks", order));
    expect([status, words]).toEqual([400, expect.stringContaining(name)]);
  });

  it("an address that is not well encoded is 400", async () => {
    const { ask } = await runningGateway();
    expect((await ask("/messages/%E0%A4%A")).status).toBe(400);
  });

  it("times of any year are understood", async () => {
    const { ask } = await runningGateway();
    for (const year of ["0001", "1970", "2001", "2999", "9999"]) {
      expect((await ask(`/messages?since=${year}-01-01T00:00:00Z`)).status).toBe(200);
    }
  });
});
