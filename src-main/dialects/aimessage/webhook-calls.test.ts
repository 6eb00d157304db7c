import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { at } from "../../testing/http-client.ts";
import { type RunningGateway, runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { until } from "../../testing/until.ts";
import { type WebhookReceiver, webhookReceiver } from "../../testing/webhook-receiver.ts";

const RECEIVED = ["message.received"];

/** A gateway with one webhook, and what it is told. */
async function withWebhook(
  order: Record<string, unknown> = {},
  answer?: Parameters<typeof webhookReceiver>[0],
): Promise<RunningGateway & { receiver: WebhookReceiver; id: string }> {
  const running = await runningGateway();
  const receiver = await webhookReceiver(answer);
  const made = await running.post("/webhooks", { url: receiver.url, events: RECEIVED, ...order });
  if (made.status !== 200) throw new Error(made.text);
  return { ...running, receiver, id: String(at(made.json, "id")) };
}

const patch = ({ ask }: RunningGateway, path: string, body: unknown) =>
  ask(path, {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

const texts = (receiver: WebhookReceiver): unknown[] =>
  receiver.events().map((event) => at(event, "data", "body"));

describe("a webhook", () => {
  it("is made with everything that can be chosen, and shows no secret of it", async () => {
    const order = {
      name: "my bot",
      secret: "topsecret",
      signature: "standard",
      conversations: [MAYA],
      only_incoming: true,
      include_own: false,
      headers: { Authorization: "Bearer hidden" },
      events: ["*"],
    };
    const { ask, id } = await withWebhook(order);
    const shown = await ask(`/webhooks/${id}`);
    expect(shown.json).toMatchObject({
      name: "my bot",
      signature: "standard",
      format: "bellhop",
      conversations: [MAYA],
      only_incoming: true,
      include_own: false,
      headers: ["Authorization"],
      has_secret: true,
      enabled: true,
      allows_local: true,
      events: expect.arrayContaining(["message.updated", "conversation.updated"]),
    });
    expect(shown.text).not.toMatch(/topsecret|hidden/);
  });

  it.each([
    [{ signature: "md5" }, "signature: must be one of aimessage, standard, messages_dev, spectrum"],
    [{ format: "xml" }, "format: must be one of bellhop, slack, discord"],
    [{ secret: "whsec_@@" }, "secret"],
    [{ headers: { Host: "elsewhere" } }, "Host"],
    [{ headers: { "X-Fine": "a\r\nb" } }, "X-Fine"],
    [{ events: [] }, "events"],
    [{ conversations: "all" }, "conversations"],
    [{ conversations: ["nonsense"] }, "conversations.0: must be a conversation's id, a phone number"],
    [{ only_incoming: "yes" }, "only_incoming"],
    [{ enabled: 1 }, "enabled"],
  ])("with %j is refused, and the answer names it", async (order, word) => {
    const { post } = await runningGateway();
    const answer = await post("/webhooks", { url: "http://127.0.0.1:9/hook", events: RECEIVED, ...order });
    expect(answer.status).toBe(400);
    expect(String(at(answer.json, "error"))).toContain(word);
  });

  it("is not changed, nor resent anything, by a name that means nothing", async () => {
    const running = await withWebhook();
    const changed = await patch(running, `/webhooks/${running.id}`, { onlyIncoming: true });
    expect([changed.status, at(changed.json, "error")]).toEqual([
      400,
      "Invalid request: onlyIncoming is not a parameter of this call",
    ]);
    expect((await running.post(`/webhooks/${running.id}/redeliver`, { mised: true })).status).toBe(400);
  });

  it("is told only of the conversations it asked for, with headers of its own", async () => {
    const { messages, receiver } = await withWebhook({
      conversations: [`SMS;-;${MAYA}`],
      headers: { "X-Mine": "yes" },
    });
    messages.receive("elsewhere", { from: "+15550112" });
    messages.receive("here");
    await until("the delivery", () => receiver.received.length === 1);
    expect(texts(receiver)).toEqual(["here"]);
    expect(receiver.received[0]?.headers["x-mine"]).toBe("yes");
  });

  it("with include_own false hears what was typed on a phone, and not what went out through Bellhop", async () => {
    const { messages, receiver, post } = await withWebhook({ events: ["message.sent"], include_own: false });
    await post("/messages", { recipient: MAYA, body: "by the bot" });
    messages.send("by hand");
    await until("the delivery", () => receiver.received.length === 1);
    expect(texts(receiver)).toEqual(["by hand"]);
  });

  it("with only_incoming hears nothing of this account", async () => {
    const { messages, receiver } = await withWebhook({
      events: ["message.sent", "message.received"],
      only_incoming: true,
    });
    messages.send("by hand");
    messages.receive("by Maya");
    await until("the delivery", () => receiver.received.length === 1);
    expect(texts(receiver)).toEqual(["by Maya"]);
  });

  it.each([
    ["slack", { text: expect.stringContaining("look at &lt;this&gt;") }],
    ["discord", { content: expect.stringContaining("look at"), allowed_mentions: { parse: [] } }],
  ])("in the format of %s is a line of a chat", async (format, body) => {
    const { messages, receiver } = await withWebhook({ format });
    messages.receive("look at <this>");
    await until("the delivery", () => receiver.received.length === 1);
    expect(receiver.events()).toEqual([body]);
  });

  it("that is switched off is told nothing, and afterwards what it missed", async () => {
    const running = await withWebhook();
    const { messages, receiver, id, ask, post } = running;
    const off = await patch(running, `/webhooks/${id}`, { enabled: false });
    expect(off.json).toMatchObject({
      enabled: false,
      disabled_because: "person",
      disabled_at: expect.any(String),
    });
    messages.receive("one");
    messages.receive("two");
    await until("two events", async () => at((await ask("/events")).json, "count") === 2);
    await patch(running, `/webhooks/${id}`, { enabled: true });
    messages.receive("three");
    await until("the third", () => receiver.received.length === 1);
    expect((await post(`/webhooks/${id}/redeliver`, { missed: true })).json).toEqual({ queued: 2 });
    await until("all", () => receiver.received.length === 3);
    expect(texts(receiver)).toEqual(["three", "one", "two"]);
  });

  it("that answers 410 is switched off, says so, and is there again when it is put anew", async () => {
    let status = 410;
    const running = await withWebhook({}, () => status);
    const { messages, receiver, id, ask, post } = running;
    messages.receive("one");
    await until("the end", async () => at((await ask(`/webhooks/${id}`)).json, "enabled") === false);
    expect((await ask("/webhooks")).json).toMatchObject({
      data: [{ disabled_because: "gone", health: { last_status: 410, waiting: 1 } }],
    });
    const shown = await running.gateway.control.call("status.get", {});
    expect(shown).toMatchObject({ value: { webhooks: { switchedOff: [{ because: "gone" }] } } });
    status = 200;
    await post("/webhooks", { url: receiver.url, events: RECEIVED });
    await until("the repeat", () => receiver.received.length === 2);
    expect(receiver.received[0]?.headers["webhook-id"]).toBe(receiver.received[1]?.headers["webhook-id"]);
  });

  it("can be tested, and says what it answered", async () => {
    let status = 204;
    const { receiver, id, post } = await withWebhook({ secret: "topsecret" }, () => status);
    expect((await post(`/webhooks/${id}/test`, {})).json).toEqual({
      ok: true,
      status: 204,
      error: null,
      took_ms: expect.any(Number),
    });
    const [first] = receiver.received;
    expect(JSON.parse(first?.body ?? "")).toMatchObject({ type: "webhook.test", data: { webhook_id: id } });
    const signed = createHmac("sha256", "topsecret")
      .update(first?.body ?? "")
      .digest("hex");
    expect(first?.headers["x-webhook-signature"]).toBe(`sha256=${signed}`);
    status = 500;
    expect((await post(`/webhooks/${id}/test`, {})).json).toMatchObject({ ok: false, status: 500 });
    receiver.close();
    expect((await post(`/webhooks/${id}/test`, {})).json).toMatchObject({
      ok: false,
      status: null,
      error: expect.stringContaining("nobody listens"),
    });
  });

  it("gets another secret, shown once, and is signed with both for a day", async () => {
    const { messages, receiver, id, post } = await withWebhook({ secret: "the first one" });
    const rotated = await post(`/webhooks/${id}/rotate`, {});
    const secret = String(at(rotated.json, "secret"));
    expect(secret).toMatch(/^whsec_/);
    expect(Date.parse(String(at(rotated.json, "rotates_until")))).toBeGreaterThan(Date.now() + 86_000_000);
    messages.receive("hi");
    const delivery = await until("the delivery", () => receiver.received[0]);
    const sign = (key: string) => `sha256=${createHmac("sha256", key).update(delivery.body).digest("hex")}`;
    expect(delivery.headers).toMatchObject({
      "x-webhook-signature": sign(secret),
      "x-webhook-signature-previous": sign("the first one"),
    });
    expect(String(delivery.headers["webhook-signature"]).split(" ")).toHaveLength(2);
  });

  it.each([
    ["GET", "/webhooks/nobody"],
    ["PATCH", "/webhooks/nobody"],
    ["POST", "/webhooks/nobody/test"],
    ["POST", "/webhooks/nobody/rotate"],
    ["POST", "/webhooks/nobody/retry"],
    ["POST", "/webhooks/nobody/redeliver"],
    ["GET", "/webhooks/nobody/deliveries"],
    ["GET", "/deliveries/dlv_nobody_1"],
    ["POST", "/deliveries/nonsense/redeliver"],
  ])("that is not there: %s %s is 404", async (method, path) => {
    const { ask } = await runningGateway();
    const body = method === "GET" ? {} : { headers: { "Content-Type": "application/json" }, body: "{}" };
    expect((await ask(path, { method, ...body })).status).toBe(404);
  });
});

describe("deliveries", () => {
  it("are listed with their attempts, and never with what was answered", async () => {
    let status = 500;
    const { messages, receiver, id, ask, post } = await withWebhook({}, (_delivery, response) => {
      response.writeHead(status).end("internal details of the other side");
      return null;
    });
    messages.receive("hello");
    const pending = await until("the first attempt", async () => {
      const found = (await ask(`/webhooks/${id}/deliveries?state=pending`)).json;
      return at(found, "data", 0, "attempts") === 1 && found;
    });
    expect(pending).toMatchObject({
      count: 1,
      next_before: null,
      data: [{ seq: 1, type: "message.received", webhook_id: id, state: "pending", last_status: 500 }],
    });
    status = 200;
    await post(`/webhooks/${id}/retry`, {});
    await until("the second", () => receiver.received.length === 2);
    const delivery = String(at(pending, "data", 0, "id"));
    const full = await until("its end", async () => {
      const found = await ask(`/deliveries/${delivery}`);
      return at(found.json, "state") === "delivered" && found;
    });
    expect(full.json).toMatchObject({
      id: delivery,
      attempts: 2,
      last_status: 200,
      settled_at: expect.any(String),
      request: { url: receiver.url, body: receiver.received[1]?.body },
      history: [
        { number: 1, status: 500, error: null, took_ms: expect.any(Number) },
        { number: 2, status: 200, error: null },
      ],
    });
    expect(full.text).not.toContain("internal details");
  });

  it("that were refused are kept and counted, hold up nobody, and can be resent one by one or all", async () => {
    let accepts = false;
    const { messages, receiver, id, ask, post } = await withWebhook({}, ({ body }) =>
      accepts || !body.includes("poison") ? 200 : 400,
    );
    messages.receive("poison one");
    messages.receive("fine");
    const dead = await until(
      "the dead letter",
      async () => {
        const found = (await ask(`/webhooks/${id}/deliveries?state=dead`)).json;
        return at(found, "count") === 1 && found;
      },
      20_000,
    );
    expect(at(dead, "data", 0)).toMatchObject({ dead_because: "refused", attempts: 3 });
    await until("the other", () => texts(receiver).includes("fine"));
    expect((await ask(`/webhooks/${id}`)).json).toMatchObject({ health: { dead: 1, waiting: 0 } });
    accepts = true;
    expect((await post(`/webhooks/${id}/redeliver`, {})).json).toEqual({ queued: 1 });
    await until("it after all", () => receiver.received.length === 5);
    const again = `/deliveries/${at(dead, "data", 0, "id")}`;
    await until("its end", async () => at((await ask(again)).json, "state") === "delivered");
    expect((await post(`${again}/redeliver`, {})).json).toMatchObject({ state: "pending" });
    await until("once more", () => receiver.received.length === 6);
    const ids = receiver.received
      .filter(({ body }) => body.includes("poison"))
      .map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(1);
  });
});

describe("figures", () => {
  it("are there for Prometheus and as JSON, with a key", async () => {
    const { messages, receiver, id, ask, url, key } = await withWebhook();
    messages.receive("hello");
    await until("the delivery", () => receiver.received.length === 1);
    const stats = await until("the count", async () => {
      const { json } = await ask("/stats");
      return at(json, "deliveries", "since_start", "delivered") === 1 && json;
    });
    expect(stats).toMatchObject({
      mode: "simulated",
      reading: true,
      events: { since_start: { "message.received": 1 } },
      webhooks: [{ id, waiting: 0, dead: 0 }],
      journal: { events: 1, newest: 1, pruned_to: 0 },
    });
    const metrics = await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${key}` } });
    expect(metrics.headers.get("content-type")).toContain("text/plain");
    const text = await metrics.text();
    expect(text).toContain('bellhop_events_total{type="message.received"} 1');
    expect(text).toContain('bellhop_deliveries_total{outcome="delivered"} 1');
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
  });
});
