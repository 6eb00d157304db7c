import { describe, expect, it } from "vitest";
import { createGroup, receiveMessage, renameGroup } from "../../simulator/message-store.ts";
import { at, keysOf, request } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { MESSAGE_KEYS } from "./testing/wire-keys.ts";

describe("GET /health", () => {
  it("is AiMessage's, with the mode", async () => {
    const { api } = await runningGateway();
    const answer = await request(`${api}/health`);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      status: "ok",
      backend: { connected: true, message: null, private_api_available: true },
      mode: "simulated",
    });
  });
});

describe("GET /messages", () => {
  it("gives a page of messages, newest first, with exactly these fields", async () => {
    const { ask, messages } = await runningGateway();
    const { id, guid } = messages.receive("Hey!", { at: Date.UTC(2026, 2, 23, 23, 49, 54, 987) });
    messages.send("Hi back", { state: "sent" });
    const { json } = await ask("/messages");
    expect(keysOf(json)).toEqual(["count", "data", "next_cursor", "prev_cursor"]);
    expect(at(json, "count")).toBe(2);
    expect(keysOf(at(json, "data", 0))).toEqual(MESSAGE_KEYS);
    expect(at(json, "data", 0)).toMatchObject({
      body: "Hi back",
      sender: "me",
      is_from_me: true,
      status: "sent",
    });
    expect(at(json, "data", 1)).toMatchObject({
      id: String(id),
      guid,
      conversation_id: `any;-;${MAYA}`,
      sender: MAYA,
      body: "Hey!",
      attachments: [],
      timestamp: "2026-03-23T23:49:54Z",
      is_from_me: false,
      status: "delivered",
    });
  });

  it("names attachments by their absolute paths", async () => {
    const { ask, messages } = await runningGateway();
    const files = [{ name: "cat.png", content: new Uint8Array([1]) }];
    receiveMessage(messages.store, { chat: messages.chatWith(MAYA), from: MAYA, files });
    const { json } = await ask("/messages");
    expect(at(json, "data", 0)).toMatchObject({
      body: "",
      attachments: [expect.stringMatching(/^\/.*\/cat\.png$/)],
    });
  });

  it("has 50 unless told otherwise, and never more than 200", async () => {
    const { ask, messages } = await runningGateway();
    messages.store.database.transaction(() => {
      for (let count = 0; count < 205; count += 1) messages.receive(`message ${count}`);
    })();
    const count = async (query: string) => at((await ask(`/messages${query}`)).json, "count");
    expect(await count("")).toBe(50);
    expect(await count("?limit=3")).toBe(3);
    expect(await count("?limit=0")).toBe(0);
    for (const limit of [200, 201, 5_000, 99_999_999_999]) expect(await count(`?limit=${limit}`)).toBe(200);
    expect(await count("?limit=200&offset=200")).toBe(5);
    expect(await count("?offset=500")).toBe(0);
  });

  it("passes over as many as the offset says", async () => {
    const { ask, messages } = await runningGateway();
    for (const [minute, text] of ["one", "two", "three"].entries()) {
      messages.receive(text, { at: Date.UTC(2026, 0, 1, 0, minute) });
    }
    const { json } = await ask("/messages?limit=1&offset=1");
    expect(at(json, "data", 0, "body")).toBe("two");
  });

  it("begins after `since`, in any time zone", async () => {
    const { ask, messages } = await runningGateway();
    messages.receive("before", { at: Date.UTC(2026, 0, 1, 11, 59) });
    messages.receive("after", { at: Date.UTC(2026, 0, 1, 12, 1) });
    for (const since of ["2026-01-01T12:00:00Z", "2026-01-01T13:00:00%2B01:00", "2026-01-01T12:00:00.000Z"]) {
      const { json } = await ask(`/messages?since=${since}`);
      expect([at(json, "count"), at(json, "data", 0, "body")]).toEqual([1, "after"]);
    }
  });

  it("takes a conversation in any spelling, with its plus as plus, space or %2B", async () => {
    const { ask, messages } = await runningGateway();
    messages.receive("mine");
    messages.receive("other", { from: "+15550112" });
    for (const id of [`any;-;${MAYA}`, `any;-; ${MAYA.slice(1)}`, `iMessage;-;${MAYA}`, `SMS;-;${MAYA}`]) {
      for (const spelling of [encodeURIComponent(id), id.replaceAll(" ", "%20")]) {
        const { json } = await ask(`/messages?conversation_id=${spelling}`);
        expect([id, at(json, "count"), at(json, "data", 0, "body")]).toEqual([id, 1, "mine"]);
      }
    }
    expect(at((await ask(`/messages?conversation_id=any;-;+15559999`)).json, "count")).toBe(0);
  });

  it("goes from page to page by cursors, down to the oldest and up to what came since", async () => {
    const { ask, messages } = await runningGateway();
    for (const text of ["one", "two", "three"]) messages.receive(text);
    const bodies = (json: unknown) => [0, 1].map((place) => at(json, "data", place, "body"));
    const newest = await ask("/messages?limit=2");
    expect(bodies(newest.json)).toEqual(["three", "two"]);
    const older = await ask(`/messages?limit=2&before=${at(newest.json, "next_cursor")}`);
    expect(bodies(older.json)).toEqual(["one", undefined]);
    expect(at(older.json, "next_cursor")).toBeNull();
    messages.receive("four");
    const newer = await ask(`/messages?after=${at(newest.json, "prev_cursor")}`);
    expect(bodies(newer.json)).toEqual(["four", undefined]);
  });

  it("has what a person wrote, or what other kinds it is asked for", async () => {
    const { ask, messages } = await runningGateway();
    const group = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    receiveMessage(messages.store, { chat: group, from: MAYA, text: "hello" });
    renameGroup(messages.store, { chat: group, by: { address: MAYA }, name: "Climbers" });
    const kinds = async (query: string) => {
      const { json } = await ask(`/messages${query}`);
      return Array.from({ length: Number(at(json, "count")) }, (_, place) => at(json, "data", place, "kind"));
    };
    expect(await kinds("")).toEqual(["message"]);
    expect(await kinds("?kinds=all")).toEqual(["group_change", "message"]);
    expect(await kinds("?kinds=group_change,%20poll")).toEqual(["group_change"]);
  });

  it.each([
    ["kinds=message,spam", /^Invalid request: kinds: must be `all`, or some of message, audio, /],
    ["kinds=", /^Invalid request: kinds: must be `all`/],
    ["before=", /^Invalid request: before: must not be empty$/],
    ["before=nonsense", /^Invalid request: /],
    ["before=x&offset=1", /^Invalid request: offset: cannot be combined with a cursor$/],
  ])("refuses %s with a sentence", async (query, sentence) => {
    const { ask } = await runningGateway();
    const { status, json } = await ask(`/messages?${query}`);
    expect([status, at(json, "error")]).toEqual([400, expect.stringMatching(sentence)]);
  });

  it("gives one by id and by guid", async () => {
    const { ask, messages } = await runningGateway();
    const { id, guid } = messages.receive("one");
    const byId = await ask(`/messages/${id}`);
    expect(keysOf(byId.json)).toEqual(MESSAGE_KEYS);
    expect((await ask(`/messages/${guid}`)).json).toEqual(byId.json);
  });
});

