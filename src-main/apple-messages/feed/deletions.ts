import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import type { FeedState } from "./feed-state.ts";
import type { FeedMemory } from "./feed-step.ts";
import { BITS, guidHash } from "./fingerprint.ts";

/** What was deleted for good since. */
export interface Gone {
  /** The last entry that was looked at. */
  entry: number;
  deleted: { entry: number; guid: string }[];
  /** There is more than could be looked at in one go. */
  more: boolean;
}

/** Deletions that are looked at in one go. */
const SLICE = 100;

/** Looks at what was deleted for good since `known`. The first time (null) only remembers how things stand. */
export function takeGone({ feed, rowIdOf }: ChatDatabase, known: FeedState["deletions"]): Gone {
  const last = feed.lastDeleted();
  if (known === null) return { entry: last, deleted: [], more: false };
  // A list that was made anew counts from the beginning.
  const from = last < known.entry ? 0 : known.entry;
  const entries = feed.deletedAfter(from, SLICE);
  return {
    entry: entries.at(-1)?.entry ?? from,
    // A row that was written anew under its guid is there.
    deleted: entries.filter(({ guid }) => rowIdOf(guid) === null),
    more: entries.length === SLICE,
  };
}

/**
 * What to tell of them, and whose fingerprints go. A tapback that was taken back is no deletion, nor is what was
 * never told.
 */
export function goneForGood(
  deleted: Gone["deleted"],
  memory: FeedMemory,
  now: number,
): { changes: Change[]; forgotten: number[] } {
  const changes: Change[] = [];
  const forgotten: number[] = [];
  for (const { entry, guid } of deleted) {
    for (const { rowId, state } of memory.ofGuid(guidHash(guid))) {
      forgotten.push(rowId);
      if (state & BITS.notMessage) continue;
      const data = { guid, rowId, conversationIds: [], isRecoverable: false, at: now };
      changes.push({ type: "message.deleted", data, version: `gone ${entry}` });
    }
  }
  return { changes, forgotten };
}
