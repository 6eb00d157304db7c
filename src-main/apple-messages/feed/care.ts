import type { Clock } from "../../ports/clock.ts";
import type { Timer, Timers } from "../../ports/timers.ts";
import type { ChatDatabase } from "../connection.ts";
import { goneForGood, recall, takeAftermath, type Wanted } from "./aftermath.ts";
import type { FeedState } from "./feed-state.ts";
import type { FeedMemory, FeedStep } from "./feed-step.ts";
import { createSweep } from "./sweep.ts";

/** Looks after what was told before: when, and how much of it at a time. */
export interface Care {
  /** Something was written, and the new rows have been told. */
  noticed(): void;
  /** The safety poll. */
  tick(): void;
  /** These conversations have been told as they are now. */
  remember(conversations: FeedStep["conversations"]): void;
  stop(): void;
}

export interface CareOptions {
  clock: Clock;
  timers: Timers;
  memory: FeedMemory;
  /** Runs something that may fail, and takes note of it. */
  attempt(work: () => void): void;
  /** How far the new rows have been told; null while there are more of them, which come first. */
  place(): FeedState | null;
  /** Another one after each commit and each opening. */
  version(): number;
  /** Asks chat.db about one moment; null when it is another one now. */
  read<T>(question: (database: ChatDatabase) => T): T | null;
  /** Commits a step. */
  hand(step: FeedStep): void;
}

/** The newest rows, looked at again after every commit: most of what changes is among them. */
const RECENT_ROWS = 200;
/** In a burst of commits the newest rows are compared this often at most, in ms… */
const RECENT_EVERY_MS = 20;
/** …and the conversations this often. */
const CONVERSATIONS_EVERY_MS = 1_000;
/** Lets the frames of new rows go out first. */
const SOON_MS = 1;

/** Starts looking after what was told. It does nothing before the first `noticed` or `tick`. */
export function startCare(options: CareOptions): Care {
  const { clock, timers, memory, place, version } = options;
  const sweep = createSweep();
  let conversations: Map<number, number> | null = null;
  let seen = { recent: Number.NaN, conversations: Number.NaN };
  let lookedAt = { recent: Number.NEGATIVE_INFINITY, conversations: Number.NEGATIVE_INFINITY };
  let soon: Timer | undefined;
  let sweeping: Timer | undefined;

  const plan = (): void => {
    if (seen.recent === version() && !conversationsAreDue()) return;
    const wait = lookedAt.recent + RECENT_EVERY_MS - clock.monotonic();
    soon ??= timers.after(Math.max(SOON_MS, wait), () => {
      soon = undefined;
      options.attempt(lookAtRecent);
    });
  };

  const conversationsAreDue = (): boolean =>
    seen.conversations !== version() && clock.monotonic() - lookedAt.conversations >= CONVERSATIONS_EVERY_MS;

  const lookAtRecent = (): void => {
    const state = place();
    if (state === null) return;
    const now = clock.monotonic();
    const due = conversationsAreDue();
    const then = version();
    const from = Math.max(1, state.cursor - RECENT_ROWS + 1);
    const wanted: Wanted = {
      ranges: state.cursor === 0 ? [] : [{ from, to: state.cursor }],
      deletions: true,
      conversations: due ? known() : null,
    };
    lookedAt = { recent: now, conversations: due ? now : lookedAt.conversations };
    const more = inspect(state, wanted);
    if (more === null) return;
    seen = { recent: more ? Number.NaN : then, conversations: due ? then : seen.conversations };
    if (more) plan();
  };

  /** Whether there is more of it; null when it could not be looked at now. */
  const inspect = (state: FeedState, wanted: Wanted): boolean | null => {
    const now = clock.now();
    const remembered = recall(memory, wanted.ranges);
    const found = options.read((database) => takeAftermath(database, state, wanted, remembered, now));
    if (found === null) return null;
    found.step.changes.push(...goneForGood(found.gone, memory, now));
    options.hand(found.step);
    return found.more;
  };

  const known = (): Map<number, number> => {
    conversations ??= new Map(memory.conversations());
    return conversations;
  };

  const sweepOn = (): void => {
    sweeping = undefined;
    const state = place();
    const range = state === null ? null : sweep.next(state.cursor, version(), clock.monotonic());
    if (state === null || range === null) return;
    options.attempt(() => inspect(state, { ranges: [range], deletions: false, conversations: null }));
    sweeping = timers.after(sweep.pace(), sweepOn);
  };

  return {
    noticed: plan,
    tick() {
      plan();
      if (sweep.isDue(version(), clock.monotonic())) sweeping ??= timers.after(sweep.pace(), sweepOn);
    },
    remember({ told, forgotten }) {
      for (const { id, print } of told) known().set(id, print);
      for (const id of forgotten) known().delete(id);
    },
    stop() {
      soon?.cancel();
      sweeping?.cancel();
    },
  };
}