describe("GET /conversations", () => {
  it("gives the most recent first, with exactly these fields", async () => {
    const { ask, messages } = await runningGateway();
    messages.receive("older", { at: Date.now() - 60_000 });
    const group = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    receiveMessage(messages.store, { chat: group, from: MAYA, text: "newer" });
    const { json } = await ask("/conversations");
    expect(keysOf(json)).toEqual(["count", "data"]);
    const first = at(json, "data", 0);
    expect(keysOf(first)).toEqual([
      "display_name",
      "filter",
      "id",
      "is_archived",
      "is_group",
      "latest_message",
      "line",
      "participants",
      "services",
      "spellings",
    ]);
    expect(keysOf(at(first, "latest_message"))).toEqual(MESSAGE_KEYS);
    expect(first).toMatchObject({
      id: group.guid,
      participants: [MAYA, "+15550112"],
      display_name: "Hikers",
      is_group: true,
      latest_message: { body: "newer" },
    });
    expect(at(json, "data", 1)).toMatchObject({ id: `any;-;${MAYA}`, display_name: null, is_group: false });
    expect(at((await ask("/conversations?limit=1&offset=1")).json, "data", 0, "id")).toBe(`any;-;${MAYA}`);
  });

  it("gives one in any spelling, and null where nothing was said yet", async () => {
    const { ask, messages } = await runningGateway();
    messages.chatWith(MAYA);
    const { json } = await ask(`/conversations/${encodeURIComponent(`iMessage;-;${MAYA}`)}`);
    expect(json).toMatchObject({ id: `any;-;${MAYA}`, latest_message: null });
  });
});

describe("GET /lines", () => {
  it("gives the lines of this Mac", async () => {
    const { ask, messages } = await runningGateway();
    messages.receive("hello");
    const { status, json } = await ask("/lines");
    expect(status).toBe(200);
    expect(keysOf(json)).toEqual(["count", "data"]);
    expect(at(json, "data", 0)).toMatchObject({ handle: "+15550100", kind: "phone", services: ["iMessage"] });
  });
});
