import { describe, expect, it } from "vitest";
import { z } from "zod";
import { calls, EventLine, Push } from "../../src-shared/control.ts";
import { SentItem } from "../../src-shared/domain/outbox.ts";
import { SELF_TEST_STEPS, SelfTest } from "../../src-shared/domain/self-test.ts";
import { PANES } from "../../src-shared/panes.ts";
import { planFaults } from "../simulator/faults.ts";
import { MAC_LINE } from "../simulator/macos.ts";
import { react } from "../simulator/message-store.ts";
import { at } from "../testing/http-client.ts";
import { type RunningGateway, runningGateway } from "../testing/running-gateway.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { until } from "../testing/until.ts";
import { webhookReceiver } from "../testing/webhook-receiver.ts";

/** The answer's value; a refusal stands as its code. */
async function ask({ gateway }: RunningGateway, name: string, input?: unknown): Promise<unknown> {
  const answer = await gateway.control.call(name, input);
  return answer.ok ? answer.value : answer.error.code;
}

describe("a call", () => {
  it("that nobody knows is refused, whatever its name", async () => {
    const running = await runningGateway();
    for (const name of ["", "status", "toString", "__proto__", "constructor"]) {
      expect(await ask(running, name, {})).toBe("unknown_call");
    }
  });

  it.each([
    ["events.recent", {}],
    ["events.recent", { limit: 0 }],
    ["events.recent", { limit: 101 }],
    ["events.recent", { limit: "5" }],
    ["events.recent", null],
    ["events.recent", []],
    ["sending.pause", {}],
    ["sending.pause", { paused: "yes" }],
    ["message.send", { recipient: "", body: "x" }],
    ["message.send", { recipient: MAYA, body: "" }],
    ["message.send", { recipient: MAYA }],
    ["message.send", { recipient: "nobody at all", body: "x" }],
    ["status.get", "text"],
  ])("%s with %j is refused", async (name, input) => {
    expect(await ask(await runningGateway(), name, input)).toBe("invalid_request");
  });

  it("answers as the contract says", async () => {
    const running = await runningGateway();
    const receiver = await webhookReceiver();
    const order = { url: receiver.url, events: ["message.received"] };
    const id = String(at((await running.post("/webhooks", order)).json, "id"));
    running.messages.receive("hello");
    await until("the delivery", () => receiver.received.length === 1);
    const delivery = await until("its end", async () => {
      const [first] = (await ask(running, "deliveries.list", { id, limit: 9 })) as unknown[];
      return at(first, "state") === "delivered" && String(at(first, "id"));
    });
    const inputs = {
      "status.get": {},
      "events.recent": { limit: 10 },
      "key.reveal": {},
      "sending.pause": { paused: false },
      "selfTest.run": {},
      "outbox.list": { limit: 9 },
      "message.send": { recipient: MAYA, body: "hi" },
      "webhooks.list": {},
      "webhook.put": { ...order, name: "mine", allowsLocal: true },
      "webhook.change": { id, patch: { onlyIncoming: true }, allowsLocal: true },
      "webhook.rotate": { id },
      "webhook.test": { id },
      "webhook.retry": { id },
      "webhook.redeliver": { id, since: null, missed: true },
      "deliveries.list": { id, limit: 9 },
      "delivery.get": { id: delivery },
      "delivery.redeliver": { id: delivery },
      "stats.get": {},
      "log.recent": { limit: 100, text: "took" },
      "log.follow": { follower: "a window", on: true },
    };
    const last = "webhook.remove";
    // Those of one item of the outbox depend on its state: they have tests of their own.
    const all = Object.entries(calls).filter(([name]) => name !== last && !/^outbox[.](?!list)/.test(name));
    for (const [name, { output }] of all) {
      const value = await ask(running, name, Reflect.get(inputs, name));
      expect(() => output.parse(value), name).not.toThrow();
    }
    expect(await ask(running, last, { id })).toEqual({});
    expect(await ask(running, "webhooks.list")).toEqual([]);
  });
});

