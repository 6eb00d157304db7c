import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Stats } from "../../src-shared/domain/stats.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { ownDatabase } from "../testing/own-database.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";
import { type Figures, type QueueFigures, sizeOfDatabase } from "./figures.ts";
import { createLatency } from "./latency.ts";
import { type LoopDelay, measureLoopDelay } from "./loop-delay.ts";
import { type Metrics, openMetrics } from "./metrics.ts";
import { statsReader } from "./stats.ts";

const NOON = Date.UTC(2026, 0, 15, 12);

function opened(other: Partial<Figures> = {}) {
  const time = manualTime(NOON);
  const { clock } = time;
  const queues: QueueFigures[] = [
    { id: "wh_1", name: "home-assistant", waiting: 3, waitingSince: NOON - 60_000, dead: 1 },
    { id: "wh_2", name: "n8n", waiting: 0, waitingSince: null, dead: 0 },
  ];
  const figures: Figures = {
    queues: () => queues,
    journal: () => ({ events: 90, oldest: 11, newest: 100, prunedTo: 10 }),
    connections: () => ({ sockets: 2, streams: 1 }),
    isReading: () => true,
    databaseBytes: () => 4096,
    loopDelay: null,
    ...other,
  };
  const metrics = openMetrics({ version: "1.2.3", mode: "simulated", clock, figures });
  return { metrics, figures, queues, ...time };
}

/** The metrics as Prometheus reads them: name and labels, and the value. */
async function scraped(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ""), Number(line.split(" ").at(-1))]));
}

