import type { Clock } from "../ports/clock.ts";
import { LONGEST_WAIT_MS } from "./retry.ts";

/**
 * Makes a function that says how long an endpoint has still to rest, in ms, given until when it is to (ms since 1970; 0
 * for not at all). The stored moment counts once: whatever the clock is set to then, the rest ends when its time has
 * passed, and earlier where the clock says so.
 */
export function restTimer(clock: Clock): (nextAttemptAt: number) => number {
  let known = { nextAttemptAt: 0, until: 0 };
  return (nextAttemptAt) => {
    if (nextAttemptAt === 0) return 0;
    const left = nextAttemptAt - clock.now();
    if (known.nextAttemptAt !== nextAttemptAt) {
      // Nobody rests longer than that: then the clock was set back, and the moment says nothing any more.
      known = { nextAttemptAt, until: clock.monotonic() + (left > LONGEST_WAIT_MS + 1_000 ? 0 : left) };
    }
    return Math.min(left, known.until - clock.monotonic());
  };
}
