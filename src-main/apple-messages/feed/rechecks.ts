import { isPersonal, type Message } from "../../../src-shared/domain/message.ts";
import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import { toMessage } from "../row-to-domain.ts";
import { isDecided } from "./feed-state.ts";
import type { FeedMemory } from "./feed-step.ts";
import { BITS, type Fingerprint, sameFingerprint, type Transition, transitionsOf } from "./fingerprint.ts";
import { deletionOf, type OutgoingRow } from "./news.ts";

/** Rows to look at: a range of ROWIDs, both ends included, or these. */
export type Scope = { from: number; to: number } | { rowIds: readonly number[] };

/** Rows with what is remembered of them. Remembered first: what that throws is not chat.db's fault. */
export interface Remembered {
  scope: Scope;
  fingerprints: readonly Fingerprint[];
}

/** What has become of rows that were told before. */
export interface Rechecked {
  changes: Change[];
  outgoing: OutgoingRow[];
  told: Fingerprint[];
  /** Rows that nothing was remembered of: from now on they are. */
  unknown: Fingerprint[];
  /** ROWIDs at which there is nothing any more. */
  vanished: number[];
  /** It was too much for one look: the rest shows when the same rows are looked at again. */
  more: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** What is older changes by synchronisation and upkeep, not because of anybody. */
const TELL_WITHIN_MS = 30 * DAY_MS;
/** A file, a preview or a body that comes later than this was fetched by looking at old messages. */
const COMPLETED_WITHIN_MS = DAY_MS;
/** An edit's moment is in the history and in the row; they are written one after the other. */
const SAME_EDIT_MS = 1_000;
/** Rows with news in one look: each is read, decoded and journaled. */
const MOST_TOLD = 15;

/** What is remembered of these rows. */
export function recall(memory: FeedMemory, scope: Scope): Remembered {
  const fingerprints = "rowIds" in scope ? memory.of(scope.rowIds) : memory.between(scope.from, scope.to);
  return { scope, fingerprints };
}

/**
 * Compares rows with what was last told of them. A row that nothing is remembered of is remembered without a
 * word; `waiting` are ROWIDs that have not been told yet.
 */
export function recheck(
  database: ChatDatabase,
  { scope, fingerprints }: Remembered,
  waiting: ReadonlySet<number>,
  now: number,
): Rechecked {
  const found: Rechecked = { changes: [], outgoing: [], told: [], unknown: [], vanished: [], more: false };
  const { feed } = database;
  const known = new Map(fingerprints.map((one) => [one.rowId, one]));
  const rows =
    "rowIds" in scope ? feed.fingerprintsOf(scope.rowIds) : feed.fingerprints(scope.from, scope.to);
  let told = 0;
  for (const seen of rows) {
    const before = known.get(seen.rowId);
    known.delete(seen.rowId);
    if (waiting.has(seen.rowId) || (before && sameFingerprint(before, seen))) continue;
    if (before?.guid !== seen.guid) {
      found.unknown.push(seen);
      continue;
    }
    const after = { ...seen, state: seen.state | (before.state & BITS.silent), revision: before.revision };
    const transitions = transitionsOf(before, after);
    if (transitions.length > 0 && told === MOST_TOLD) {
      found.more = true;
      continue;
    }
    if (tell(database, before, after, transitions, now, found)) {
      told += 1;
      after.revision += 1;
    }
    found.told.push(after);
  }
  found.vanished.push(...known.keys());
  return found;
}

/** Whether there was anything to tell. */
function tell(
  database: ChatDatabase,
  before: Fingerprint,
  after: Fingerprint,
  transitions: readonly Transition[],
  now: number,
  found: Rechecked,
): boolean {
  if (transitions.length === 0) return false;
  const row = database.messages.byRowId(after.rowId);
  if (row === null) return false;
  const data = toMessage(row, database);
  if (!isPersonal(data.kind)) return false;
  const version = before.revision + 1;
  const changes = transitions.flatMap((one) => changesOf(one, data, before.edited, version, now));
  found.changes.push(...changes);
  if (transitions.includes("sent") || transitions.includes("failed")) {
    found.outgoing.push({ message: data, settled: isDecided(row), lost: false });
  }
  return changes.length > 0;
}

function changesOf(
  transition: Transition,
  data: Message,
  editedBefore: number,
  version: number,
  now: number,
): Change[] {
  const age = now - data.at;
  if (transition === "deleted") return [deletionOf(data, data.deletedAt ?? now, version)];
  if (transition === "restored") return [{ type: "message.updated", data, version }];
  if (age > (transition === "completed" ? COMPLETED_WITHIN_MS : TELL_WITHIN_MS)) return [];
  switch (transition) {
    case "sent":
      return [{ type: "message.sent", data }];
    case "delivered":
      return [{ type: "message.delivered", data }];
    case "read":
      return [{ type: "message.read", data }];
    case "failed":
      return [{ type: "message.failed", data, version }];
    case "rewritten":
      return rewritten(data, editedBefore).map((type) => ({ type, data, version }));
    case "completed":
      return [{ type: "message.updated", data, version }];
  }
}

/** An edit and an unsend write the same column: the history tells them apart. Both may have happened since. */
function rewritten(
  { edits, editedAt, isUnsent, unsentParts }: Message,
  since: number,
): ("message.edited" | "message.unsent")[] {
  if (isUnsent) return ["message.unsent"];
  const versions = edits.flatMap((edit) => edit.versions);
  const isEdited = versions.some(({ at }) => at > since + SAME_EDIT_MS);
  const explained = versions.some(({ at }) => Math.abs(at - (editedAt ?? 0)) <= SAME_EDIT_MS);
  const isCut = unsentParts.length > 0 && !explained;
  if (isCut) return isEdited ? ["message.edited", "message.unsent"] : ["message.unsent"];
  return ["message.edited"];
}