describe("webhooks", () => {
  it("on this network are put only with the box ticked", async () => {
    const running = await runningGateway();
    const order = { url: "http://127.0.0.1:9/hook", events: ["message.received"] };
    expect(await ask(running, "webhook.put", { ...order, allowsLocal: false })).toBe("invalid_request");
    expect(await ask(running, "webhook.put", { ...order, allowsLocal: true })).toMatchObject({
      webhook: { allowsLocal: true, enabled: true },
    });
  });

  it("show in the window what was answered", async () => {
    const running = await runningGateway();
    const receiver = await webhookReceiver((_delivery, response) => {
      response.writeHead(502, { server: "nginx" }).end("<h1>502 Bad Gateway</h1>");
      return null;
    });
    const order = { url: receiver.url, events: ["message.received"], allowsLocal: true };
    const id = at(await ask(running, "webhook.put", order), "webhook", "id");
    running.messages.receive("hello");
    const found = await until("the attempt", async () => {
      const delivery = at(await ask(running, "deliveries.list", { id, limit: 1 }), 0);
      return Number(at(delivery, "attempts")) > 0 && { id: at(delivery, "id") };
    });
    expect(await ask(running, "delivery.get", found)).toMatchObject({
      delivery: { state: "pending", lastStatus: 502 },
      request: { url: receiver.url, body: expect.stringContaining("hello") },
      attempts: [
        {
          number: 1,
          status: 502,
          answer: { headers: { server: "nginx" }, text: "<h1>502 Bad Gateway</h1>" },
        },
      ],
    });
  });
});

describe("the log", () => {
  it("is pushed while a window follows it, without a word of any message", async () => {
    const running = await runningGateway();
    const lines: unknown[] = [];
    running.gateway.control.subscribe((push) => {
      if (push.push === "log") lines.push(...push.value.lines);
    });
    running.messages.receive("before anybody follows");
    await until("the event", async () => at(await ask(running, "events.recent", { limit: 9 }), 0));
    expect(lines).toEqual([]);
    await ask(running, "log.follow", { follower: "a window", on: true });
    running.messages.receive("a secret between us");
    await until("the line", () => lines.some((line) => at(line, "area") === "feed"));
    expect(lines).toContainEqual(
      expect.objectContaining({ area: "feed", sentence: `${MAYA} wrote`, detail: expect.anything() }),
    );
    expect(JSON.stringify(lines)).not.toContain("secret between");
  });
});

describe("status.get", () => {
  it("tells what the gateway does", async () => {
    const running = await runningGateway();
    running.messages.receive("hello");
    expect(await ask(running, "status.get")).toMatchObject({
      mode: "simulated",
      version: "0.0.0-test",
      url: running.url,
      reading: { problem: null, path: running.messages.path, messages: 1 },
      sending: { problem: null, waiting: 0 },
      permissions: { fullDiskAccess: "not_needed" },
    });
  });

  it("names the endpoints that fail", async () => {
    const running = await runningGateway();
    await running.post("/webhooks", { url: "http://127.0.0.1:1/hook", events: ["message.received"] });
    running.messages.receive("hello");
    const failing = await until("the failure", async () => {
      const found = at(await ask(running, "status.get"), "webhooks", "failing", 0);
      return found === undefined ? null : { found };
    });
    expect(failing.found).toMatchObject({ name: "127.0.0.1:1", status: null });
  });
});

describe("events.recent", () => {
  it("gives the newest first, a reaction with the text it is on", async () => {
    const running = await runningGateway();
    const { guid } = running.messages.receive("look at this");
    react(running.messages.store, { target: guid, by: { address: MAYA }, kind: "love" });
    const lines = await until("two lines", async () => {
      const found = await ask(running, "events.recent", { limit: 9 });
      return Array.isArray(found) && found.length === 2 && found;
    });
    expect(lines).toMatchObject([
      { type: "reaction.added", reaction: "love", text: "look at this", person: MAYA, seq: 2 },
      { type: "message.received", text: "look at this", person: MAYA, isFromMe: false, seq: 1 },
    ]);
  });
});

