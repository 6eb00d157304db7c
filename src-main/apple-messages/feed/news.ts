import type { Message } from "../../../src-shared/domain/message.ts";
import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import { type DamagedPart, damagedParts } from "../content/damage.ts";
import type { MessageRow } from "../message-row.ts";
import { isSqliteError } from "../reading-failure.ts";
import { type FeedState, type HeldRow, isDecided, isLostSend, judge, type Telling } from "./feed-state.ts";
import { BITS, type Fingerprint, guidHash, printText } from "./fingerprint.ts";
import { limitsOf, type Mark, noted, settled } from "./mark.ts";
import { tellingOf } from "./side-rows.ts";

/** A row of our own as it stands: what a send is confirmed by. */
export interface OutgoingRow {
  message: Message;
  /** Whether Messages has decided: sent, or failed with `message.errorCode`. */
  settled: boolean;
  /** Whether it is the empty row in no conversation that macOS 26 leaves after a group send that failed. */
  lost: boolean;
}

/** What is worth a line in the log. */
export interface FeedNotes {
  complain(thrown: unknown): void;
  /** Any correspondent can send something damaged: it is told without what cannot be read. */
  damaged(rowId: number, parts: readonly DamagedPart[]): void;
}

/** What new rows, and rows that have waited, come to. */
export interface News {
  changes: Change[];
  outgoing: OutgoingRow[];
  /** What has been told of these rows, or will never be. */
  told: Fingerprint[];
  held: FeedState["held"];
  mark: Mark;
  /** The new rows, in order. */
  rows: readonly MessageRow[];
  /** There may be further ones. */
  more: boolean;
}

/** Rows in one transaction: enough to be fast, few enough that the event loop stays free. */
export const SLICE_ROWS = 50;
/** And no more than this much content beyond the first row. */
const SLICE_BYTES = 512 * 1024;

/** Looks at what has waited and at the next rows beyond `place`, `most` of them. */
export function takeNews(
  database: ChatDatabase,
  place: FeedState,
  most: number,
  now: number,
  notes: FeedNotes,
): News {
  const { feed, messages } = database;
  const { rows, more } = feed.after(place.cursor, most, SLICE_BYTES);
  const news: Omit<News, "rows" | "more"> = {
    changes: [],
    outgoing: [],
    told: [],
    held: [],
    mark: rows.length > 0 ? settled(place, now) : markOf(place),
  };
  const consider = (row: MessageRow, since: number, fingerprint: Fingerprint): void => {
    const telling = understand(row, database, notes);
    const verdict = judge(row, telling, since, now, limitsOf(news.mark, now).late);
    if (telling !== null && telling !== "unjoined" && telling.type === "message.sent") {
      const lost = verdict.step !== "hold" && isLostSend(row, telling);
      news.outgoing.push({ message: telling.data, settled: isDecided(row), lost });
    }
    if (verdict.step === "hold") {
      const print = printText(fingerprint);
      news.held.push({ rowId: row.row_id, guid: row.guid, since, until: verdict.until, print });
    } else news.told.push(fingerprint);
    if (verdict.step === "tell" && telling !== null && telling !== "unjoined") {
      news.changes.push(...firstTold(row, telling, verdict));
    }
  };

  const prints = new Map(
    feed.fingerprintsOf(place.held.map(({ rowId }) => rowId)).map((one) => [one.rowId, one]),
  );
  for (const held of place.held) {
    const print = prints.get(held.rowId);
    // One whose row is gone waits no longer.
    if (print?.guid !== guidHash(held.guid)) continue;
    if (printText(print) === held.print && isWaiting(held, now)) {
      news.held.push(held);
      continue;
    }
    const row = messages.byRowId(held.rowId);
    // A clock that was set back begins its wait anew.
    if (row !== null) consider(row, Math.min(held.since, now), print);
  }
  const [first, last] = [rows[0], rows.at(-1)];
  const fresh = first && last ? feed.fingerprints(first.row_id, last.row_id) : [];
  const ofRow = new Map(fresh.map((one) => [one.rowId, one]));
  for (const row of rows) {
    const print = ofRow.get(row.row_id);
    if (print === undefined) continue;
    if (isBackfill(row, news.mark, now)) news.told.push({ ...print, state: print.state | BITS.silent });
    else consider(row, now, print);
    news.mark = noted(news.mark, row.at, now);
  }
  return { ...news, rows, more };
}

/** The mark that a state holds. */
export function markOf({ highWater, ahead, beyondSince }: FeedState): Mark {
  return { highWater, ahead, beyondSince };
}

function isBackfill(row: MessageRow, mark: Mark, now: number): boolean {
  return row.at !== null && row.at < limitsOf(mark, now).backfill;
}

function isWaiting({ since, until }: HeldRow, now: number): boolean {
  return now >= since && now < until;
}

/** One row that cannot be understood must not stop those behind it. */
function understand(row: MessageRow, database: ChatDatabase, { complain, damaged }: FeedNotes): Telling {
  try {
    const parts = damagedParts(row);
    if (parts.length > 0) damaged(row.row_id, parts);
    return tellingOf(row, database);
  } catch (thrown) {
    if (isSqliteError(thrown)) throw thrown;
    complain(thrown);
    return null;
  }
}

/**
 * What has become of a message of our own before it was first seen is told as well: somebody may wait for it. Of
 * what others wrote, the message itself says it.
 */
function firstTold(
  row: MessageRow,
  change: Change,
  { isLate, failed }: { isLate: boolean; failed: boolean },
): Change[] {
  if (change.type !== "message.sent" && change.type !== "message.received") return [change];
  const data: Message = isLate ? { ...change.data, isLate } : change.data;
  const told: Change[] = failed
    ? [{ type: "message.failed", data: { ...data, status: "failed" } }]
    : [{ type: change.type, data }];
  const isTaken = !failed && data.isFromMe;
  if (isTaken && row.is_delivered === 1) told.push({ type: "message.delivered", data });
  if (isTaken && row.read_at !== null) told.push({ type: "message.read", data });
  if (data.deletedAt !== null) told.push(deletionOf(data, data.deletedAt, 0));
  return told;
}

/** A message that went to Recently Deleted at that moment (ms since 1970). */
export function deletionOf(message: Message, at: number, version: number): Change {
  const { guid, rowId, conversationIds } = message;
  return {
    type: "message.deleted",
    data: { guid, rowId, conversationIds, isRecoverable: true, at },
    version,
  };
}
