import { describe, expect, it, onTestFinished } from "vitest";
import type { Event } from "../../src-shared/domain/event.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { scriptedOutbound } from "../testing/scripted-outbound.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { settle, until } from "../testing/until.ts";
import { deliveringTo } from "./testing/delivering-to.ts";

describe("deliveries to an endpoint", () => {
  it("go out in order, one at a time", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, state, deliverer } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(3);
    for (const seq of [1, 2, 3]) {
      deliverer.wake(id);
      await settle();
      expect(outbound.sent.map((one) => one.seq).at(-1)).toBe(seq);
      expect(outbound.inFlight()).toBe(1);
      outbound.sent.at(-1)?.answer(200);
      await settle();
    }
    expect(state(id)).toEqual(["delivered", "delivered", "delivered"]);
  });

  it("are signed, name event and sender, and keep their connection to themselves", async () => {
    const outbound = scriptedOutbound(() => 200);
    const { endpoint, queue } = deliveringTo(outbound, { isLocal: () => true });
    const id = await endpoint("a", { secret: "topsecret", headers: { Authorization: "Bearer 1" } });
    await queue(1);
    expect(outbound.sent[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": "Bellhop/1.2.3",
      Authorization: "Bearer 1",
      "webhook-id": expect.stringMatching(/^evt_/),
      "X-Webhook-Signature": expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    });
    expect(outbound.sent[0]).toMatchObject({ timeoutMs: 15_000, pool: id, local: true });
  });

  it("are tried again after 1, 5 and 15 seconds, with the same id, and hold up those behind", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, pass, reports } = deliveringTo(outbound);
    await endpoint("a");
    await queue(2);
    for (const [tries, seconds] of [1, 5, 15].entries()) {
      expect(outbound.sent).toHaveLength(tries + 1);
      if (tries === 1) outbound.sent.at(-1)?.fail();
      else outbound.sent.at(-1)?.answer(500);
      await settle();
      await pass(seconds * 1_000 - 1);
      expect(outbound.sent).toHaveLength(tries + 1);
      await pass(1);
    }
    outbound.sent.at(-1)?.answer(200);
    await settle();
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 1, 1, 1, 2]);
    expect(new Set(outbound.sent.slice(0, 4).map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(reports.map(({ attempt, status, next }) => [attempt, status, next])).toEqual([
      [1, 500, "retry"],
      [2, null, "retry"],
      [3, 500, "retry"],
      [4, 200, "delivered"],
    ]);
    expect(reports[1]?.error).toBe("the connection was refused");
  });

  it("are not hurried by new events while the endpoint rests", async () => {
    const outbound = scriptedOutbound(() => 500);
    const { endpoint, queue, deliverer } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(1);
    await queue(5);
    deliverer.wake(id);
    await settle();
    expect(outbound.sent).toHaveLength(1);
  });

  it("are tried at once when somebody says so, and wait on where they were if that fails", async () => {
    const outbound = scriptedOutbound(() => 500);
    const { endpoint, queue, webhooks, pass } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(1);
    webhooks.tryNow(id);
    await settle();
    expect(outbound.sent).toHaveLength(2);
    await pass(4_999);
    expect(outbound.sent).toHaveLength(2);
    await pass(1);
    expect(outbound.sent).toHaveLength(3);
  });

  it("give one poisonous event up after three tries, and go on", async () => {
    const outbound = scriptedOutbound(({ body }) => (body.includes('"seq":1,') ? 422 : 200));
    const { endpoint, queue, pass, state, news } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2);
    await pass(1_000);
    await pass(5_000);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 1, 1, 2]);
    expect(state(id)).toEqual(["dead", "delivered"]);
    expect(news).toEqual([`${id} refused 1 1`]);
  });

  it("leave out an event that cannot be written in the dialect's words, and go on", async () => {
    const outbound = scriptedOutbound(() => 200);
    const bellhop = (event: Event): string => {
      if (event.seq === 2) throw new RangeError("Invalid time value");
      return JSON.stringify({ seq: event.seq });
    };
    const { endpoint, queue, complaints, state } = deliveringTo(outbound, { bellhop });
    const id = await endpoint("a");
    await queue(3);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(complaints).toHaveLength(1);
    expect(state(id)).toEqual(["delivered", "dead", "delivered"]);
  });

  it("are done without a request where the format has no words for the event", async () => {
    const outbound = scriptedOutbound(() => 200);
    const bellhop = (event: Event): string | null => (event.seq % 50 === 0 ? `{"seq":${event.seq}}` : null);
    const { endpoint, queue, pass, state } = deliveringTo(outbound, { bellhop });
    const id = await endpoint("a");
    await queue(200);
    for (let turn = 0; turn < 10; turn += 1) await pass(1);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([50, 100, 150, 200]);
    expect(new Set(state(id))).toEqual(new Set(["delivered"]));
  });

  it("end when the endpoint says that it is gone, and begin again when it is put anew", async () => {
    let status = 410;
    const outbound = scriptedOutbound(() => status);
    const { endpoint, queue, pass, webhooks, news } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2);
    await pass(600_000);
    expect(outbound.sent).toHaveLength(1);
    expect(webhooks.get(id).webhook).toMatchObject({ enabled: false, disabledBecause: "gone" });
    expect(news).toEqual([`${id} gone`]);
    status = 200;
    await endpoint("a");
    await settle();
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 1, 2]);
  });

  it("end when the endpoint is removed, also in the middle of one", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, webhooks, complaints } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2);
    webhooks.remove(id);
    outbound.sent[0]?.answer(500);
    await settle();
    expect(outbound.sent).toHaveLength(1);
    expect(outbound.inFlight()).toBe(0);
    expect(outbound.forgotten).toEqual([id]);
    expect(complaints).toEqual([]);
  });

  it("are made again when the endpoint has moved meanwhile: what the old address said counts for nothing", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, webhooks, reports } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(1);
    await webhooks.change(id, { url: "http://b.test/hook" }, { local: true });
    await settle();
    expect(outbound.sent.map(({ url }) => url)).toEqual(["http://a.test/hook", "http://b.test/hook"]);
    expect(reports).toEqual([]);
  });

  it("keep what was sent and answered, the first three attempts and the newest fifty", async () => {
    const outbound = scriptedOutbound(() => 500);
    const { endpoint, queue, pass, webhooks, database } = deliveringTo(outbound);
    const id = await endpoint("a", { headers: { Authorization: "Bearer 1" } });
    await queue(1);
    for (let attempt = 1; attempt < 60; attempt += 1) await pass(300_000);
    const { delivery, attempts, request } = webhooks.delivery(`dlv_${id}_1`);
    expect(delivery).toMatchObject({ state: "pending", attempts: 60, lastStatus: 500 });
    expect(attempts.map(({ number }) => number)).toEqual([
      1,
      2,
      3,
      ...Array.from({ length: 50 }, (_, at) => at + 11),
    ]);
    expect(attempts.at(-1)).toMatchObject({
      status: 500,
      error: null,
      answer: { headers: {}, text: "answered 500" },
    });
    expect(request?.headers).toMatchObject({ Authorization: "", "content-type": "application/json" });
    expect(request?.body).toBe(outbound.sent[0]?.body);
    const sealed = database.prepare<[], Buffer>("SELECT sealed_answer FROM attempt").pluck().get();
    expect(sealed?.toString("latin1")).not.toContain("answered");
  });
});