describe("sending.pause", () => {
  it("keeps what is sent waiting, says so, and lets it go again", async () => {
    const running = await runningGateway({ settings: { sendWaitMs: 100 } });
    expect(await ask(running, "sending.pause", { paused: true })).toMatchObject({
      sending: { problem: "paused" },
    });
    const order = { recipient: MAYA, body: "later" };
    expect(await ask(running, "message.send", order)).toMatchObject({
      outcome: "waiting",
      sentence: expect.stringContaining("paused"),
    });
    expect(at(await ask(running, "status.get"), "sending", "waiting")).toBe(1);
    await ask(running, "sending.pause", { paused: false });
    await until(
      "the message",
      async () => at((await running.ask("/messages")).json, "data", 0, "body") === "later",
    );
  });
});

describe("message.send", () => {
  it("says that it was sent, and how long it took", async () => {
    const running = await runningGateway();
    expect(await ask(running, "message.send", { recipient: MAYA, body: "hi" })).toMatchObject({
      outcome: "sent",
      sentence: expect.stringMatching(/^Sent in \d+ ms\.$/),
    });
  });

  it("says why it failed", async () => {
    const running = await runningGateway();
    planFaults(running.folder, [{ rowError: 22 }, { osascript: -1743 }]);
    expect(await ask(running, "message.send", { recipient: MAYA, body: "one" })).toMatchObject({
      outcome: "failed",
      sentence: expect.stringContaining("not registered with iMessage"),
    });
    expect(await ask(running, "message.send", { recipient: MAYA, body: "two" })).toBe("automation_denied");
    expect(at(await ask(running, "status.get"), "sending", "problem")).toBe("automation_denied");
  });

  it("says when nobody knows", async () => {
    const running = await runningGateway({ settings: { sendWaitMs: 100 } });
    planFaults(running.folder, [{ noRow: true }]);
    expect(await ask(running, "message.send", { recipient: MAYA, body: "one" })).toMatchObject({
      outcome: "unknown",
    });
  });
});

describe("the outbox", () => {
  const sentItems = z.array(SentItem);

  it("shows what was sent and what waits, with its text, the newest first", async () => {
    const running = await runningGateway();
    await ask(running, "message.send", { recipient: MAYA, body: "one" });
    await ask(running, "sending.pause", { paused: true });
    await ask(running, "message.send", { recipient: MAYA, body: "two" });
    const items = sentItems.parse(await ask(running, "outbox.list", { limit: 9 }));
    expect(items.map(({ parts }) => parts[0]?.text)).toEqual(["two", "one"]);
    expect(items[0]?.state).toBe("queued");
    expect(await ask(running, "outbox.list", { state: "queued", limit: 9 })).toEqual([items[0]]);
    expect(await ask(running, "outbox.list", { before: items[0]?.id, limit: 9 })).toEqual([items[1]]);
    expect(await ask(running, "outbox.get", { id: items[1]?.id })).toEqual(items[1]);
    expect(await ask(running, "outbox.get", { id: "out_of_nowhere" })).toBe("not_found");
  });

  it("lets a person cancel what waits, and send it after all", async () => {
    const running = await runningGateway({ settings: { sendWaitMs: 100 } });
    await ask(running, "sending.pause", { paused: true });
    await ask(running, "message.send", { recipient: MAYA, body: "later" });
    const [waiting] = sentItems.parse(await ask(running, "outbox.list", { limit: 1 }));
    const byId = { id: waiting?.id };
    expect(SentItem.parse(await ask(running, "outbox.cancel", byId))).toMatchObject({
      state: "failed",
      fault: "cancelled",
    });
    expect(await ask(running, "outbox.cancel", byId)).toBe("conflict");
    expect(SentItem.parse(await ask(running, "outbox.retry", byId))).toMatchObject({ state: "queued" });
    await ask(running, "sending.pause", { paused: false });
    await until("its row", async () => {
      const { state } = SentItem.parse(await ask(running, "outbox.get", byId));
      return state === "sent" || state === "delivered" || state === "read";
    });
    expect(await ask(running, "outbox.retry", byId)).toBe("conflict");
  });

  it("is told in the last events where no message tells of it, and never with its text", async () => {
    const running = await runningGateway({ settings: { dryRun: true } });
    await ask(running, "message.send", { recipient: MAYA, body: "between us" });
    const line = await until("its line", async () => {
      const lines = z.array(EventLine).parse(await ask(running, "events.recent", { limit: 9 }));
      return lines.find(({ type }) => type === "outbox.updated");
    });
    expect(line).toMatchObject({ person: MAYA, text: null, outbox: { state: "dry_run", reason: null } });
  });

  it("is not told twice: what its message tells is not told of the item", async () => {
    const running = await runningGateway();
    await ask(running, "message.send", { recipient: MAYA, body: "hello" });
    const lines = z.array(EventLine).parse(await ask(running, "events.recent", { limit: 9 }));
    expect(lines.map(({ type }) => type)).toEqual(["message.sent"]);
  });
});

