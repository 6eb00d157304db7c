import type { ChatDatabase } from "../connection.ts";
import { takeConversationChanges } from "./conversation-changes.ts";
import { type Gone, takeGone } from "./deletions.ts";
import type { FeedState } from "./feed-state.ts";
import { emptyStep, type FeedStep } from "./feed-step.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { type Remembered, recheck } from "./rechecks.ts";

/** What is looked at beside new rows. */
export interface Wanted {
  /** The newest rows, what lies in Recently Deleted, a piece of the sweep. */
  rows: readonly Remembered[];
  /** What was last told of the conversations, and what of them waits to be told; null to leave them alone. */
  conversations: { known: ReadonlyMap<number, number>; pending: ReadonlyMap<number, number> } | null;
}

/** What has become of what was told before. */
export interface Aftermath {
  step: FeedStep;
  /** Deleted for good: what to tell of them depends on what is remembered of their guids. */
  gone: Gone["deleted"];
  /** Rows that nothing was remembered of; they are in `step.told` as they are now. */
  unknown: readonly Fingerprint[];
  /** What of the conversations waits now; null when they were left alone. */
  pending: ReadonlyMap<number, number> | null;
  /** Rows that had more news than one look may tell. */
  moreRows: boolean;
  moreGone: boolean;
}

/** Looks at all that is wanted, at one moment of chat.db. */
export function takeAftermath(
  database: ChatDatabase,
  state: FeedState,
  { rows, conversations }: Wanted,
  now: number,
): Aftermath {
  const step = emptyStep(state);
  const waiting = new Set(state.held.map(({ rowId }) => rowId));
  const unknown: Fingerprint[] = [];
  const vanished: number[] = [];
  let moreRows = false;
  for (const remembered of rows) {
    const found = recheck(database, remembered, waiting, now);
    step.changes.push(...found.changes);
    step.outgoing.push(...found.outgoing);
    step.told.push(...found.told, ...found.unknown);
    unknown.push(...found.unknown);
    vanished.push(...found.vanished);
    moreRows ||= found.more;
  }
  const gone = takeGone(database, state.deletions);
  // Before all deletions are told, what has vanished is still needed to know what it was.
  if (!gone.more) step.forgotten.push(...vanished);
  if (state.deletions === null) {
    step.state = { ...state, deletions: { entry: gone.entry, ...database.feed.bin() } };
  } else if (gone.entry !== state.deletions.entry) {
    step.state = { ...state, deletions: { ...state.deletions, entry: gone.entry } };
  }
  let pending: Aftermath["pending"] = null;
  if (conversations !== null) {
    const { known, pending: waited } = conversations;
    const {
      changes,
      told,
      forgotten,
      pending: still,
    } = takeConversationChanges(database, known, waited, now);
    step.changes.push(...changes);
    step.conversations = { told, forgotten };
    pending = still;
  }
  return { step, gone: gone.deleted, unknown, pending, moreRows, moreGone: gone.more };
}
