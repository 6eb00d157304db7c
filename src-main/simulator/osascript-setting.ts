import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timers } from "../ports/timers.ts";
import type { Later } from "./later.ts";
import type { Macos } from "./macos.ts";

/** What the stand-in works on. */
export interface OsascriptSetting {
  /** The simulated chat.db; `faults.json` lies beside it. */
  chatDbPath: string;
  /** Create the database with this version when there is none yet. */
  macos?: Macos;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  /** From the row to `is_sent`. */
  sentAfterMs?: number;
  /** Kills the run: nothing more happens after it, except what Messages does by itself. */
  killed?: AbortSignal;
  /** Sees to what Messages still does when osascript has ended; without it, timers of this process do. */
  later?: (step: Later) => void;
}

/** Thrown where a run waits, when it is killed. */
export class Killed extends Error {
  override name = "Killed";
}

const FOREVER_MS = 0x7fff_ffff;

/** Waits so many milliseconds. Throws Killed as soon as the run is killed. */
export function pause({ timers, killed }: OsascriptSetting, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = timers.after(ms, () => {
      killed?.removeEventListener("abort", end);
      resolve();
    });
    const end = (): void => {
      timer.cancel();
      reject(new Killed());
    };
    killed?.addEventListener("abort", end, { once: true });
    if (killed?.aborted) end();
  });
}

/** Waits until the run is killed. Throws Killed then. */
export function hang(setting: OsascriptSetting): Promise<void> {
  return pause(setting, FOREVER_MS);
}
