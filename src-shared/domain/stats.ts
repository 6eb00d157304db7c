import { z } from "zod";
import { Mode } from "../status.ts";
import { EventType } from "./event.ts";

/** What may become of an attempt to deliver: done, tried again, given up, or its endpoint switched off. */
export const DELIVERY_OUTCOMES = ["delivered", "retry", "dead", "disabled"] as const;
export const DeliveryOutcome = z.enum(DELIVERY_OUTCOMES);
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>;

/** How a send ends. `unknown`: Messages took it and its row never came. */
export const SEND_OUTCOMES = ["sent", "failed", "unknown"] as const;
export const SendOutcome = z.enum(SEND_OUTCOMES);
export type SendOutcome = z.infer<typeof SendOutcome>;

/** One count for each of a few names. */
const counts = <T extends Readonly<Record<string, string>>>(names: z.ZodEnum<T>) => z.record(names, z.int());

/** A count since the start, and since `todaySince`. */
const counted = <T extends z.ZodType>(one: T) => z.object({ sinceStart: one, today: one });

/** One endpoint's queue. */
const queue = {
  waiting: z.int(),
  /** Since when the first of the queue waits, in ms since 1970; null while nothing waits. */
  waitingSince: z.int().nullable(),
  /** Deliveries that were given up and can be resent. */
  dead: z.int(),
};

/** How Bellhop is doing, in figures. Times are ms since 1970, durations ms; null is what nobody knows. */
export const Stats = z.object({
  version: z.string(),
  mode: Mode,
  at: z.int(),
  startedAt: z.int(),
  uptimeMs: z.number(),
  /** Since when `today` counts: midnight here, or the start if that was later. */
  todaySince: z.int(),
  reading: z.boolean(),
  events: counted(counts(EventType)),
  deliveries: counted(counts(DeliveryOutcome)).extend(queue),
  webhooks: z.array(
    z.object({ id: z.string(), name: z.string(), ...queue, sinceStart: counts(DeliveryOutcome) }),
  ),
  sends: counted(counts(SendOutcome)),
  /** From Messages' write to our event, over the last hour. */
  feedLatency: z.object({ medianMs: z.number().nullable(), p99Ms: z.number().nullable() }),
  /** How late the process came to what was due, since the moment `since`. */
  loopDelay: z.object({ since: z.int(), p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() }).nullable(),
  sockets: z.int(),
  streams: z.int(),
  journal: z.object({
    events: z.int(),
    /** The sequence of the oldest event that is kept; null when none is. */
    oldest: z.int().nullable(),
    newest: z.int(),
    prunedTo: z.int(),
  }),
  /** What bellhop.db takes on the disk, with what is not yet written into it. */
  databaseBytes: z.int().nullable(),
  memory: z.object({ residentBytes: z.int(), heapBytes: z.int() }),
  openFiles: z.int().nullable(),
});
export type Stats = z.infer<typeof Stats>;
