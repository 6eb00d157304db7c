import { describe, expect, it } from "vitest";
import { createGroup, scheduleMessage } from "../../simulator/message-store.ts";
import { at } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";

describe("since", () => {
  it.each([
    ["2026-03-24", 1],
    ["2026-03-23", 2],
    ["2026-03-23T23:49:54", 1],
    ["2026-03-23T23:49", 2],
    ["2026-03-23 23:49:54", 1],
    ["2026-03-23 23:49:53Z", 2],
    ["2026-03-24T01:49:54.000+02:00", 1],
    ["2026-03-24T01:49:53+0200", 2],
    // A `+` that was not encoded arrives as a space.
    ["2026-03-24T01:49:53 02:00", 2],
    ["2026-03-24 01:49:54 02:00", 1],
  ])("is understood as %s", async (since, count) => {
    const { ask, messages } = await runningGateway();
    messages.receive("before", { at: Date.UTC(2026, 2, 23, 23, 49, 54) });
    messages.receive("after", { at: Date.UTC(2026, 2, 24, 12) });
    const answer = await ask(`/messages?since=${encodeURIComponent(since)}`);
    expect([answer.status, at(answer.json, "count")]).toEqual([200, count]);
  });

  it.each(["yesterday", "2026-13-01", "2026-03-23T25:00:00", "2026", "1774309794", ""])(
    "is 400 when it is no time: %s",
    async (since) => {
      const { ask } = await runningGateway();
      const answer = await ask(`/messages?since=${encodeURIComponent(since)}`);
      expect(answer.status).toBe(400);
      expect(at(answer.json, "error")).toMatch(/^Invalid request: since: must be a time/);
    },
  );
});

describe("what is not there", () => {
  it("is refused in a list: q", async () => {
    const { ask, messages } = await runningGateway();
    messages.receive("alpha");
    const answer = await ask("/messages?q=alpha");
    expect(answer.status).toBe(501);
    expect(answer.json).toMatchObject({ code: "feature_unavailable", error: expect.stringContaining("q") });
    expect((await ask("/messages?something=else")).status).toBe(200);
  });

  it.each([
    ["reply_to", { reply_to: "" }],
    ["service", { service: "pigeon" }],
    ["service", { service: 7 }],
    ["wait", { wait: 60_001 }],
    ["wait", { wait: "long" }],
    ["dry_run", { dry_run: "yes" }],
    ["attachments", { attachments: ["relative.png"] }],
    ["attachments", { attachments: ["file_short"] }],
    ["audio_message", { audio_message: "https://example.com/a.m4a" }],
    ["conversation_id", { conversation_id: `any;-;${MAYA}` }],
    ["dry_run", { dryRun: true }],
    ["reply_to", { "Reply-To": "x" }],
    ["Idempotency-Key", { idempotency_key: "x" }],
  ])("is refused in a send when it makes no sense, and nothing goes out: %s of %j", async (name, more) => {
    const { post, messages } = await runningGateway();
    const answer = await post("/messages", { recipient: MAYA, body: "hi", ...more });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: "invalid_request", error: expect.stringContaining(name) });
    const rows = messages.store.database.prepare("SELECT COUNT(*) FROM message").pluck().get();
    expect(rows).toBe(0);
  });

  it("is passed over where it is nothing of ours", async () => {
    const { post } = await runningGateway();
    expect((await post("/messages", { recipient: MAYA, body: "hi", tags: ["a"], text: "x" })).status).toBe(
      200,
    );
  });

  it("is no matter where it says nothing", async () => {
    const { post } = await runningGateway();
    const nothing = {
      ...{ reply_to: null, service: null, conversation_id: null, wait: null, dry_run: null },
      ...{ attachments: null, audio_message: null },
    };
    expect((await post("/messages", { recipient: MAYA, body: "hi", ...nothing })).status).toBe(200);
  });
});

describe("a send to a conversation_id", () => {
  it("goes to that conversation", async () => {
    const { post, messages } = await runningGateway();
    const group = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    const answer = await post("/messages", { conversation_id: group.guid, body: "hi all" });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ conversation_id: group.guid, body: "hi all" });
  });

  it("is 400 without either, and for what is no id", async () => {
    const { post } = await runningGateway();
    const neither = await post("/messages", { body: "hi" });
    expect([neither.status, at(neither.json, "error")]).toEqual([
      400,
      expect.stringMatching(/recipient: must be a phone number/),
    ]);
    expect((await post("/messages", { conversation_id: "Maya", body: "hi" })).status).toBe(400);
    expect((await post("/messages", { recipient: "", body: "hi" })).status).toBe(400);
  });
});

describe("a message that is to be sent later", () => {
  it("is not among those that were sent, unless all kinds are asked for", async () => {
    const { ask, messages } = await runningGateway();
    messages.receive("hi");
    const chat = messages.chatWith(MAYA);
    const { id } = scheduleMessage(messages.store, { chat, text: "later", at: Date.now() + 86_400_000 });
    const bodies = async (path: string): Promise<unknown> => {
      const data = at((await ask(path)).json, "data");
      return Array.isArray(data) ? data.map((one) => at(one, "body")) : data;
    };
    expect(await bodies("/messages")).toEqual(["hi"]);
    expect(await bodies("/messages?kinds=all")).toEqual(["later", "hi"]);
    expect(at((await ask("/conversations")).json, "data", 0, "latest_message", "body")).toBe("hi");
    expect((await ask(`/messages/${id}`)).json).toMatchObject({ scheduled_for: expect.any(String) });
  });
});
