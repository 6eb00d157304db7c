import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import { takeConversationChanges } from "./conversation-changes.ts";
import { takeDeletions } from "./deletions.ts";
import type { FeedState } from "./feed-state.ts";
import type { FeedMemory, FeedStep } from "./feed-step.ts";
import { emptyStep } from "./feed-step.ts";
import { guidHash } from "./fingerprint.ts";
import { type Remembered, recheck } from "./rechecks.ts";
import type { RowRange } from "./sweep.ts";

/** What is looked at beside new rows. */
export interface Wanted {
  /** The newest rows, and a piece of the sweep. */
  ranges: readonly RowRange[];
  deletions: boolean;
  /** What was last told of the conversations; null to leave them alone. */
  conversations: ReadonlyMap<number, number> | null;
}

/** What is remembered of these ranges. Asked for before chat.db is, since its failures are not chat.db's. */
export function recall(memory: FeedMemory, ranges: readonly RowRange[]): Remembered[] {
  return ranges.map(({ from, to }) => ({ from, to, fingerprints: memory.between(from, to) }));
}

/** What has become of what was told before. `gone` still has to be asked about: see `goneForGood`. */
export function takeAftermath(
  database: ChatDatabase,
  state: FeedState,
  wanted: Wanted,
  remembered: readonly Remembered[],
  now: number,
): { step: FeedStep; gone: string[]; more: boolean } {
  const step = emptyStep(state);
  const waiting = new Set(state.held.map(({ rowId }) => rowId));
  for (const range of remembered) {
    const { changes, outgoing, told, forgotten } = recheck(database, range, waiting, now);
    step.changes.push(...changes);
    step.outgoing.push(...outgoing);
    step.told.push(...told);
    step.forgotten.push(...forgotten);
  }
  const deletions = wanted.deletions ? takeDeletions(database, state.deletions) : null;
  if (deletions !== null) {
    step.changes.push(...deletions.changes);
    const { entry, count, latest } = deletions.state;
    const known = state.deletions;
    const isSame = known?.entry === entry && known.count === count && known.latest === latest;
    if (!isSame) step.state = { ...state, deletions: deletions.state };
  }
  if (wanted.conversations !== null) {
    const { changes, told, forgotten } = takeConversationChanges(database, wanted.conversations, now);
    step.changes.push(...changes);
    step.conversations = { told, forgotten };
  }
  return { step, gone: deletions?.gone ?? [], more: deletions?.more ?? false };
}

/** What was deleted for good, but for tapbacks and the like: those go whenever somebody takes one back. */
export function goneForGood(gone: readonly string[], memory: FeedMemory, now: number): Change[] {
  return gone
    .filter((guid) => !memory.isNoMessage(guidHash(guid)))
    .map((guid) => ({
      type: "message.deleted",
      data: { guid, rowId: null, conversationIds: [], isRecoverable: false, at: now },
    }));
}
