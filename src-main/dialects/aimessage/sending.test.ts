import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PANES } from "../../../src-shared/panes.ts";
import type { Settings } from "../../../src-shared/settings.ts";
import { createGroup, ensureDirect, receiveMessage } from "../../simulator/message-store.ts";
import { at, keysOf } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { until } from "../../testing/until.ts";
import { MESSAGE_KEYS } from "./testing/wire-keys.ts";

describe("POST /messages", () => {
  it("answers with the message as it stands in chat.db", async () => {
    const { post, messages } = await runningGateway();
    const { status, json } = await post("/messages", { recipient: MAYA, body: "hello 👋" });
    expect(status).toBe(200);
    expect(keysOf(json)).toEqual([...MESSAGE_KEYS, "outbox_state", "outbox_reason"].sort());
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
    expect(keysOf(json)).toEqual([...MESSAGE_KEYS, "outbox_state", "outbox_reason"].sort());
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

describe("a send of text and files, of which a file fails", () => {
  it("has the message that went as it is, and says that the whole failed", async () => {
    const { post, ask, folder, messages } = await runningGateway();
    const path = join(folder, "cat.png");
    writeFileSync(path, "bytes");
    messages.failNext("file-unreadable", { script: "send-file-to-chat" });
    const { json } = await post("/messages", { recipient: MAYA, body: "look", attachments: [path] });
    expect(json).toMatchObject({ body: "look", outbox_state: "failed" });
    expect(at(json, "status")).not.toBe("failed");
    expect(at(json, "outbox_reason")).toContain("error 25");
    const item = await ask(`/outbox/${at(json, "outbox_id")}`);
    expect(at(item.json, "parts")).toMatchObject([{ state: "sent" }, { state: "failed", error_code: 25 }]);
  });
});

describe("a send under an Idempotency-Key", () => {
  const asked = (key: string, body: object) => ({
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  });

  it("is answered again, and not sent again", async () => {
    const { ask } = await runningGateway();
    const order = { recipient: MAYA, body: "once" };
    const first = await ask("/messages", asked("k1", order));
    const second = await ask("/messages", asked("k1", order));
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect([first.headers["idempotent-replayed"], second.headers["idempotent-replayed"]]).toEqual([
      undefined,
      "true",
    ]);
    expect(at((await ask("/outbox")).json, "count")).toBe(1);
    const other = await ask("/messages", asked("k1", { ...order, body: "twice" }));
    expect([other.status, at(other.json, "code")]).toEqual([422, "idempotency_key_reused"]);
    expect((await ask("/messages", asked("two words", order))).status).toBe(400);
  });

  it("is 409 while the first is under way", async () => {
    const { ask, messages } = await runningGateway();
    messages.failNext("slow", { ms: 300 });
    const order = { recipient: MAYA, body: "slowly" };
    const first = ask("/messages", asked("k1", order));
    const second = await until("the first to be under way", async () => {
      const answer = await ask("/messages", asked("k1", order));
      return answer.status === 409 && answer;
    });
    expect([at(second.json, "code"), second.headers["retry-after"]]).toEqual(["idempotency_in_flight", "1"]);
    expect((await first).status).toBe(200);
  });
});

describe("what this Mac's owner allows", () => {
  it.each<[string, Partial<Settings>, string]>([
    ["mayWriteTo", { mayWriteTo: "wrote_first" }, "policy_contact_first"],
    ["mayWriteTo", { mayWriteTo: "listed", mayWriteToListed: ["+15550112"] }, "policy_allow_list"],
  ])("%s: 403, and the rule is named", async (setting, settings, code) => {
    const { post, ask } = await runningGateway({ settings });
    const answer = await post("/messages", { recipient: "+15550199", body: "hi" });
    expect([answer.status, at(answer.json, "code")]).toEqual([403, code]);
    expect(at(answer.json, "error")).toContain(setting);
    expect(at((await ask("/outbox")).json, "count")).toBe(0);
  });

  it("caps an hour, with what is left in headers", async () => {
    const { post } = await runningGateway({ settings: { sendsPerHour: 3, sendsPerHourToOne: 2 } });
    const left = async (to: string) => {
      const { status, headers, json } = await post("/messages", { recipient: to, body: "hi" });
      const { "x-bellhop-sends-left": hour, "x-bellhop-sends-left-to-recipient": one } = headers;
      return [status, hour, one, at(json, "code")];
    };
    expect(await left(MAYA)).toEqual([200, "2", "1", undefined]);
    expect(await left(MAYA)).toEqual([200, "1", "0", undefined]);
    expect(await left(MAYA)).toEqual([403, "1", "0", "policy_recipient_cap"]);
    expect(await left("+15550112")).toEqual([200, "0", "1", undefined]);
    expect(await left("+15550113")).toEqual([403, "0", "2", "policy_hourly_cap"]);
  });

  it("a dry run does everything but the sending, by setting or by order", async () => {
    for (const [settings, order] of [
      [{ dryRun: true }, {}],
      [{}, { dry_run: true }],
    ] as const) {
      const { post, messages } = await runningGateway({ settings });
      const answer = await post("/messages", { recipient: MAYA, body: "hi", ...order });
      expect([answer.status, at(answer.json, "outbox_state")]).toEqual([200, "dry_run"]);
      expect(messages.store.database.prepare("SELECT COUNT(*) FROM message").pluck().get()).toBe(0);
    }
  });
});

describe("the service", () => {
  it.each(["SMS", "RCS", "sms"])("%s is what it goes by when it is asked for", async (service) => {
    const { post } = await runningGateway();
    const { json } = await post("/messages", { recipient: MAYA, body: "hi", service });
    expect([at(json, "outbox_state"), at(json, "service")]).toEqual(["sent", service.toUpperCase()]);
  });

  it("is the conversation's own, or iMessage", async () => {
    const { post, messages } = await runningGateway();
    const chat = ensureDirect(messages.store, "+15550002", "SMS");
    receiveMessage(messages.store, { chat, from: "+15550002", text: "green", service: "SMS" });
    expect((await post("/messages", { recipient: "+15550002", body: "hi" })).json).toMatchObject({
      service: "SMS",
    });
    expect((await post("/messages", { recipient: MAYA, body: "hi" })).json).toMatchObject({
      service: "iMessage",
    });
  });

  it("cannot be another than a group's own", async () => {
    const { post, messages } = await runningGateway();
    const group = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    const answer = await post("/messages", { recipient: group.guid, body: "hi", service: "SMS" });
    expect([answer.status, at(answer.json, "code")]).toEqual([409, "service_unavailable"]);
  });
});

describe("POST /self-test", () => {
  it("sends to oneself and passes every step", async () => {
    const { post, messages } = await runningGateway();
    messages.receive("so that a line is known");
    const { status, json } = await post("/self-test", {});
    expect(status).toBe(200);
    expect(json).toMatchObject({ passed: true, outbox_id: expect.stringMatching(/^out_/) });
    const steps = at(json, "steps") as unknown[];
    expect(steps.map((step) => [at(step, "name"), at(step, "outcome")])).toEqual(
      ["reading", "automation", "line", "sending", "row", "event"].map((name) => [name, "passed"]),
    );
    expect((await post("/self-test", { to: "+15559999" })).json).toMatchObject({ passed: false });
    expect((await post("/self-test", { from: "x" })).status).toBe(400);
  });

  it("names the pane where Automation is off", async () => {
    const { post, messages } = await runningGateway();
    messages.receive("so that a line is known");
    messages.failNext("automation-denied");
    const { json } = await post("/self-test", {});
    expect(at(json, "steps", 1)).toMatchObject({ outcome: "failed", pane: PANES.automation });
    expect(at(json, "steps", 2, "outcome")).toBe("skipped");
  });
});
