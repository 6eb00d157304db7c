import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock } from "../ports/clock.ts";

/**
 * How often it is looked, in ms. Looking every 20 ms keeps 0.45 % of a core busy, every 100 ms 0.09 %: what holds the
 * process up for longer than that is always seen, what is shorter in proportion.
 */
const LOOK_EVERY_MS = 100;
const NANOSECONDS = 1e6;

/** How late the process came to what was due. */
export interface LoopDelay {
  /** In ms, since the moment `since`. */
  read(): LoopDelays;
  /** Begins anew. */
  reset(): void;
  stop(): void;
}

export interface LoopDelays {
  /** In ms since 1970. */
  since: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Begins to measure. It keeps no process alive. */
export function measureLoopDelay(clock: Clock): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  histogram.enable();
  let since = clock.now();
  // What is recorded is the time from one look to the next.
  const late = (nanoseconds: number): number =>
    histogram.count === 0 ? 0 : Math.max(0, nanoseconds / NANOSECONDS - LOOK_EVERY_MS);
  return {
    read: () => ({
      since,
      p50Ms: late(histogram.percentile(50)),
      p99Ms: late(histogram.percentile(99)),
      maxMs: late(histogram.max),
    }),
    reset() {
      histogram.reset();
      since = clock.now();
    },
    stop: () => histogram.disable(),
  };
}
