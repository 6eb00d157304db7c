import type { Clock } from "../ports/clock.ts";
import type { Timer, Timers } from "../ports/timers.ts";

/** Who writes to bellhop.db: the feed and the deliveries by themselves, calls when somebody asks. */
export type Writer = "feed" | "deliveries" | "calls";

/** Calls come when they come: whether they could be recorded again is tried out this often, in ms. */
const PROBE_EVERY_MS = 1_000;

/** Whether bellhop.db takes what is to be recorded, as those say who record. */
export interface RecordingTrouble {
  /** Told by a writer whenever that changes, or more often. */
  report(writer: Writer, isTrouble: boolean): void;
  /** Does the writer's work, and takes note of whether it could. Throws what that throws. */
  during(writer: Writer, work: () => void): void;
  /** False for what `during` threw while the writer was in trouble already: that was said. */
  isNew(thrown: unknown): boolean;
  /** Since when it does not, in ms since 1970; null while all is well. */
  since(): number | null;
  stop(): void;
}

/** Begins without trouble. `takesWrites` tries out whether a write of some size goes through. */
export function watchRecording(options: {
  clock: Clock;
  timers: Timers;
  takesWrites(): boolean;
}): RecordingTrouble {
  const { clock, timers, takesWrites } = options;
  const troubled = new Map<Writer, number>();
  let probe: Timer | undefined;

  const report = (writer: Writer, isTrouble: boolean): void => {
    if (!isTrouble) troubled.delete(writer);
    else if (!troubled.has(writer)) troubled.set(writer, clock.now());
    if (troubled.has("calls")) probe ??= timers.after(PROBE_EVERY_MS, tryOut);
  };
  const tryOut = (): void => {
    probe = undefined;
    report("calls", !takesWrites());
  };
  const said = new WeakSet<object>();
  return {
    report,
    during(writer, work) {
      try {
        work();
      } catch (thrown) {
        if (troubled.has(writer) && thrown instanceof Error) said.add(thrown);
        report(writer, true);
        throw thrown;
      }
      report(writer, false);
    },
    isNew: (thrown) => !(thrown instanceof Error && said.has(thrown)),
    since: () => (troubled.size === 0 ? null : Math.min(...troubled.values())),
    stop: () => probe?.cancel(),
  };
}
