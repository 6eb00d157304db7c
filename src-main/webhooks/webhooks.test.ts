import { describe, expect, it } from "vitest";
import { Fault } from "../../src-shared/faults.ts";
import { scriptedOutbound } from "../testing/scripted-outbound.ts";
import { settle } from "../testing/until.ts";
import { deliveringTo } from "./testing/delivering-to.ts";

const HOUR = 3_600_000;
const URL_OF_A = "http://a.test/hook";
const LOCAL = { local: true };
const answering = (status = 200) => scriptedOutbound(() => status);

/** The fault that was thrown: its code and sentence. */
async function fault(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Fault) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
  return "no fault";
}

describe("an endpoint that is put", () => {
  it("has the defaults for what is left out", async () => {
    const { webhooks, endpoint } = deliveringTo(answering());
    const id = await endpoint("a");
    expect(webhooks.list()).toEqual([{ webhook: expect.anything(), health: expect.anything() }]);
    expect(webhooks.get(id)).toEqual({
      webhook: {
        id,
        url: URL_OF_A,
        name: null,
        events: ["message.received"],
        conversations: [],
        onlyIncoming: false,
        includeOwn: true,
        signature: "aimessage",
        format: "bellhop",
        headerNames: [],
        hasSecret: false,
        rotatesUntil: null,
        allowsLocal: false,
        createdAt: expect.any(Number),
        enabled: true,
        disabledBecause: null,
        disabledAt: null,
      },
      health: {
        failures: 0,
        failingSince: null,
        lastAttemptAt: null,
        lastStatus: null,
        lastError: null,
        nextAttemptAt: null,
        waiting: 0,
        waitingSince: null,
        dead: 0,
        deliveredToday: 0,
      },
    });
  });

  it("again keeps what is left out, and is switched on and well", async () => {
    const { webhooks, endpoint, queue, figures } = deliveringTo(answering(500));
    const choices = { name: "n8n", secret: "topsecret", headers: { "X-Own": "1" }, onlyIncoming: true };
    const id = await endpoint("a", choices);
    await queue(1);
    expect(figures.health(id).failures).toBe(1);
    await webhooks.change(id, { enabled: false }, LOCAL);
    expect(webhooks.get(id).webhook.disabledBecause).toBe("person");
    expect(await endpoint("a", { events: ["message.sent", "message.sent"] })).toBe(id);
    expect(webhooks.get(id).webhook).toMatchObject({
      name: "n8n",
      events: ["message.sent"],
      hasSecret: true,
      headerNames: ["X-Own"],
      onlyIncoming: true,
      enabled: true,
      disabledBecause: null,
    });
  });

  it("is local only where the target is and whoever asks may", async () => {
    const { webhooks } = deliveringTo(answering(), { isLocal: (url) => url.includes("local") });
    const events = ["message.received" as const];
    const allowsLocal = async (url: string, local: boolean) =>
      (await webhooks.put({ url, events }, { local })).allowsLocal;
    expect(await allowsLocal("http://far.test/", true)).toBe(false);
    expect(await allowsLocal("http://localhost/", false)).toBe(false);
    expect(await allowsLocal("http://localhost/", true)).toBe(true);
    const { id } = await webhooks.put({ url: "http://localhost/", events }, { local: false });
    expect(webhooks.get(id).webhook.allowsLocal).toBe(true);
    const refused = /^invalid_request: this webhook's target is on this network/;
    expect(await fault(() => webhooks.change(id, { name: "mine" }, { local: false }))).toMatch(refused);
    expect(await fault(() => webhooks.test(id, { local: false }))).toMatch(refused);
    await webhooks.change(id, { url: "http://far.test/2" }, { local: true });
    expect(webhooks.get(id).webhook.allowsLocal).toBe(false);
  });

  it.each([
    ["events: must name at least one event type", { events: [] }],
    ["name: at most 100 characters", { name: "n".repeat(101) }],
    ["conversations: at most 200", { conversations: Array.from({ length: 201 }, (_, at) => `${at}`) }],
    ["headers: Host is set by Bellhop itself", { headers: { Host: "other" } }],
    ["secret: an empty one proves nothing", { secret: "" }],
  ])("is refused: %s", async (sentence, order) => {
    const { webhooks, endpoint } = deliveringTo(answering());
    expect(await fault(() => endpoint("a", order))).toBe(`invalid_request: ${sentence}`);
    expect(webhooks.list()).toEqual([]);
  });

  it("is one of a hundred at most, and shares its address with no other", async () => {
    const { webhooks, endpoint } = deliveringTo(answering());
    const first = await endpoint("a");
    for (let at = 1; at < 100; at += 1) await endpoint(`other${at}`);
    expect(await fault(() => endpoint("b"))).toContain("no room for more");
    expect(await endpoint("a")).toBe(first);
    const taken = () => webhooks.change(first, { url: "http://other1.test/hook" }, LOCAL);
    expect(await fault(taken)).toBe("invalid_request: url: another webhook has this address");
  });

  it("keeps secrets and headers sealed", async () => {
    const { endpoint, webhooks, database } = deliveringTo(answering());
    const id = await endpoint("a", { secret: "topsecret", headers: { "X-Own": "topheader" } });
    webhooks.rotate(id, "newsecret");
    const row = JSON.stringify(database.prepare<[], object>("SELECT * FROM webhook").all(), (_, value) =>
      value?.type === "Buffer" ? Buffer.from(value.data).toString("latin1") : value,
    );
    for (const word of ["topsecret", "newsecret", "topheader"]) expect(row).not.toContain(word);
  });
});

