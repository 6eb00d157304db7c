import type { Clock } from "../ports/clock.ts";

/** Who writes to bellhop.db by itself. */
export type Writer = "feed" | "deliveries";

/** Whether bellhop.db takes what is to be recorded, as those say who record. */
export interface RecordingTrouble {
  /** Told by a writer whenever that changes, or more often. */
  report(writer: Writer, isTrouble: boolean): void;
  /** Since when it does not, in ms since 1970; null while all is well. */
  since(): number | null;
}

/** Begins without trouble. */
export function watchRecording(clock: Clock): RecordingTrouble {
  const troubled = new Map<Writer, number>();
  return {
    report(writer, isTrouble) {
      if (!isTrouble) troubled.delete(writer);
      else if (!troubled.has(writer)) troubled.set(writer, clock.now());
    },
    since: () => (troubled.size === 0 ? null : Math.min(...troubled.values())),
  };
}
