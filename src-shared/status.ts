import { z } from "zod";

/** Where Messages is: Apple's, or the simulated one. */
export const Mode = z.enum(["real", "simulated"]);
export type Mode = z.infer<typeof Mode>;

/**
 * Why chat.db cannot be read: not there (Messages never set up, or the file is away), refused by macOS
 * (no Full Disk Access), unreadable (damaged or not a chat.db), stuck (opened, but reads fail), or unrecorded
 * (it can be read, but what is new cannot be written to bellhop.db).
 */
export const ReadingProblem = z.enum(["missing", "refused", "unreadable", "stuck", "unrecorded"]);
export type ReadingProblem = z.infer<typeof ReadingProblem>;

/** Why nothing is sent: by the person, for want of a way to send, for want of permission, or of confirmation. */
export const SendingProblem = z.enum(["paused", "no_sender", "automation_denied", "reading_off"]);
export type SendingProblem = z.infer<typeof SendingProblem>;

export const Permission = z.enum(["on", "off", "unknown", "not_needed"]);
export type Permission = z.infer<typeof Permission>;

/** Facts about the running gateway; `words/` turns them into sentences. Times are ms since 1970, UTC. */
export const Status = z.object({
  mode: Mode,
  version: z.string(),
  startedAt: z.int(),
  host: z.string(),
  port: z.int(),
  url: z.string(),
  reading: z.object({
    problem: ReadingProblem.nullable(),
    /** Since when there is that problem. */
    since: z.int().nullable(),
    path: z.string(),
    messages: z.int().nullable(),
    lastMessageAt: z.int().nullable(),
    /** Median from Messages' write to our event over the last hour, in milliseconds. */
    latencyMs: z.number().nullable(),
  }),
  sending: z.object({
    problem: SendingProblem.nullable(),
    since: z.int().nullable(),
    waiting: z.int(),
    sentThisHour: z.int(),
  }),
  webhooks: z.object({
    /** Endpoints that are switched on, and those that are not. */
    on: z.int(),
    off: z.int(),
    /** Endpoints whose last attempt failed, by name or host, with the last HTTP status (null: no answer) and since when. */
    failing: z.array(z.object({ name: z.string(), status: z.int().nullable(), since: z.int() })),
    /** Endpoints that no person switched off: by answering 410 themselves, or by Bellhop after days of failing. */
    switchedOff: z.array(z.object({ name: z.string(), because: z.enum(["gone", "failing"]), at: z.int() })),
    /** Deliveries that were given up and can be resent. */
    dead: z.int(),
    waiting: z.int(),
    deliveredToday: z.int(),
  }),
  permissions: z.object({
    fullDiskAccess: Permission,
    automation: Permission,
    accessibility: Permission,
  }),
  /** The last 24 hours, oldest first, the running one last; null counts where the gateway could not read. */
  hours: z.array(z.object({ startsAt: z.int(), received: z.int().nullable(), sent: z.int().nullable() })),
  /** Feed latency of the last hour, oldest first, one point for each minute that had messages. */
  latency: z.array(z.object({ at: z.int(), medianMs: z.number(), p99Ms: z.number() })),
});
export type Status = z.infer<typeof Status>;
