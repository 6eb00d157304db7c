import type { Clock } from "../../ports/clock.ts";

/** A wall clock that can be set, beside a time that only goes on. */
export interface SettableClock extends Clock {
  pass(ms: number): void;
  /** Sets the wall clock forward, or back. */
  set(ms: number): void;
}

/** Begins on a day in January 2026; nothing moves by itself. */
export function settableClock(): SettableClock {
  let steady = 0;
  let offset = Date.UTC(2026, 0, 15, 12);
  return {
    now: () => Math.floor(steady + offset),
    monotonic: () => steady,
    pass(ms) {
      steady += ms;
    },
    set(ms) {
      offset += ms;
    },
  };
}
