import type { Clock } from "../ports/clock.ts";
import type { Timer } from "../ports/timers.ts";

/** A clock that only the script moves. Wall time may jump; monotonic time goes on. */
export interface VirtualTime {
  clock: Clock;
  after(ms: number, run: () => void): Timer;
  /** Moves on and runs what falls due, in order; ends early when `isOver` says so. */
  advance(ms: number, isOver?: () => boolean): Promise<void>;
  /** Sets the wall clock forward or back. */
  jump(ms: number): void;
  /** How far the wall clock has been set from where it would be, in ms. */
  offset(): number;
  /** The latest that the wall clock has ever shown. */
  latest(): number;
}

const START = Date.UTC(2026, 0, 15, 12);
/** A real timer that is set further ahead fires at once. */
const FURTHEST_MS = 2 ** 31 - 1;
/** A world in which more than so many timers fire does something over and over. */
const MOST_TIMERS = 15_000;

/** Time at its beginning. */
export function virtualTime(): VirtualTime {
  let now = 0;
  let offset = 0;
  let latest = START;
  let fired = 0;
  const waiting = new Set<{ due: number; run: () => void }>();
  const wall = (): number => Math.floor(START + now + offset);
  const moveTo = (moment: number): void => {
    now = Math.max(now, moment);
    latest = Math.max(latest, wall());
  };
  const next = (end: number): { due: number; run: () => void } | null => {
    let first: { due: number; run: () => void } | null = null;
    for (const entry of waiting) if (entry.due <= end && (!first || entry.due < first.due)) first = entry;
    return first;
  };
  return {
    clock: { now: wall, monotonic: () => now },
    after(ms, run) {
      if (!(ms <= FURTHEST_MS)) throw new Error(`a timer of ${ms} ms would fire at once`);
      const entry = { due: now + Math.max(0, ms), run };
      waiting.add(entry);
      return { cancel: () => void waiting.delete(entry) };
    },
    async advance(ms, isOver = () => false) {
      const end = now + ms;
      await settle();
      for (let entry = next(end); entry !== null && !isOver(); entry = next(end)) {
        waiting.delete(entry);
        fired += 1;
        if (fired > MOST_TIMERS) throw new Error(`it does not rest: ${MOST_TIMERS} timers have fired`);
        moveTo(entry.due);
        entry.run();
        await settle();
      }
      if (!isOver()) moveTo(end);
    },
    jump(ms) {
      offset += ms;
      latest = Math.max(latest, wall());
    },
    offset: () => offset,
    latest: () => latest,
  };
}

/** Lets every promise that is settled be heard: one turn of the event loop empties the whole queue. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
