import type { Database } from "better-sqlite3";
import { appleNanoseconds } from "../apple-time.ts";
import { NUMBER, probeColumns, TEXT } from "../columns.ts";
import { MESSAGE_FROM, type MessageRow, messageColumns, momentOnly } from "../message-row.ts";
import { type DeletionQueries, prepareDeletionQueries } from "./deletion-queries.ts";
import { type Fingerprint, guidHash } from "./fingerprint.ts";
import { fingerprintColumns } from "./fingerprint-sql.ts";

/** What the feed asks of chat.db; each statement is prepared once and always run to its end. */
export interface FeedQueries extends DeletionQueries {
  newest(): { row_id: number; guid: string } | null;
  guidAt(rowId: number): string | null;
  /** The rows beyond a ROWID, in order: `limit` at most, and no further one after `bytes` of content. */
  after(rowId: number, limit: number, bytes: number): { rows: MessageRow[]; more: boolean };
  /** The last ROWID before the first row dated after `ms` and not after `now`; for finding one's place in a replaced database. */
  rowIdBefore(ms: number, now: number): number;
  /** The guids of the latest messages that are not later than `ms`. */
  guidsUpTo(ms: number, limit: number): string[];
  /** The highest ROWID that was ever given, also to a row that is gone. */
  lastGiven(): number;
  /** The newest date of all rows up to `now`, in ms since 1970; null when there is none. */
  latestDate(now: number): number | null;
  /** What the rows from `from` to `to` look like now, in order. */
  fingerprints(from: number, to: number): Fingerprint[];
  /** What these rows look like now, as far as they are there. */
  fingerprintsOf(rowIds: readonly number[]): Fingerprint[];
  /** Where a range of so many rows begins that ends at this ROWID. */
  startOf(to: number, rows: number): number;
}

/** SQLite keeps whatever type a program wrote. */
const GUID = "CASE typeof(guid) WHEN 'text' THEN guid ELSE '' END";

type FingerprintRow = [number, string, number, number, number];

/** Prepares the feed's questions. */
export function prepareFeedQueries(database: Database): FeedQueries {
  const columns = probeColumns(database, "message");
  const newest = database.prepare<[], { row_id: number; guid: string }>(
    `SELECT ROWID AS row_id, ${GUID} AS guid FROM message ORDER BY ROWID DESC LIMIT 1`,
  );
  const guidAt = database.prepare<[number], string>(`SELECT ${GUID} FROM message WHERE ROWID = ?`).pluck();
  const after = database.prepare<[number, number], MessageRow>(
    `SELECT ${messageColumns(columns)} ${MESSAGE_FROM} WHERE m.ROWID > ${NUMBER} ORDER BY m.ROWID LIMIT ${NUMBER}`,
  );
  const rowIdBefore = database
    .prepare<[bigint, bigint], number>(
      `SELECT COALESCE(MIN(ROWID) - 1, (SELECT MAX(ROWID) FROM message), 0) FROM message
       WHERE date >= ? AND date <= ?`,
    )
    .pluck();
  const counts = probeColumns(database, "sqlite_sequence").has("seq");
  const lastGiven = database
    .prepare<[], number>(
      counts
        ? "SELECT seq FROM sqlite_sequence WHERE name = 'message'"
        : "SELECT COALESCE(MAX(ROWID), 0) FROM message",
    )
    .pluck();
  const latestDate = database
    .prepare<[bigint], number>(
      `SELECT ${momentOnly("date")} FROM message WHERE date <= ? ORDER BY date DESC LIMIT 1`,
    )
    .pluck();
  const guidsUpTo = database
    .prepare<[bigint, number], string>(
      `SELECT guid FROM message WHERE date <= ? ORDER BY date DESC LIMIT ${NUMBER}`,
    )
    .pluck();
  const hasBin = probeColumns(database, "chat_recoverable_message_join").has("message_id");
  const print = fingerprintColumns(columns, probeColumns(database, "attachment"), hasBin);
  const fingerprints = database
    .prepare<[number, number], FingerprintRow>(
      `SELECT ${print} FROM message m WHERE m.ROWID BETWEEN ${NUMBER} AND ${NUMBER} ORDER BY m.ROWID`,
    )
    .raw();
  const fingerprintsOf = database
    .prepare<[string], FingerprintRow>(
      `SELECT ${print} FROM json_each(${TEXT}) wanted CROSS JOIN message m ON m.ROWID = wanted.value
       ORDER BY m.ROWID`,
    )
    .raw();
  const startOf = database
    .prepare<[number, number], number>(
      `SELECT ROWID FROM message WHERE ROWID <= ${NUMBER} ORDER BY ROWID DESC LIMIT 1 OFFSET ${NUMBER}`,
    )
    .pluck();
  return {
    newest: () => newest.get() ?? null,
    guidAt: (rowId) => guidAt.get(rowId) ?? null,
    after(rowId, limit, bytes) {
      const rows: MessageRow[] = [];
      let read = 0;
      // Leaving the loop resets the statement.
      for (const row of after.iterate(rowId, limit)) {
        rows.push(row);
        read += (row.attributed_body?.length ?? 0) + (row.payload?.length ?? 0) + (row.text?.length ?? 0);
        if (read >= bytes) break;
      }
      return { rows, more: rows.length === limit || read >= bytes };
    },
    rowIdBefore: (ms, now) => rowIdBefore.get(appleNanoseconds(ms + 1), appleNanoseconds(now)) ?? 0,
    guidsUpTo: (ms, limit) => guidsUpTo.all(appleNanoseconds(ms), limit),
    lastGiven: () => lastGiven.get() ?? 0,
    latestDate: (now) => latestDate.get(appleNanoseconds(now)) ?? null,
    fingerprints: (from, to) => fingerprints.all(from, to).map(toFingerprint),
    fingerprintsOf: (rowIds) =>
      rowIds.length === 0 ? [] : fingerprintsOf.all(JSON.stringify(rowIds)).map(toFingerprint),
    startOf: (to, rows) => startOf.get(to, rows - 1) ?? 1,
    ...prepareDeletionQueries(database),
  };
}

function toFingerprint([rowId, guid, state, edited, content]: FingerprintRow): Fingerprint {
  return { rowId, guid: guidHash(guid), state, edited, content, revision: 0 };
}
