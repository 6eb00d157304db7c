import { z } from "zod";
import { EventType } from "../../../src-shared/domain/event.ts";
import { DeliveryOutcome, SendOutcome, type Stats } from "../../../src-shared/domain/stats.ts";
import { Mode } from "../../../src-shared/status.ts";
import { type Route, route } from "../../http/route.ts";
import { wireTime } from "./translate-message.ts";

const time = z.string().nullable();
const counted = <T extends z.ZodType>(counts: T) => z.object({ since_start: counts, today: counts });
const queue = { waiting: z.int(), waiting_since: time, dead: z.int() };
const byOutcome = z.record(DeliveryOutcome, z.int());

/** + How Bellhop is doing, in figures. Durations in ms, sizes in bytes; null is what nobody knows. */
const WireStats = z.object({
  version: z.string(),
  mode: Mode,
  timestamp: z.string(),
  started_at: z.string(),
  uptime_ms: z.number(),
  /** Since when `today` counts: midnight at the gateway, or its start if that was later. */
  today_since: z.string(),
  reading: z.boolean(),
  events: counted(z.record(EventType, z.int())),
  deliveries: counted(byOutcome).extend(queue),
  webhooks: z.array(z.object({ id: z.string(), name: z.string(), ...queue, since_start: byOutcome })),
  sends: counted(z.record(SendOutcome, z.int())),
  feed_latency: z.object({ median_ms: z.number().nullable(), p99_ms: z.number().nullable() }),
  loop_delay: z
    .object({ since: z.string(), p50_ms: z.number(), p99_ms: z.number(), max_ms: z.number() })
    .nullable(),
  sockets: z.int(),
  streams: z.int(),
  journal: z.object({
    events: z.int(),
    oldest: z.int().nullable(),
    newest: z.int(),
    pruned_to: z.int(),
  }),
  database_bytes: z.int().nullable(),
  memory: z.object({ resident_bytes: z.int(), heap_bytes: z.int() }),
  open_files: z.int().nullable(),
});

/** + What the gateway has been doing since its start and today. */
export function statsRoute(prefix: string, stats: () => Stats): Route {
  return route({
    method: "GET",
    path: `${prefix}/stats`,
    summary: "What the gateway has been doing, in figures.",
    scope: "metrics:read",
    output: WireStats,
    handler: () => wireStats(stats()),
  });
}

function wireStats(stats: Stats): z.infer<typeof WireStats> {
  const { loopDelay, journal, memory } = stats;
  return {
    version: stats.version,
    mode: stats.mode,
    timestamp: wireTime(stats.at),
    started_at: wireTime(stats.startedAt),
    uptime_ms: stats.uptimeMs,
    today_since: wireTime(stats.todaySince),
    reading: stats.reading,
    events: wireCounted(stats.events),
    deliveries: { ...wireCounted(stats.deliveries), ...wireQueue(stats.deliveries) },
    webhooks: stats.webhooks.map(({ id, name, sinceStart, ...waiting }) => ({
      id,
      name,
      ...wireQueue(waiting),
      since_start: sinceStart,
    })),
    sends: wireCounted(stats.sends),
    feed_latency: { median_ms: stats.feedLatency.medianMs, p99_ms: stats.feedLatency.p99Ms },
    loop_delay: loopDelay && {
      since: wireTime(loopDelay.since),
      p50_ms: loopDelay.p50Ms,
      p99_ms: loopDelay.p99Ms,
      max_ms: loopDelay.maxMs,
    },
    sockets: stats.sockets,
    streams: stats.streams,
    journal: {
      events: journal.events,
      oldest: journal.oldest,
      newest: journal.newest,
      pruned_to: journal.prunedTo,
    },
    database_bytes: stats.databaseBytes,
    memory: { resident_bytes: memory.residentBytes, heap_bytes: memory.heapBytes },
    open_files: stats.openFiles,
  };
}

const wireCounted = <T>({ sinceStart, today }: { sinceStart: T; today: T }) => ({
  since_start: sinceStart,
  today,
});

const wireQueue = ({
  waiting,
  waitingSince,
  dead,
}: Pick<Stats["deliveries"], "waiting" | "waitingSince" | "dead">) => ({
  waiting,
  waiting_since: waitingSince === null ? null : wireTime(waitingSince),
  dead,
});