describe("endpoints", () => {
  it("do not wait for each other: one that hangs slows nobody", async () => {
    const outbound = scriptedOutbound(({ url }) => (url.includes("slow") ? "hang" : 200));
    const { endpoint, queue, state } = deliveringTo(outbound);
    const [slow, fast] = [await endpoint("slow"), await endpoint("fast")];
    await queue(20);
    await until("all of the fast one", () => state(fast).every((one) => one === "delivered"));
    expect(state(slow).every((one) => one === "pending")).toBe(true);
    expect(outbound.sent.filter(({ url }) => url.includes("slow"))).toHaveLength(1);
  });

  it("are told the same, which is written once", async () => {
    let written = 0;
    const bellhop = (event: Event): string => `{"seq":${event.seq},"written":${++written}}`;
    const outbound = scriptedOutbound(() => 200);
    const { endpoint, queue } = deliveringTo(outbound, { bellhop });
    for (const name of ["a", "b", "c"]) await endpoint(name);
    await queue(1);
    expect(outbound.sent.map(({ body }) => body)).toEqual(Array(3).fill('{"seq":1,"written":1}'));
  });
});

describe("a test event", () => {
  it("waits for the delivery that is under way, and none is made before it is answered", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, webhooks, state } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2);
    const testing = webhooks.test(id, { local: true });
    await settle();
    expect(outbound.sent.map(({ body }) => body.includes("webhook.test"))).toEqual([false]);
    outbound.sent[0]?.answer(200);
    await settle();
    expect(outbound.sent.map(({ body }) => body.includes("webhook.test"))).toEqual([false, true]);
    outbound.sent[1]?.answer(418);
    expect(await testing).toMatchObject({ status: 418, error: null, answer: { text: "answered 418" } });
    await settle();
    expect(outbound.sent).toHaveLength(3);
    expect(state(id)).toEqual(["delivered", "pending"]);
  });

  it("is sent while the endpoint rests or is off, and one that arrives ends the rest", async () => {
    let status: number | "fail" = 500;
    const outbound = scriptedOutbound(() => status);
    const { endpoint, queue, webhooks, state, figures } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(1);
    status = "fail";
    expect(await webhooks.test(id, { local: true })).toMatchObject({
      status: null,
      error: "the connection was refused",
    });
    expect(state(id)).toEqual(["pending"]);
    expect(figures.health(id).failures).toBe(1);
    status = 200;
    expect((await webhooks.test(id, { local: true })).status).toBe(200);
    await settle();
    expect(state(id)).toEqual(["delivered"]);
    await webhooks.change(id, { enabled: false }, { local: false });
    expect((await webhooks.test(id, { local: true })).status).toBe(200);
  });
});

