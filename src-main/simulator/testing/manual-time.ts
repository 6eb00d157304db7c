import type { Clock } from "../../ports/clock.ts";
import type { Timer, Timers } from "../../ports/timers.ts";

/** A clock and timers that only move when told to. */
export interface ManualTime {
  clock: Clock;
  timers: Timers;
  /** Moves on by so many milliseconds and runs what falls due, in order. */
  advance(ms: number): void;
  /** Timers that wait. */
  pending(): number;
}

/** For tests: begins at `start` (milliseconds since 1970). */
export function manualTime(start = Date.UTC(2026, 0, 15, 12)): ManualTime {
  let now = 0;
  const waiting = new Set<{ due: number; run: () => void }>();
  return {
    clock: { now: () => start + now, monotonic: () => now },
    timers: {
      after(ms, run): Timer {
        const entry = { due: now + ms, run };
        waiting.add(entry);
        return { cancel: () => waiting.delete(entry) };
      },
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...waiting].filter((entry) => entry.due <= end).sort((a, b) => a.due - b.due)[0];
        if (due === undefined) break;
        waiting.delete(due);
        now = Math.max(now, due.due);
        due.run();
      }
      now = end;
    },
    pending: () => waiting.size,
  };
}
