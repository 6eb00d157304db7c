import { isPersonal, type Message } from "../../../src-shared/domain/message.ts";
import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import { toMessage } from "../row-to-domain.ts";
import { isDecided } from "./feed-state.ts";
import { type Fingerprint, sameFingerprint, type Transition, transitionsOf } from "./fingerprint.ts";
import type { OutgoingRow } from "./news.ts";

/** What has become of rows that were told before. */
export interface Rechecked {
  changes: Change[];
  outgoing: OutgoingRow[];
  told: Fingerprint[];
  /** ROWIDs at which there is nothing any more. */
  forgotten: number[];
}

/** A range of ROWIDs with what is remembered of it, both in order. */
export interface Remembered {
  from: number;
  to: number;
  fingerprints: readonly Fingerprint[];
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** What is older changes by synchronisation and upkeep, not because of anybody. */
const TELL_WITHIN_MS = 30 * DAY_MS;
/** A file, a preview or a body that comes later than this was fetched by looking at old messages. */
const COMPLETED_WITHIN_MS = DAY_MS;
/** An edit's moment is in the history and in the row; they are written one after the other. */
const SAME_EDIT_MS = 1_000;

/**
 * Compares rows with what was last told of them. A row that nothing is remembered of is remembered without a
 * word; `waiting` are ROWIDs that have not been told yet.
 */
export function recheck(
  database: ChatDatabase,
  { from, to, fingerprints }: Remembered,
  waiting: ReadonlySet<number>,
  now: number,
): Rechecked {
  const found: Rechecked = { changes: [], outgoing: [], told: [], forgotten: [] };
  const known = new Map(fingerprints.map((one) => [one.rowId, one]));
  for (const after of database.feed.fingerprints(from, to)) {
    const before = known.get(after.rowId);
    known.delete(after.rowId);
    if (waiting.has(after.rowId) || (before && sameFingerprint(before, after))) continue;
    found.told.push(after);
    const transitions = before ? transitionsOf(before, after) : [];
    if (before && transitions.length > 0) tell(database, before, after, transitions, now, found);
  }
  found.forgotten.push(...known.keys());
  return found;
}

function tell(
  database: ChatDatabase,
  before: Fingerprint,
  after: Fingerprint,
  transitions: readonly Transition[],
  now: number,
  found: Rechecked,
): void {
  const row = database.messages.byRowId(after.rowId);
  if (row === null || now - (row.at ?? 0) > TELL_WITHIN_MS) return;
  const data = toMessage(row, database);
  if (!isPersonal(data.kind)) return;
  for (const transition of transitions) {
    found.changes.push(...changesOf(transition, data, before, after, now));
  }
  if (transitions.includes("sent") || transitions.includes("failed")) {
    found.outgoing.push({ message: data, settled: isDecided(row), lost: false });
  }
}

function changesOf(
  transition: Transition,
  data: Message,
  before: Fingerprint,
  after: Fingerprint,
  now: number,
): Change[] {
  switch (transition) {
    case "sent":
      return [{ type: "message.sent", data }];
    case "delivered":
      return [{ type: "message.delivered", data }];
    case "read":
      return [{ type: "message.read", data }];
    case "failed":
      return [{ type: "message.failed", data }];
    case "rewritten":
      return rewritten(data, before.edited).map((type) => ({ type, data, version: after.edited }));
    case "completed":
      // What goes to Recently Deleted loses its conversation, and is told as deleted.
      if (data.deletedAt !== null || now - data.at > COMPLETED_WITHIN_MS) return [];
      return [{ type: "message.updated", data, version: after.content }];
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
