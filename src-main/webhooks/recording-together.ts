import type { Timer, Timers } from "../ports/timers.ts";
import type { Recorded } from "./recorded.ts";
import type { Recording } from "./recording.ts";

/** How recording an attempt went: whether the delivery was still what it was, or what the database refused it with. */
export type HowRecorded = { isRecorded: boolean } | { thrown: unknown };

/** Records an attempt, and then says how that went. */
export type Record = (recorded: Recorded, done: (how: HowRecorded) => void) => void;

/**
 * Records what ends at about the same time in one commit, which is the dearest part of a delivery. `isAlone` says that
 * nothing else is under way: then there is nobody to wait for.
 */
export function recordTogether(options: {
  recording: Pick<Recording, "attempted">;
  timers: Timers;
  isAlone(): boolean;
  complain(thrown: unknown): void;
}): Record {
  const { recording, timers, isAlone, complain } = options;
  let waiting: { recorded: Recorded; done: (how: HowRecorded) => void }[] = [];
  let turn: Timer | null = null;

  const attempt = (records: readonly Recorded[]): HowRecorded[] => {
    try {
      return recording.attempted(records).map((isRecorded) => ({ isRecorded }));
    } catch (thrown) {
      // One of them may be at fault, which is no reason to have the others wait.
      return records.length > 1 ? records.flatMap((one) => attempt([one])) : [{ thrown }];
    }
  };
  const recordAll = (): void => {
    turn?.cancel();
    turn = null;
    const all = waiting;
    waiting = [];
    const how = attempt(all.map(({ recorded }) => recorded));
    for (const [at, { done }] of all.entries()) {
      try {
        done(how[at] ?? { isRecorded: false });
      } catch (thrown) {
        // The others are to be told all the same.
        complain(thrown);
      }
    }
  };
  return (recorded, done) => {
    waiting.push({ recorded, done });
    if (isAlone()) recordAll();
    else turn ??= timers.after(0, recordAll);
  };
}
