import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { react, removeReaction } from "../../simulator/message-store.ts";
import { at, keysOf } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { until } from "../../testing/until.ts";
import { webhookReceiver } from "../../testing/webhook-receiver.ts";

const ALL = ["message.received", "message.sent", "reaction.added", "reaction.removed"];

describe("webhooks", () => {
  it("are made, listed and removed, and never show their secret", async () => {
    const { post, ask } = await runningGateway();
    const order = { url: "http://127.0.0.1:9/hook", events: ["message.received"], secret: "topsecret" };
    const made = await post("/webhooks", order);
    expect(made.status).toBe(200);
    expect(made.json).toMatchObject({
      id: expect.any(String),
      url: order.url,
      events: ["message.received"],
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    });
    const list = await ask("/webhooks");
    expect(list.json).toEqual({ data: [made.json], count: 1 });
    expect(list.text + made.text).not.toContain("topsecret");
    const id = String(at(made.json, "id"));
    expect((await ask(`/webhooks/${id}`, { method: "DELETE" })).json).toEqual({ deleted: true });
    expect((await ask(`/webhooks/${id}`, { method: "DELETE" })).status).toBe(404);
    expect((await ask("/webhooks")).json).toEqual({ data: [], count: 0 });
  });

  it("with the same address are the same, with other events", async () => {
    const { post, ask } = await runningGateway();
    const url = "http://127.0.0.1:9/hook";
    const first = await post("/webhooks", { url, events: ["message.received"], secret: null });
    const second = await post("/webhooks", { url, events: ["message.sent", "message.sent"] });
    expect(second.json).toEqual({ ...Object(first.json), events: ["message.sent"] });
    expect(at((await ask("/webhooks")).json, "count")).toBe(1);
  });

  it("keep their secret when they are changed without one", async () => {
    const { post, messages } = await runningGateway();
    const receiver = await webhookReceiver();
    await post("/webhooks", { url: receiver.url, events: ["message.sent"], secret: "topsecret" });
    await post("/webhooks", { url: receiver.url, events: ["message.received"] });
    messages.receive("hi");
    const delivery = await until("the delivery", () => receiver.received[0]);
    const expected = createHmac("sha256", "topsecret").update(delivery.body).digest("hex");
    expect(delivery.headers["x-webhook-signature"]).toBe(`sha256=${expected}`);
  });

  it("are told only of what they asked for", async () => {
    const { post, messages } = await runningGateway();
    const [sent, all] = [await webhookReceiver(), await webhookReceiver()];
    await post("/webhooks", { url: sent.url, events: ["message.sent"] });
    await post("/webhooks", { url: all.url, events: ALL });
    messages.receive("in");
    messages.send("out");
    await until("both deliveries", () => all.received.length === 2 && sent.received.length === 1);
    expect(sent.events()).toMatchObject([{ type: "message.sent", data: { body: "out" } }]);
  });
});

describe("an event", () => {
  it("has exactly these fields", async () => {
    const { post, messages } = await runningGateway();
    const receiver = await webhookReceiver();
    await post("/webhooks", { url: receiver.url, events: ALL });
    const { id, guid } = messages.receive("look");
    const by = { address: MAYA };
    react(messages.store, { target: guid, by, kind: "laugh" });
    await until("both deliveries", () => receiver.received.length === 2);
    removeReaction(messages.store, { target: guid, by, kind: "laugh" });
    await until("the third delivery", () => receiver.received.length === 3);
    const [message, added, removed] = receiver.events();
    expect(keysOf(message)).toEqual(["data", "id", "seq", "timestamp", "type"]);
    expect(message).toMatchObject({
      type: "message.received",
      seq: 1,
      data: { id: String(id), body: "look" },
    });
    expect(receiver.received[0]?.headers["webhook-id"]).toBe(at(message, "id"));
    expect(added).toMatchObject({
      type: "reaction.added",
      seq: 2,
      data: { message_id: String(id), message_guid: guid, sender: MAYA, reaction_type: "ha_ha" },
    });
    expect(keysOf(at(added, "data"))).toEqual([
      "conversation_id",
      "emoji",
      "id",
      "is_from_me",
      "message_guid",
      "message_id",
      "part",
      "reaction_type",
      "sender",
      "timestamp",
    ]);
    expect(removed).toMatchObject({ type: "reaction.removed", data: { reaction_type: "ha_ha" } });
  });

  it.each([
    ["love", "love"],
    ["like", "thumbs_up"],
    ["dislike", "thumbs_down"],
    ["laugh", "ha_ha"],
    ["emphasize", "exclamation"],
    ["question", "question"],
    ["🦦", "emoji"],
  ])("spells %s %s", async (kind, spelled) => {
    const { post, messages } = await runningGateway();
    const receiver = await webhookReceiver();
    await post("/webhooks", { url: receiver.url, events: ["reaction.added"] });
    const { guid } = messages.receive("look");
    react(messages.store, { target: guid, by: "me", kind });
    await until("the delivery", () => receiver.received.length === 1);
    expect(at(receiver.events()[0], "data")).toMatchObject({ reaction_type: spelled, sender: "me" });
  });

  it("of a send of ours follows its answer, about the same message", async () => {
    const { post } = await runningGateway();
    const receiver = await webhookReceiver();
    await post("/webhooks", { url: receiver.url, events: ["message.sent"] });
    const { json } = await post("/messages", { recipient: MAYA, body: "hello" });
    await until("the delivery", () => receiver.received.length === 1);
    expect(at(receiver.events()[0], "data", "guid")).toBe(at(json, "guid"));
  });
});
