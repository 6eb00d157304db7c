/** The slow way over everything, for what changes far back: late reads, edits, what happened while away. */
export interface Sweep {
  /** Whether there is something to do: a sweep is under way, or something was written since the last one. */
  isDue(version: number, now: number): boolean;
  /** The end of the range to look at next, newest rows first; null when there is nothing to do for now. */
  next(newest: number, version: number, now: number): number | null;
  /** The rows from this ROWID on have been looked at. True at the end of the sweep. */
  done(from: number, now: number): boolean;
  /** How long to wait before the next range, in ms: the whole takes about four minutes, whatever its size. */
  pace(): number;
}

/** Rows in one range: a millisecond of work, some four when they are remembered for the first time. */
export const SWEEP_ROWS = 200;
/** A sweep takes this long on a large database… */
const WHOLE_MS = 240_000;
/** …in steps that are never closer together nor further apart than this… */
const CLOSEST_MS = 20;
const FURTHEST_MS = 500;
/** …and the next one begins this much later, if anything was written meanwhile. */
const REST_MS = 60_000;

/** A sweep that has seen nothing yet. Times are monotonic, in ms. */
export function createSweep(): Sweep {
  let below = 0;
  let pace = FURTHEST_MS;
  let sweptVersion: number | null = null;
  let endedAt = Number.NEGATIVE_INFINITY;
  const isDue = (version: number, now: number): boolean =>
    below > 0 || (sweptVersion !== version && now - endedAt >= REST_MS);

  return {
    isDue,
    next(newest, version, now) {
      if (!isDue(version, now) || newest <= 0) return null;
      if (below <= 0) {
        below = newest;
        // What is written from here on belongs to the next one.
        sweptVersion = version;
        pace = Math.min(FURTHEST_MS, Math.max(CLOSEST_MS, WHOLE_MS / Math.ceil(newest / SWEEP_ROWS)));
      }
      return below;
    },
    done(from, now) {
      below = from - 1;
      if (below > 0) return false;
      endedAt = now;
      return true;
    },
    pace: () => pace,
  };
}