describe("GET /metrics", () => {
  it("tells what was counted", async () => {
    const { metrics } = opened();
    metrics.event("message.received");
    metrics.event("message.received");
    metrics.attempted("wh_1", "retry", 41);
    metrics.attempted("wh_1", "delivered", 22);
    metrics.attempted("wh_2", "delivered", 11);
    metrics.deadLetter("refused");
    metrics.deadLetter("expired", 40);
    metrics.send("unknown");
    metrics.seen(9);
    const found = await scraped(metrics);
    expect(Object.fromEntries(found)).toMatchObject({
      'bellhop_events_total{type="message.received"}': 2,
      'bellhop_events_total{type="message.sent"}': 0,
      'bellhop_deliveries_total{outcome="delivered"}': 2,
      'bellhop_deliveries_total{outcome="retry"}': 1,
      'bellhop_webhook_attempts_total{webhook="wh_1",outcome="delivered"}': 1,
      'bellhop_webhook_attempts_total{webhook="wh_2",outcome="delivered"}': 1,
      'bellhop_dead_letters_total{because="refused"}': 1,
      'bellhop_dead_letters_total{because="expired"}': 40,
      'bellhop_sends_total{outcome="unknown"}': 1,
      'bellhop_feed_latency_seconds_bucket{le="0.005"}': 0,
      'bellhop_feed_latency_seconds_bucket{le="0.01"}': 1,
      bellhop_feed_latency_seconds_sum: 0.009,
      'bellhop_webhook_attempt_duration_seconds_bucket{le="0.025"}': 2,
      bellhop_webhook_attempt_duration_seconds_count: 3,
    });
    metrics.event("message.received");
    expect((await scraped(metrics)).get('bellhop_events_total{type="message.received"}')).toBe(3);
  });

  it("tells how things are", async () => {
    const found = await scraped(opened().metrics);
    expect(Object.fromEntries(found)).toMatchObject({
      bellhop_reading_up: 1,
      'bellhop_webhook_queue_depth{webhook="wh_1"}': 3,
      'bellhop_webhook_queue_oldest_seconds{webhook="wh_1"}': 60,
      'bellhop_webhook_queue_oldest_seconds{webhook="wh_2"}': 0,
      'bellhop_webhook_dead_letters{webhook="wh_1"}': 1,
      bellhop_queue_depth: 3,
      bellhop_queue_oldest_seconds: 60,
      bellhop_sockets: 2,
      bellhop_streams: 1,
      bellhop_journal_events: 90,
      bellhop_journal_newest_sequence: 100,
      bellhop_journal_pruned_to_sequence: 10,
      bellhop_database_bytes: 4096,
      [`bellhop_build_info{version="1.2.3",mode="simulated",node="${process.version}"}`]: 1,
    });
    expect(found.get("process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
    expect(found.get("process_cpu_seconds_total")).toBeGreaterThan(0);
    expect(found.get("process_open_fds")).toBeGreaterThan(2);
  });

  it("explains every name, in base units", async () => {
    const text = await opened({ loopDelay: still() }).metrics.text();
    const helps = new Map(
      [...text.matchAll(/^# HELP (\S+) (.+)$/gm)].map(([, name = "", help = ""]) => [name, help]),
    );
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    expect(types.length).toBeGreaterThan(25);
    for (const [, name = "", type] of types) {
      expect(name).toMatch(/^(bellhop|process|nodejs)_[a-z0-9_]+$/);
      expect(name).not.toMatch(/_(ms|millis|milliseconds|kb|mb)$/);
      expect(name.endsWith("_total")).toBe(type === "counter");
      expect(helps.get(name)).toMatch(/^[A-Z0-9].{10,}\.$/);
    }
  });

  it("forgets a webhook that was removed, but not what was delivered", async () => {
    const { metrics, queues } = opened();
    metrics.attempted("wh_1", "delivered", 1);
    metrics.forgetWebhook("wh_1");
    queues.shift();
    const found = await scraped(metrics);
    expect([...found.keys()].filter((name) => name.includes("wh_1"))).toEqual([]);
    expect(found.get('bellhop_deliveries_total{outcome="delivered"}')).toBe(1);
  });

  it("leaves out what cannot be known, and tells the rest", async () => {
    const broken = (): never => {
      throw new Error("database is locked");
    };
    const { metrics } = opened({ queues: broken, journal: broken, databaseBytes: () => null });
    const found = await scraped(metrics);
    expect([...found.keys()].filter((name) => /queue|journal|database/.test(name))).toEqual([]);
    expect(found.get("bellhop_reading_up")).toBe(1);
  });

  it("asks for queues and journal once", async () => {
    let asked = 0;
    const { metrics } = opened({
      queues() {
        asked += 1;
        return [];
      },
    });
    await metrics.text();
    await metrics.text();
    expect(asked).toBe(2);
  });

  it("tells of the delay of the event loop since it was asked before", async () => {
    const loopDelay = still();
    const { metrics } = opened({ loopDelay });
    const found = await scraped(metrics);
    expect(found.get("bellhop_event_loop_delay_p99_seconds")).toBe(0.04);
    expect(found.get("bellhop_event_loop_delay_max_seconds")).toBe(0.25);
    expect((await scraped(metrics)).get("bellhop_event_loop_delay_max_seconds")).toBe(0);
  });
});

/** A measurement that stands still, and is nought after a reset. */
function still(): LoopDelay {
  let delays = { since: 0, p50Ms: 1, p99Ms: 40, maxMs: 250 };
  return {
    read: () => delays,
    reset: () => {
      delays = { since: 1, p50Ms: 0, p99Ms: 0, maxMs: 0 };
    },
    stop: () => {},
  };
}

describe("stats", () => {
  const read = ({ metrics, figures, clock }: ReturnType<typeof opened>) =>
    statsReader({
      version: "1.2.3",
      mode: "simulated",
      startedAt: clock.now(),
      clock,
      tally: metrics.tally,
      figures,
      latency: createLatency(clock),
    });

  it("are what the metrics count, in the shape that was promised", () => {
    const all = opened();
    const stats = read(all);
    all.metrics.attempted("wh_1", "delivered", 5);
    all.metrics.event("message.sent");
    all.metrics.send("sent");
    all.advance(5_000);
    expect(Stats.parse(stats())).toMatchObject({
      version: "1.2.3",
      uptimeMs: 5_000,
      todaySince: NOON,
      reading: true,
      events: { sinceStart: { "message.sent": 1, "message.received": 0 }, today: { "message.sent": 1 } },
      deliveries: { sinceStart: { delivered: 1 }, waiting: 3, waitingSince: NOON - 60_000, dead: 1 },
      webhooks: [
        { id: "wh_1", name: "home-assistant", waiting: 3, sinceStart: { delivered: 1 } },
        { id: "wh_2", sinceStart: { delivered: 0 } },
      ],
      sends: { sinceStart: { sent: 1, failed: 0 } },
      feedLatency: { medianMs: null },
      loopDelay: null,
      sockets: 2,
      streams: 1,
      journal: { oldest: 11, newest: 100 },
    });
  });

  it("begin a new day at midnight", () => {
    const all = opened();
    const stats = read(all);
    all.metrics.event("message.sent");
    all.advance(24 * 3_600_000);
    all.metrics.event("message.sent");
    const { events, todaySince } = Stats.parse(stats());
    expect(events.sinceStart["message.sent"]).toBe(2);
    expect(events.today["message.sent"]).toBe(1);
    expect(new Date(todaySince).getHours()).toBe(0);
    expect(todaySince).toBeGreaterThan(NOON);
  });
});

describe("what is measured", () => {
  it("is how late the event loop is", async () => {
    const loop = measureLoopDelay({ now: () => Date.now(), monotonic: () => performance.now() });
    try {
      await until("the delay", () => {
        const end = performance.now() + 300;
        while (performance.now() < end);
        return loop.read().maxMs >= 150;
      });
      const { p50Ms, p99Ms, maxMs } = loop.read();
      expect(p50Ms).toBeLessThanOrEqual(p99Ms);
      expect(p99Ms).toBeLessThanOrEqual(maxMs);
      loop.reset();
      expect(loop.read().maxMs).toBe(0);
    } finally {
      loop.stop();
    }
  });

  it("is what the database takes with its log", () => {
    const folder = temporaryFolder();
    expect(sizeOfDatabase(join(folder, "bellhop.db"))).toBeNull();
    const { database } = ownDatabase(folder);
    expect(sizeOfDatabase(database.name)).toBeGreaterThan(0);
  });
});
