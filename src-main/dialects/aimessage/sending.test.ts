import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createGroup } from "../../simulator/message-store.ts";
import { at, keysOf } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { MESSAGE_KEYS } from "./testing/wire-keys.ts";

describe("POST /messages", () => {
  it("answers with the message as it stands in chat.db", async () => {
    const { post, messages } = await runningGateway();
    const { status, json } = await post("/messages", { recipient: MAYA, body: "hello 👋" });
    expect(status).toBe(200);
    expect(keysOf(json)).toEqual([...MESSAGE_KEYS, "outbox_id"].sort());
    expect(json).toMatchObject({
      body: "hello 👋",
      sender: "me",
      is_from_me: true,
      conversation_id: `any;-;${MAYA}`,
    });
    const row = messages.store.sql.messageByGuid.get(String(at(json, "guid")));
    expect(String(row?.id)).toBe(at(json, "id"));
  });

  it("sends a file, with and without words", async () => {
    const { post, folder } = await runningGateway();
    const path = join(folder, "cat.png");
    writeFileSync(path, "bytes");
    const { status, json } = await post("/messages", { recipient: MAYA, body: "", attachments: [path] });
    expect(status).toBe(200);
    expect(json).toMatchObject({ body: "", attachments: [expect.stringMatching(/cat\.png$/)] });
    const both = await post("/messages", { recipient: MAYA, body: "look", attachments: [path] });
    expect(at(both.json, "body")).toBe("look");
  });

  it("answers AiMessage's provisional 200 while the row has not appeared", async () => {
    const { post } = await runningGateway({
      settings: { sendWaitMs: 50 },
      ports: { processes: { run: () => new Promise(() => {}) } },
    });
    const { status, json } = await post("/messages", { recipient: MAYA, body: "hello" });
    expect(status).toBe(200);
    expect(keysOf(json)).toEqual([...MESSAGE_KEYS, "outbox_id"].sort());
    expect(json).toMatchObject({
      id: "",
      guid: "",
      conversation_id: "",
      sender: "me",
      body: "hello",
      status: "sent",
    });
    expect(at(json, "outbox_id")).toMatch(/^out_[0-9a-f]{32}$/);
  });

  it("goes to a conversation by its id, also to a group", async () => {
    const { post, messages } = await runningGateway();
    const group = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    const { json } = await post("/messages", { recipient: group.guid, body: "hi all" });
    expect(json).toMatchObject({ conversation_id: group.guid, body: "hi all" });
  });

  it("is 503 with Retry-After where nothing can send, and says what to do", async () => {
    const { post } = await runningGateway({ gateway: { osascript: null } });
    const answer = await post("/messages", { recipient: MAYA, body: "hi" });
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
    expect(at(answer.json, "error")).toMatch(/^Backend unavailable: .*--osascript/);
  });
});

describe("what needs Accessibility", () => {
  it("is 501, after the request was checked", async () => {
    const { post, messages } = await runningGateway();
    const { id } = messages.receive("x");
    const answer = await post(`/messages/${id}/react`, { reaction: "love" });
    expect([answer.status, at(answer.json, "error")]).toEqual([
      501,
      expect.stringMatching(/^Feature unavailable: /),
    ]);
    expect((await post(`/messages/${id}/react`, { reaction: "explode" })).status).toBe(400);
    expect((await post(`/messages/999/react`, { reaction: "love" })).status).toBe(404);
    expect((await post(`/conversations/${encodeURIComponent(`any;-;${MAYA}`)}/typing`, {})).status).toBe(501);
  });
});
