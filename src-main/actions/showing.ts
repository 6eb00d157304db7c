import { Fault } from "../../src-shared/faults.ts";
import type { Bus } from "../journal/bus.ts";
import type { Timers } from "../ports/timers.ts";
import type { Showing } from "./plan.ts";

/** How often chat.db itself is asked: not every old row that changes makes an event, or makes it at once. */
const LOOK_EVERY_MS = 500;

/** Listens for what an action does to chat.db, from before it begins. */
export interface Watch {
  /** Whether it shows, or does within so many milliseconds. An aborted signal ends the wait. Then `stop`. */
  within(ms: number, signal: AbortSignal): Promise<boolean>;
  /** Listens no more. */
  stop(): void;
}

/** Begins to listen. */
export function watchFor(showing: Showing, { bus, timers }: { bus: Bus; timers: Timers }): Watch {
  let isSeen = false;
  let wake = (): void => {};
  const stop = bus.subscribe((event) => {
    if (isSeen || !showing.inEvent(event)) return;
    isSeen = true;
    wake();
  });
  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = timers.after(ms, resolve);
      wake = () => {
        timer.cancel();
        resolve();
      };
    });
  return {
    stop,
    async within(ms, signal) {
      const aborted = (): void => wake();
      signal.addEventListener("abort", aborted);
      try {
        for (let left = ms; ; left -= LOOK_EVERY_MS) {
          if (isSeen || isNow(showing)) return true;
          if (left <= 0 || signal.aborted) return false;
          await rest(Math.min(left, LOOK_EVERY_MS));
        }
      } finally {
        signal.removeEventListener("abort", aborted);
      }
    },
  };
}

/** What cannot be read does not show; it may be readable again a moment later. */
function isNow(showing: Showing): boolean {
  try {
    return showing.isSo();
  } catch (thrown) {
    if (thrown instanceof Fault) return false;
    throw thrown;
  }
}