describe("selfTest.run", () => {
  it("sends to this Mac's own line and sees it go the whole way", async () => {
    const running = await runningGateway();
    running.messages.receive("hello");
    const test = SelfTest.parse(await ask(running, "selfTest.run"));
    expect(test.steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
      SELF_TEST_STEPS.map((name) => `${name} passed`),
    );
    expect(test).toMatchObject({ passed: true, line: MAC_LINE });
    const [item] = z.array(SentItem).parse(await ask(running, "outbox.list", { limit: 1 }));
    expect(item).toMatchObject({ id: test.outboxId });
    const { data } = (await running.ask("/messages")).json as { data: unknown };
    expect(JSON.stringify(data)).toContain(item?.parts[0]?.text);
  });

  it("says which step failed and what mends it", async () => {
    const running = await runningGateway();
    running.messages.receive("hello");
    planFaults(running.folder, [{ osascript: -1743 }]);
    const denied = SelfTest.parse(await ask(running, "selfTest.run"));
    expect(denied.passed).toBe(false);
    expect(denied.steps.find(({ outcome }) => outcome === "failed")).toMatchObject({
      pane: PANES.automation,
    });
    await ask(running, "sending.pause", { paused: true });
    const paused = SelfTest.parse(await ask(running, "selfTest.run", { to: null }));
    expect(paused.steps.find(({ outcome }) => outcome === "failed")).toMatchObject({
      name: "sending",
      fix: "Resume sending.",
    });
    expect(await ask(running, "outbox.list", { state: "queued", limit: 9 })).toEqual([]);
  });

  it("goes to nobody else", async () => {
    const running = await runningGateway();
    running.messages.receive("hello");
    const test = SelfTest.parse(await ask(running, "selfTest.run", { to: MAYA }));
    expect(test).toMatchObject({ passed: false, line: null, outboxId: null });
    expect(await ask(running, "selfTest.run", { to: "" })).toBe("invalid_request");
  });
});

describe("pushes", () => {
  it("tell of status and events as the contract says, until one stops listening", async () => {
    const running = await runningGateway();
    const pushes: unknown[] = [];
    const leave = running.gateway.control.subscribe((push) => pushes.push(push));
    running.messages.receive("knock");
    await until("event and status", () => {
      const kinds = new Set(pushes.map((push) => at(push, "push")));
      return kinds.size === 2;
    });
    for (const push of pushes) expect(() => Push.parse(push)).not.toThrow();
    leave();
    const before = pushes.length;
    running.messages.receive("knock again");
    await until("the event", async () => {
      const lines = await ask(running, "events.recent", { limit: 9 });
      return Array.isArray(lines) && lines.length === 2;
    });
    expect(pushes).toHaveLength(before);
  });

  it("tell when reading stops", async () => {
    const running = await runningGateway();
    const pushes: unknown[] = [];
    running.gateway.control.subscribe((push) => pushes.push(push));
    running.gateway.control.notice("Something is up");
    expect(pushes[0]).toMatchObject({
      push: "event",
      value: { type: null, seq: null, text: "Something is up" },
    });
  });
});
