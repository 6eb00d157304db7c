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
  /**
   * What becomes of all fingerprints so far, before those of this step are kept: `set aside` when chat.db is another
   * one, whose rows have other ROWIDs; `settled` when those set aside are needed no more.
   */
  memory: "kept" | "set aside" | "settled";
  /** From Messages' write to now, in ms; null when that cannot be told. */
  latencyMs: number | null;
}

/** What was told before, as the storage keeps it. It may throw what the storage throws. */
export interface FeedMemory {
  /** The fingerprints in a range of ROWIDs, both ends included, in order. */
  between(from: number, to: number): Fingerprint[];
  /** Those of these rows, as far as there are any. */
  of(rowIds: readonly number[]): Fingerprint[];
  /** Those of the messages with this guid's hash. */
  ofGuid(guid: number): Fingerprint[];
  /** What was told of this guid in the database that was there before; null for nothing. */
  setAside(guid: number): Fingerprint | null;
  hasSetAside(): boolean;
  /** The ROWIDs beyond this one of what was told to be in Recently Deleted, in order. */
  deletedAfter(rowId: number, limit: number): number[];
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
    memory: "kept",
    latencyMs: null,
  };
}

/** Whether there is nothing to commit but a state that is `before` itself. */
export function isIdle(step: FeedStep, before: FeedState | null): boolean {
  const { changes, outgoing, told, forgotten, conversations } = step;
  const lists = [changes, outgoing, told, forgotten, conversations.told, conversations.forgotten];
  return step.state === before && step.memory === "kept" && lists.every((list) => list.length === 0);
}
