import type { Change } from "../change.ts";
import type { ConversationPrint } from "./conversation-changes.ts";
import type { FeedState } from "./feed-state.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { OutgoingRow } from "./news.ts";

/** One look's result. Whoever is handed it commits all of it in one transaction. */
export interface FeedStep {
  state: FeedState;
  changes: Change[];
  outgoing: OutgoingRow[];
  /** Fingerprints of rows as they have now been told. */
  told: Fingerprint[];
  /** ROWIDs whose fingerprints go. */
  forgotten: number[];
  conversations: { told: ConversationPrint[]; forgotten: number[] };
  /** From Messages' write to now, in ms; null when that cannot be told. */
  latencyMs: number | null;
}

/** What was told before, as the storage keeps it. It may throw what the storage throws. */
export interface FeedMemory {
  /** The fingerprints in a range of ROWIDs, both ends included, in order. */
  between(from: number, to: number): Fingerprint[];
  /** Whether this guid's hash belongs to a row that is known to be no message: a tapback, a group change. */
  isNoMessage(guid: number): boolean;
  /** Hashed id to hashed print of every conversation. */
  conversations(): ReadonlyMap<number, number>;
}

/** A step in which nothing happened. */
export function emptyStep(state: FeedState): FeedStep {
  return {
    state,
    changes: [],
    outgoing: [],
    told: [],
    forgotten: [],
    conversations: { told: [], forgotten: [] },
    latencyMs: null,
  };
}

/** Whether there is nothing to commit but a state that is `before` itself. */
export function isIdle(step: FeedStep, before: FeedState | null): boolean {
  const { changes, outgoing, told, forgotten, conversations } = step;
  const lists = [changes, outgoing, told, forgotten, conversations.told, conversations.forgotten];
  return step.state === before && lists.every((list) => list.length === 0);
}
