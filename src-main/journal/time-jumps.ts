import type { Clock } from "../ports/clock.ts";

/** Wall time that went so much faster or slower than time itself was set, in ms. */
const JUMP_MS = 600_000;
/** After a jump wall time says nothing of an age for so long, in ms of a time that never jumps. */
const DISTRUST_MS = 3_600_000;

/** Tells when the wall clock was set, or the machine slept. */
export interface TimeJumps {
  /** To be called every so often. */
  look(): void;
  /** False for an hour after a jump. */
  isTrusted(): boolean;
}

/** Watches from now on; `everyMs` is how often it looks, so that it notices a sleep that both clocks went through. */
export function watchForJumps(clock: Clock, everyMs: number): TimeJumps {
  let wall = clock.now();
  let steady = clock.monotonic();
  let distrustedUntil = Number.NEGATIVE_INFINITY;
  return {
    look() {
      const passed = clock.monotonic() - steady;
      const claimed = clock.now() - wall;
      wall += claimed;
      steady += passed;
      if (Math.abs(claimed - passed) > JUMP_MS || passed - everyMs > JUMP_MS) {
        distrustedUntil = steady + DISTRUST_MS;
      }
    },
    isTrusted: () => clock.monotonic() >= distrustedUntil,
  };
}
