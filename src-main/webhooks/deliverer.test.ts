import { describe, expect, it, onTestFinished } from "vitest";
import type { Event } from "../../src-shared/domain/event.ts";
import { aboutOf } from "../journal/event-id.ts";
import { openJournal } from "../journal/journal.ts";
import type { Outbound } from "../ports/outbound.ts";
import { realPorts } from "../ports/real.ts";
import { type ManualTime, manualTime } from "../simulator/testing/manual-time.ts";
import { ownDatabase } from "../testing/own-database.ts";
import { received } from "../testing/sample-changes.ts";
import { scriptedOutbound } from "../testing/scripted-outbound.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { settle } from "../testing/until.ts";
import { startDeliverer } from "./deliverer.ts";
import { openWebhookStore } from "./webhook-store.ts";

/** Deliveries of the database in `folder`; starting them there again is a restart. */
function delivering(
  outbound: Outbound,
  options: { folder?: string; time?: ManualTime; bodyOf?: (event: Event) => string } = {},
) {
  const { clock, timers, advance } = options.time ?? manualTime();
  const { database, meta, vault, close } = ownDatabase(options.folder ?? temporaryFolder());
  const journal = openJournal(database, meta, vault);
  const store = openWebhookStore(database, vault);
  const complaints: unknown[] = [];
  const deliverer = startDeliverer({
    store,
    event: journal.get,
    bodyOf: options.bodyOf ?? ((event) => JSON.stringify({ seq: event.seq, guid: aboutOf(event) })),
    clock,
    timers,
    randomness: { ...realPorts().randomness, fraction: () => 0.5 },
    outbound,
    complain: (thrown) => complaints.push(thrown),
    version: "1.2.3",
  });
  let named = 0;
  return {
    database,
    store,
    deliverer,
    complaints,
    close,
    /** An endpoint of this name. */
    endpoint(id: string, secret?: string) {
      store.upsert({
        id,
        url: `http://${id}.test/hook`,
        events: ["message.received"],
        createdAt: 1,
        ...(secret === undefined ? {} : { secret }),
      });
    },
    /** Events for these endpoints. */
    async queue(count: number, ...ids: string[]) {
      for (let at = 0; at < count; at += 1) {
        for (const { seq } of journal.append([received(`G${clock.now()}-${named++}`)], clock.now())) {
          for (const id of ids) store.enqueue(id, seq);
        }
      }
      deliverer.wake();
      await settle();
    },
    async pass(ms: number) {
      advance(ms);
      await settle();
    },
    state: (id: string) =>
      database.prepare<[string], string>("SELECT state FROM delivery WHERE webhook_id = ?").pluck().all(id),
  };
}

describe("deliveries to an endpoint", () => {
  it("go out in order, one at a time", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, state, deliverer } = delivering(outbound);
    endpoint("a");
    await queue(3, "a");
    for (const seq of [1, 2, 3]) {
      deliverer.wake("a");
      await settle();
      expect(outbound.sent.map((one) => one.seq).at(-1)).toBe(seq);
      expect(outbound.inFlight()).toBe(1);
      outbound.sent.at(-1)?.answer(200);
      await settle();
    }
    expect(state("a")).toEqual(["delivered", "delivered", "delivered"]);
  });

  it("are signed, and name event and sender", async () => {
    const outbound = scriptedOutbound(() => 200);
    const { endpoint, queue } = delivering(outbound);
    endpoint("a", "topsecret");
    await queue(1, "a");
    expect(outbound.sent[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": "Bellhop/1.2.3",
      "webhook-id": expect.stringMatching(/^evt_/),
      "X-Webhook-Signature": expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    });
    expect(outbound.sent[0]?.timeoutMs).toBe(15_000);
  });

  it("are tried again after 1, 5 and 15 seconds, with the same id, and hold up those behind", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, pass } = delivering(outbound);
    endpoint("a");
    await queue(2, "a");
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
  });

  it("are not hurried by new events while the endpoint rests", async () => {
    const outbound = scriptedOutbound(() => 500);
    const { endpoint, queue, deliverer } = delivering(outbound);
    endpoint("a");
    await queue(1, "a");
    await queue(5, "a");
    deliverer.wake("a");
    await settle();
    expect(outbound.sent).toHaveLength(1);
  });

  it("give one poisonous event up after three tries, and go on", async () => {
    const outbound = scriptedOutbound(({ body }) => (body.includes('"seq":1,') ? 422 : 200));
    const { endpoint, queue, pass, state } = delivering(outbound);
    endpoint("a");
    await queue(2, "a");
    await pass(1_000);
    await pass(5_000);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 1, 1, 2]);
    expect(state("a")).toEqual(["dead", "delivered"]);
  });

  it("leave out an event that cannot be written in the dialect's words, and go on", async () => {
    const outbound = scriptedOutbound(() => 200);
    const bodyOf = (event: Event): string => {
      if (event.seq === 2) throw new RangeError("Invalid time value");
      return JSON.stringify({ seq: event.seq });
    };
    const { endpoint, queue, complaints } = delivering(outbound, { bodyOf });
    endpoint("a");
    await queue(3, "a");
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(complaints).toHaveLength(1);
  });

  it("are dropped after three days, without another attempt and without blame", async () => {
    const [folder, time] = [temporaryFolder(), manualTime()];
    const down = delivering(
      scriptedOutbound(() => 503),
      { folder, time },
    );
    down.endpoint("a");
    await down.queue(1, "a");
    await down.deliverer.stop();
    down.close();
    time.advance(3 * 24 * 3_600_000);
    const outbound = scriptedOutbound(() => 200);
    const { deliverer, state } = delivering(outbound, { folder, time });
    deliverer.wake();
    await settle();
    expect(state("a")).toEqual(["dead"]);
    expect(outbound.sent).toEqual([]);
  });

  it("go on after a clock that was far ahead is set right", async () => {
    const folder = temporaryFolder();
    const ahead = manualTime(Date.UTC(2026, 1, 15));
    const first = delivering(
      scriptedOutbound(() => 503),
      { folder, time: ahead },
    );
    first.endpoint("a");
    await first.queue(1, "a");
    await first.deliverer.stop();
    first.close();
    const { deliverer, state } = delivering(
      scriptedOutbound(() => 200),
      { folder, time: manualTime() },
    );
    deliverer.wake();
    await settle();
    expect(state("a")).toEqual(["delivered"]);
  });

  it("end when the endpoint says that it is gone, and begin again when it is put anew", async () => {
    let status = 410;
    const outbound = scriptedOutbound(() => status);
    const { endpoint, queue, pass, store, deliverer } = delivering(outbound);
    endpoint("a");
    await queue(2, "a");
    await pass(600_000);
    expect(outbound.sent).toHaveLength(1);
    expect(store.endpoint("a")?.webhook.enabled).toBe(false);
    status = 200;
    endpoint("a");
    deliverer.wake("a");
    await settle();
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 1, 2]);
  });

  it("end when the endpoint is removed, also in the middle of one", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, store, complaints } = delivering(outbound);
    endpoint("a");
    await queue(2, "a");
    store.remove("a");
    outbound.sent[0]?.answer(500);
    await settle();
    expect(outbound.sent).toHaveLength(1);
    expect(complaints).toEqual([]);
  });
});

