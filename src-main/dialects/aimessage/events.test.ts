import { describe, expect, it } from "vitest";
import { at, request } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { until } from "../../testing/until.ts";

const NOOR = "+15550112";

const bodies = (json: unknown): unknown[] => {
  const data = at(json, "data");
  return Array.isArray(data) ? data.map((event) => at(event, "data", "body")) : [];
};

/** A gateway that has told three messages: two of Maya's, one of Noor's. */
async function told() {
  const running = await runningGateway();
  running.messages.receive("one");
  running.messages.receive("two", { from: NOOR });
  running.messages.receive("three");
  await until("three events", async () => at((await running.ask("/events")).json, "count") === 3);
  return running;
}

describe("events by sequence", () => {
  it("are paged, oldest first, and say how to go on", async () => {
    const { ask } = await told();
    const first = (await ask("/events?limit=2")).json;
    expect([bodies(first), at(first, "has_more"), at(first, "next_since")]).toEqual([
      ["one", "two"],
      true,
      2,
    ]);
    const second = (await ask("/events?since=2")).json;
    expect([bodies(second), at(second, "has_more"), at(second, "next_since")]).toEqual([["three"], false, 3]);
    expect((await ask("/events?since=3")).json).toEqual({
      data: [],
      count: 0,
      next_since: 3,
      has_more: false,
    });
  });

  it("are as a webhook gets them", async () => {
    const { ask } = await told();
    expect(at((await ask("/events?since=0")).json, "data", 0)).toMatchObject({
      type: "message.received",
      id: expect.stringMatching(/^evt_/),
      seq: 1,
      timestamp: expect.any(String),
      data: { body: "one", sender: MAYA, conversation_id: `any;-;${MAYA}` },
    });
  });

  it.each([
    ["types=message.received", ["one", "two", "three"]],
    ["types=message.sent,reaction.added", []],
    ["types=*", ["one", "two", "three"]],
    [`conversation_id=${encodeURIComponent(`iMessage;-;${NOOR}`)}`, ["two"]],
    // A + that was not encoded arrives as a space.
    [`conversation_id=any;-;${NOOR}`, ["two"]],
    [`conversation_id=${NOOR}&conversation_id=${MAYA}`, ["one", "two", "three"]],
  ])("with %s", async (query, expected) => {
    const { ask } = await told();
    expect(bodies((await ask(`/events?${query}`)).json)).toEqual(expected);
  });

  it.each([
    "since=-1",
    "since=x",
    "limit=0",
    "types=nothing",
    "wait=soon",
    "type=message.sent",
    "conversation_id=nonsense",
  ])("with %s are refused", async (query) => {
    const { ask } = await runningGateway();
    const answer = await ask(`/events?${query}`);
    expect([answer.status, at(answer.json, "code")]).toEqual([400, "invalid_request"]);
    expect(at(answer.json, "error")).toContain(query.split("=")[0]);
  });

  it("are waited for, and come as soon as they are there", async () => {
    const { ask, messages } = await told();
    const waiting = ask("/events?since=3&wait=30000");
    messages.receive("four");
    const page = (await waiting).json;
    expect([bodies(page), at(page, "next_since")]).toEqual([["four"], 4]);
    expect(at((await ask("/events?since=4&wait=50")).json, "count")).toBe(0);
  });

  it("before or beyond what there is are refused, never answered with less", async () => {
    const { ask } = await told();
    const answer = await ask("/events?since=4000");
    expect([answer.status, answer.json]).toEqual([
      410,
      {
        error: expect.stringMatching(/^Gone: /),
        code: "cursor_expired",
        request_id: expect.any(String),
      },
    ]);
    expect((await ask("/events/stream?since=4000")).status).toBe(410);
  });
});

describe("the stream of events", () => {
  it("goes on where the client was, and then live", async () => {
    const { api, key, messages } = await told();
    const leaving = new AbortController();
    const headers = { "X-API-Key": key, "Last-Event-ID": "2" };
    const answer = await fetch(`${api}/events/stream?since=0`, { headers, signal: leaving.signal });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
    ]);
    let text = "";
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const part of answer.body ?? []) text += decoder.decode(part, { stream: true });
    })().catch(() => {});
    await until("the third", () => text.includes("id: 3\n"));
    messages.receive("four");
    await until("the fourth", () => text.includes("id: 4\n"));
    expect(text.match(/^id: \d+$/gm)?.filter((line) => line !== "id: 2")).toEqual(["id: 3", "id: 4"]);
    expect(text).toContain("event: message.received\ndata: {");
    leaving.abort();
    await reading;
  });

  it("needs a key, and says what it would be to HEAD", async () => {
    const { api, ask } = await runningGateway();
    expect((await request(`${api}/events/stream`)).status).toBe(401);
    const head = await ask("/events/stream", { method: "HEAD" });
    expect([head.status, head.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
  });

  it("takes the key in its address, as an EventSource can give it no other way; a page does not", async () => {
    const { api, key, gateway } = await runningGateway();
    const answer = await fetch(`${api}/events/stream?api_key=${key}`);
    expect(answer.status).toBe(200);
    expect((await request(`${api}/events/stream?api_key=wrong`)).status).toBe(401);
    expect((await request(`${api}/events?api_key=${key}`)).status).toBe(401);
    await gateway.stop();
    await answer.text();
  });

  it("refuses a Last-Event-ID that is none", async () => {
    const { ask } = await runningGateway();
    const answer = await ask("/events/stream", { headers: { "Last-Event-ID": "evt_1" } });
    expect([answer.status, at(answer.json, "error")]).toEqual([
      400,
      "Invalid request: Last-Event-ID: must be the sequence of an event",
    ]);
  });

  it("ends when the gateway stops, at once", async () => {
    const { gateway, api, key } = await runningGateway();
    const answer = await fetch(`${api}/events/stream`, { headers: { "X-API-Key": key } });
    const ended = answer.text();
    await gateway.stop();
    expect(await ended).toContain("retry: 2000");
  });
});
