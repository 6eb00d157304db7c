import { z } from "zod";

/**
 * The high-water mark of message dates, in ms since 1970. What is much older than it came from iCloud and not
 * from a person just now. It stands still while this Mac is away, and follows what comes only after a while: the
 * messages of days offline may come in any order, the newest first.
 */
export const Mark = z.object({
  /** The latest date seen, a while ago. */
  highWater: z.int(),
  /** The latest date seen since, and when (by this Mac's clock) the first of them came. */
  ahead: z.object({ at: z.int(), since: z.int() }).nullable().default(null),
  /** Since when the mark is in the future: the clock was ahead when it was set, or is behind now. */
  beyondSince: z.int().nullable().default(null),
});
export type Mark = z.infer<typeof Mark>;

const HOUR_MS = 60 * 60 * 1_000;
/** What comes within this time of each other is one catching-up. */
const SETTLE_MS = HOUR_MS;
/** A clock that is behind for longer than this is right, and was wrong before. */
const BELIEVE_MS = 24 * HOUR_MS;
/** A row this much older than the mark is backfill. */
const BACKFILL_MS = 24 * HOUR_MS;
/** What is older than the newest by more than this, and no backfill, is late. */
const LATE_MS = HOUR_MS;

/** The mark as it holds from `now` on. */
export function settled(mark: Mark, now: number): Mark {
  let { highWater, ahead } = mark;
  // A clock that was set back begins the wait anew.
  if (ahead !== null && ahead.since > now) ahead = { ...ahead, since: now };
  if (ahead !== null && now - ahead.since >= SETTLE_MS) {
    highWater = Math.max(highWater, ahead.at);
    ahead = null;
  }
  if (highWater <= now) return { highWater, ahead, beyondSince: null };
  const { beyondSince } = mark;
  const since = beyondSince === null || beyondSince > now ? now : beyondSince;
  if (now - since < BELIEVE_MS) return { highWater, ahead, beyondSince: since };
  return { highWater: now, ahead, beyondSince: null };
}

/** The mark after a row of this date; a scheduled message is dated in the future and must not make all else look old. */
export function noted(mark: Mark, at: number | null, now: number): Mark {
  const { highWater, ahead } = mark;
  if (at === null || at > now || at <= Math.max(highWater, ahead?.at ?? highWater)) return mark;
  return { ...mark, ahead: { at, since: ahead?.since ?? now } };
}

/** What is dated before the first is backfill, what is dated before the second is late; both in ms since 1970. */
export function limitsOf({ highWater, ahead }: Mark, now: number): { backfill: number; late: number } {
  const newest = Math.min(Math.max(highWater, ahead?.at ?? highWater), now);
  return { backfill: Math.min(highWater, now) - BACKFILL_MS, late: newest - LATE_MS };
}