it("what is not there is not found", async () => {
  const { webhooks } = deliveringTo(answering());
  const asked: (() => unknown)[] = [
    () => webhooks.get("x"),
    () => webhooks.change("x", {}, LOCAL),
    () => webhooks.remove("x"),
    () => webhooks.rotate("x"),
    () => webhooks.test("x", { local: true }),
    () => webhooks.tryNow("x"),
    () => webhooks.deliveries("x", { limit: 1 }),
    () => webhooks.redeliverAll("x", { since: null, missed: false }),
    () => webhooks.redeliverAll("x", { since: 0, missed: true }),
    () => webhooks.delivery("dlv_x_1"),
    () => webhooks.delivery("nonsense"),
    () => webhooks.redeliver("dlv_x_1"),
  ];
  for (const ask of asked) expect(await fault(ask)).toMatch(/^not_found: /);
});

describe("a secret that is rotated", () => {
  it("signs together with the one before for a day", async () => {
    const outbound = answering();
    const { endpoint, queue, pass, webhooks } = deliveringTo(outbound);
    const id = await endpoint("a", { secret: "whsec_b25l", signature: "standard" });
    await queue(1);
    const { secret, webhook } = webhooks.rotate(id);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook.rotatesUntil).not.toBeNull();
    await queue(1);
    await pass(24 * HOUR);
    await queue(1);
    expect(outbound.sent.map(({ headers }) => headers["webhook-signature"]?.split(" ").length)).toEqual([
      1, 2, 1,
    ]);
    expect(webhooks.get(id).webhook.rotatesUntil).toBeNull();
  });

  it("to the one that it is lends the one before no other day", async () => {
    const outbound = answering();
    const { endpoint, queue, pass, webhooks } = deliveringTo(outbound);
    const id = await endpoint("a", { secret: "leaked", signature: "standard" });
    webhooks.rotate(id, "another");
    await pass(25 * HOUR);
    expect(webhooks.rotate(id, "another").webhook.rotatesUntil).toBeNull();
    await queue(1);
    expect(outbound.sent[0]?.headers["webhook-signature"]).not.toContain(" ");
  });

  it("is the one that is given, and one given outright takes the place of both", async () => {
    const outbound = answering();
    const { endpoint, queue, webhooks } = deliveringTo(outbound);
    const id = await endpoint("a", { secret: "one", signature: "standard" });
    expect(webhooks.rotate(id, "two").secret).toBe("two");
    await webhooks.change(id, { secret: "three" }, LOCAL);
    await queue(1);
    expect(outbound.sent[0]?.headers["webhook-signature"]).not.toContain(" ");
  });
});

