import { watchForJumps } from "../../journal/time-jumps.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Timer, Timers } from "../../ports/timers.ts";
import { isSqliteError } from "../../storage/database.ts";
import type { OutboxStore } from "./outbox-store.ts";

const DAY_MS = 86_400_000;
/** How long an item is kept after the last that happened to it. */
const KEPT_MS = 30 * DAY_MS;
/** Items that one transaction removes: others must have their turn. */
const SLICE = 200;
const SLICE_EVERY_MS = 1_000;
/** A clock that is wrong when the machine starts has been set by then, which shows. */
const FIRST_MS = 10 * 60_000;
const EVERY_MS = 60 * 60_000;

/**
 * Removes what ended more than 30 days ago, in slices, ten minutes after the start and every hour from then; a message
 * that went out as such an item is not known as ours any more. For an hour after the clock was set or the machine slept
 * nothing goes. Returns how to end that.
 */
export function startPruning({
  store,
  clock,
  timers,
  complain,
}: {
  store: Pick<OutboxStore, "prune">;
  clock: Clock;
  timers: Timers;
  complain(thrown: unknown): void;
}): () => void {
  const time = watchForJumps(clock, EVERY_MS);
  let next: Timer;
  const prune = (): void => {
    let isMore = false;
    try {
      time.look();
      isMore = time.isTrusted() && store.prune(clock.now() - KEPT_MS, SLICE) === SLICE;
    } catch (thrown) {
      // What the disk refuses is said by what matters more; this has time.
      if (!isSqliteError(thrown)) complain(thrown);
    }
    next = timers.after(isMore ? SLICE_EVERY_MS : EVERY_MS, prune);
  };
  next = timers.after(FIRST_MS, prune);
  return () => next.cancel();
}