describe("endpoints", () => {
  it("do not wait for each other: one that hangs slows nobody", async () => {
    const outbound = scriptedOutbound(({ url }) => (url.includes("slow") ? "hang" : 200));
    const { endpoint, queue, state } = delivering(outbound);
    endpoint("slow");
    endpoint("fast");
    await queue(20, "slow", "fast");
    expect(state("fast").every((one) => one === "delivered")).toBe(true);
    expect(state("slow").every((one) => one === "pending")).toBe(true);
    expect(outbound.sent.filter(({ url }) => url.includes("slow"))).toHaveLength(1);
  });
});

describe("a restart", () => {
  it("delivers what is pending, with the same id", async () => {
    const folder = temporaryFolder();
    const time = manualTime();
    const hanging = scriptedOutbound();
    const first = delivering(hanging, { folder, time });
    first.endpoint("a", "topsecret");
    await first.queue(2, "a");
    first.close();
    const outbound = scriptedOutbound(() => 200);
    const second = delivering(outbound, { folder, time });
    second.deliverer.wake();
    await settle();
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(outbound.sent[0]?.headers["webhook-id"]).toBe(hanging.sent[0]?.headers["webhook-id"]);
    expect(second.state("a")).toEqual(["delivered", "delivered"]);
  });

  it("keeps to the rest that an endpoint needs", async () => {
    const folder = temporaryFolder();
    const time = manualTime();
    const first = delivering(
      scriptedOutbound(() => 500),
      { folder, time },
    );
    first.endpoint("a");
    await first.queue(1, "a");
    await first.deliverer.stop();
    first.close();
    const outbound = scriptedOutbound(() => 200);
    const second = delivering(outbound, { folder, time });
    second.deliverer.wake();
    await settle();
    expect(outbound.sent).toEqual([]);
    await second.pass(1_000);
    expect(outbound.sent).toHaveLength(1);
  });
});

describe("stopping", () => {
  it("gives what is under way three seconds, and keeps it for the next run", async () => {
    const outbound = scriptedOutbound();
    const { endpoint, queue, deliverer, pass, state } = delivering(outbound);
    endpoint("a");
    await queue(2, "a");
    let stopped = false;
    const stopping = deliverer.stop().then(() => {
      stopped = true;
    });
    await pass(2_999);
    expect(stopped).toBe(false);
    await pass(1);
    await stopping;
    expect(state("a")).toEqual(["pending", "pending"]);
    expect(outbound.sent).toHaveLength(1);
  });
});

describe("an event that cannot be read", () => {
  it("does not keep the process busy for ever", async () => {
    const outbound = scriptedOutbound(() => 200);
    const { database, endpoint, queue, pass, complaints, deliverer } = delivering(outbound);
    onTestFinished(() => deliverer.stop());
    endpoint("a");
    database.exec(
      "CREATE TRIGGER damage AFTER INSERT ON event BEGIN UPDATE event SET sealed_data = x'00' WHERE seq = 1 AND NEW.seq = 1; END",
    );
    await queue(2, "a");
    await pass(600_000);
    expect(complaints.length).toBeGreaterThan(0);
    expect(complaints.length).toBeLessThan(100);
    expect(outbound.sent.map(({ seq }) => seq)).toEqual([2]);
  }, 5_000);
});