describe("deliveries", () => {
  it("are listed newest first, by state, and on from one", async () => {
    const outbound = scriptedOutbound(({ body }) => (body.includes('"seq":3,') ? "hang" : 200));
    const { endpoint, queue, webhooks } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(5);
    const seqs = (question: Parameters<typeof webhooks.deliveries>[1]) =>
      webhooks.deliveries(id, question).map(({ seq }) => seq);
    expect(seqs({ limit: 2 })).toEqual([5, 4]);
    expect(seqs({ limit: 2, before: 4 })).toEqual([3, 2]);
    expect(seqs({ limit: 9, state: "delivered" })).toEqual([2, 1]);
    expect(seqs({ limit: 9, state: "pending" })).toEqual([5, 4, 3]);
    expect(seqs({ limit: 9, state: "dead" })).toEqual([]);
    expect(webhooks.deliveries(id, { limit: 9 })[4]).toMatchObject({
      id: `dlv_${id}_1`,
      webhookId: id,
      type: "message.received",
      eventId: expect.stringMatching(/^evt_/),
      attempts: 1,
      lastStatus: 200,
    });
  });

  it("can be sent again one by one, under the same id, also those that arrived", async () => {
    const outbound = answering();
    const { endpoint, queue, webhooks } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2);
    expect(webhooks.redeliver(`dlv_${id}_1`)).toMatchObject({
      state: "pending",
      attempts: 1,
      settledAt: null,
    });
    await settle();
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 2, 1]);
    expect(outbound.sent[2]?.headers["webhook-id"]).toBe(outbound.sent[0]?.headers["webhook-id"]);
    expect(webhooks.delivery(`dlv_${id}_1`).attempts.map(({ number }) => number)).toEqual([1, 2]);
  });

  it("that were given up can be sent again, all or since a moment", async () => {
    let status = 400;
    const outbound = scriptedOutbound(() => status);
    const { endpoint, queue, pass, webhooks, clock, state } = deliveringTo(outbound);
    const id = await endpoint("a");
    const refuse = async () => {
      await queue(1);
      for (const ms of [1_000, 5_000, HOUR]) await pass(ms);
    };
    await refuse();
    const since = clock.now();
    await refuse();
    status = 200;
    expect(await webhooks.redeliverAll(id, { since: since, missed: false })).toBe(1);
    await settle();
    expect(state(id)).toEqual(["dead", "delivered"]);
    expect(await webhooks.redeliverAll(id, { since: null, missed: false })).toBe(1);
    await settle();
    expect(state(id)).toEqual(["delivered", "delivered"]);
  });

  it("that are sent again have three tries again", async () => {
    const outbound = answering(400);
    const { endpoint, queue, pass, webhooks } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(1);
    for (const ms of [1_000, 5_000]) await pass(ms);
    webhooks.redeliver(`dlv_${id}_1`);
    for (const ms of [1, 1_000, 5_000]) await pass(ms);
    expect(webhooks.delivery(`dlv_${id}_1`).delivery).toMatchObject({ state: "dead", attempts: 6 });
  });

  it("of an endpoint that is removed go with it, little by little, and it may come back at once", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, pass, webhooks, database, deliveries } = deliveringTo(outbound);
    const id = await endpoint("a", { secret: "topsecret" });
    await queue(1_200);
    webhooks.remove(id);
    expect(webhooks.list()).toEqual([]);
    expect(deliveries.oldestPending()).toBeNull();
    const again = await endpoint("a");
    expect(again).not.toBe(id);
    expect(webhooks.get(again)).toMatchObject({ webhook: { hasSecret: false }, health: { waiting: 0 } });
    for (let turn = 0; turn < 5; turn += 1) await pass(1);
    const count = (table: string) =>
      database.prepare<[], number>(`SELECT COUNT(*) FROM ${table}`).pluck().get();
    expect([count("webhook"), count("delivery")]).toEqual([1, 0]);
  });

  it("that never were queued can be made up for, as far as the filter wants them", async () => {
    const outbound = answering();
    const { endpoint, queue, pass, webhooks, clock, state, deliveries } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(1);
    await webhooks.change(id, { enabled: false }, LOCAL);
    await queue(2);
    await pass(HOUR);
    const since = clock.now();
    await queue(600);
    await webhooks.change(id, { enabled: true }, LOCAL);
    const making = async (from: number) => {
      const made = webhooks.redeliverAll(id, { since: from, missed: true });
      for (let turn = 0; turn < 4; turn += 1) await pass(1);
      return await made;
    };
    expect(await making(since)).toBe(600);
    expect(state(id)).toHaveLength(601);
    expect(deliveries.counts(id).waiting).toBe(0);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([
      1,
      ...Array.from({ length: 600 }, (_, at) => at + 4),
    ]);
    expect(await making(0)).toBe(2);
  });
});