describe("a restart", () => {
  it("delivers what is pending, with the same id", async () => {
    const folder = temporaryFolder();
    const time = manualTime();
    const hanging = scriptedOutbound();
    const first = deliveringTo(hanging, { folder, time });
    const id = await first.endpoint("a", { secret: "topsecret" });
    await first.queue(2);
    first.close();
    const outbound = scriptedOutbound(() => 200);
    const second = deliveringTo(outbound, { folder, time });
    second.deliverer.wake();
    await settle();
    const [one, two] = outbound.sent.map(({ seq }) => seq);
    expect(outbound.sent).toHaveLength(2);
    expect(one).toBeLessThan(two ?? 0);
    expect(outbound.sent[0]?.headers["webhook-id"]).toBe(hanging.sent[0]?.headers["webhook-id"]);
    expect(second.state(id)).toEqual(["delivered", "delivered"]);
  });

  it("keeps to the rest that an endpoint needs, and to how far its waits have grown", async () => {
    const folder = temporaryFolder();
    const time = manualTime();
    const down = scriptedOutbound(() => 500);
    const first = deliveringTo(down, { folder, time });
    await first.endpoint("a");
    await first.queue(1);
    for (const seconds of [1, 5]) await first.pass(seconds * 1_000);
    await first.deliverer.stop();
    first.close();
    const outbound = scriptedOutbound(() => 500);
    const second = deliveringTo(outbound, { folder, time });
    second.deliverer.wake();
    await settle();
    expect(outbound.sent).toEqual([]);
    await second.pass(15_000);
    expect(outbound.sent).toHaveLength(1);
    await second.pass(29_999);
    expect(outbound.sent).toHaveLength(1);
    await second.pass(1);
    expect(outbound.sent).toHaveLength(2);
  });
});

describe("stopping", () => {
  it("gives what is under way three seconds, and keeps it for the next run", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, deliverer, pass, state } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2);
    let stopped = false;
    const stopping = deliverer.stop().then(() => {
      stopped = true;
    });
    await pass(2_999);
    expect(stopped).toBe(false);
    await pass(1);
    await stopping;
    expect(state(id)).toEqual(["pending", "pending"]);
    expect(outbound.inFlight()).toBe(0);
    expect(outbound.sent).toHaveLength(1);
  });

  it("still records what is answered in time, and waits no longer", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, deliverer, state, webhooks } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2);
    const testing = webhooks.test(id, { local: true });
    const stopping = deliverer.stop();
    expect((await testing).error).toBe("Bellhop is stopping");
    outbound.sent[0]?.answer(200);
    await stopping;
    expect(state(id)).toEqual(["delivered", "pending"]);
  });
});

it("a test that is under way when the time to stop is over says so", async () => {
  const outbound = scriptedOutbound();
  const { endpoint, deliverer, webhooks, pass } = deliveringTo(outbound);
  const testing = webhooks.test(await endpoint("a"), { local: true });
  const stopping = deliverer.stop();
  await pass(3_000);
  await stopping;
  expect(await testing).toMatchObject({ status: null, error: "it was given up" });
});

describe("an event that cannot be read", () => {
  it("does not keep the process busy for ever, and is given up", async () => {
    const folder = temporaryFolder();
    const time = manualTime();
    const before = deliveringTo(scriptedOutbound(), { folder, time });
    const id = await before.endpoint("a");
    await before.queue(2);
    before.database.exec("UPDATE event SET sealed_data = x'00' WHERE seq = 1");
    before.close();
    const outbound = scriptedOutbound(() => 200);
    const { pass, complaints, deliverer, state, news } = deliveringTo(outbound, { folder, time });
    onTestFinished(() => deliverer.stop());
    deliverer.wake();
    await pass(600_000);
    expect(complaints).toHaveLength(1);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([2]);
    expect(state(id)).toEqual(["dead", "delivered"]);
    expect(news).toEqual([`${id} unreadable 1 1`]);
  }, 5_000);
});

describe("while the disk is full", () => {
  it("nothing is sent that could not be recorded, it is said once, and all goes on by itself", async () => {
    const outbound = scriptedOutbound(() => 200);
    const { endpoint, queue, pass, database, state, complaints, news } = deliveringTo(outbound);
    const id = await endpoint("a");
    database.exec(
      "CREATE TRIGGER refuse BEFORE UPDATE ON delivery BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
    await queue(2);
    for (let minute = 0; minute < 10; minute += 1) await pass(60_000);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1]);
    expect(news).toEqual(["trouble"]);
    expect(complaints).toHaveLength(1);
    database.exec("DROP TRIGGER refuse");
    await pass(60_000);
    expect(news).toEqual(["trouble", "well"]);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(state(id)).toEqual(["delivered", "delivered"]);
  });
});