describe("an endpoint whose row cannot be read", () => {
  it("is complained of once, concerns no other, and can be removed or put anew", async () => {
    const outbound = answering();
    const { database, endpoint, endpoints, queue, webhooks, complaints } = deliveringTo(outbound);
    const [broken, fine] = [await endpoint("broken", { secret: "one" }), await endpoint("fine")];
    database.prepare("UPDATE webhook SET sealed_secret = x'00' WHERE id = ?").run(broken);
    endpoints.forget();
    await queue(2);
    await webhooks.change(fine, { name: "still here" }, LOCAL);
    expect(webhooks.list().map(({ webhook }) => webhook.name)).toEqual(["still here"]);
    expect(outbound.sent.map(({ url }) => url)).toEqual(["http://fine.test/hook", "http://fine.test/hook"]);
    expect(complaints).toMatchObject([{ message: `the webhook ${broken} cannot be read` }]);
    await endpoint("broken", { secret: "two" });
    expect(webhooks.list()).toHaveLength(2);
    expect(await fault(() => webhooks.remove(broken))).toMatch(/^not_found: /);
  });
});

describe("resending everything", () => {
  it("goes out in order: what was missed and what was given up", async () => {
    let accepts = false;
    const outbound = scriptedOutbound(() => (accepts ? 200 : 400));
    const { endpoint, queue, pass, webhooks, state } = deliveringTo(outbound);
    const id = await endpoint("a");
    await webhooks.change(id, { enabled: false }, LOCAL);
    await queue(2);
    await webhooks.change(id, { enabled: true }, LOCAL);
    await queue(1);
    await pass(1_000);
    await pass(5_000);
    expect(state(id)).toEqual(["dead"]);
    accepts = true;
    outbound.sent.length = 0;
    expect(await webhooks.redeliverAll(id, { since: null, missed: true })).toBe(3);
    await settle();
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it("of an endpoint that was removed is refused", async () => {
    const { endpoint, queue, webhooks } = deliveringTo(answering());
    const id = await endpoint("a");
    await queue(1);
    webhooks.remove(id);
    expect(await fault(() => webhooks.redeliver(`dlv_${id}_1`))).toMatch(/^not_found: /);
  });
});

describe("tests", () => {
  it("that are asked for again and again take turns with the queue, and share an answer", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, webhooks } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2);
    const answers = Array.from({ length: 5 }, () => webhooks.test(id, LOCAL));
    for (const _ of [1, 2, 3]) {
      outbound.sent.at(-1)?.answer(200);
      await settle();
    }
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(outbound.sent.map(({ seq }) => seq || "test")).toEqual([1, "test", 2]);
  });
});

it("an answer is kept where it says more than its status does", async () => {
  const outbound = scriptedOutbound();
  const { endpoint, queue, pass, webhooks } = deliveringTo(outbound);
  const id = await endpoint("a");
  await queue(1);
  outbound.sent.at(-1)?.answer(503, "1");
  await settle();
  await pass(2_000);
  outbound.sent.at(-1)?.answer(204);
  await settle();
  expect(webhooks.delivery(`dlv_${id}_1`).attempts.map(({ status, answer }) => [status, answer])).toEqual([
    [503, { headers: { "retry-after": "1" }, text: "answered 503" }],
    [204, { headers: {}, text: "" }],
  ]);
});
