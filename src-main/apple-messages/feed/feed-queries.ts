import type { Database } from "better-sqlite3";
import { appleNanoseconds, unixMs } from "../apple-time.ts";
import { NUMBER, probeColumns } from "../columns.ts";
import { MESSAGE_FROM, type MessageRow, messageColumns } from "../message-row.ts";
import { type Fingerprint, fingerprintColumns, guidHash } from "./fingerprint.ts";

/** What the feed asks of chat.db; each statement is prepared once and always run to its end. */
export interface FeedQueries {
  newest(): { row_id: number; guid: string } | null;
  guidAt(rowId: number): string | null;
  /** The rows beyond a ROWID, in order: `limit` at most, and no further one after `bytes` of content. */
  after(rowId: number, limit: number, bytes: number): { rows: MessageRow[]; more: boolean };
  /** The last ROWID before the first row dated after `ms` and not after `now`; for finding one's place in a replaced database. */
  rowIdBefore(ms: number, now: number): number;
  /** The highest ROWID that was ever given, also to a row that is gone. */
  lastGiven(): number;
  /** The newest date of all rows up to `now`, in ms since 1970; null when there is none. */
  latestDate(now: number): number | null;
  /** What the rows from `from` to `to` look like now, in order. */
  fingerprints(from: number, to: number): Fingerprint[];
  /** Messages that were deleted for good, in order, after that entry of `deleted_messages`. */
  deletedAfter(entry: number, limit: number): { entry: number; guid: string }[];
  lastDeleted(): number;
  /** How many messages lie in Recently Deleted, and when the last one went there (ms since 1970). */
  recoverable(): { count: number; latest: number };
  /** The ROWIDs of those that went there at `since` or later. */
  recoverableSince(since: number, limit: number): { rowId: number; at: number }[];
}

type FingerprintRow = [number, string, number, number, number];

/** Prepares the feed's questions. */
export function prepareFeedQueries(database: Database): FeedQueries {
  const columns = probeColumns(database, "message");
  const newest = database.prepare<[], { row_id: number; guid: string }>(
    "SELECT ROWID AS row_id, guid FROM message ORDER BY ROWID DESC LIMIT 1",
  );
  const guidAt = database.prepare<[number], string>("SELECT guid FROM message WHERE ROWID = ?").pluck();
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
      `SELECT ${unixMs("date")} FROM message WHERE date <= ? ORDER BY date DESC LIMIT 1`,
    )
    .pluck();
  const fingerprints = database
    .prepare<[number, number], FingerprintRow>(
      `SELECT ${fingerprintColumns(columns, probeColumns(database, "attachment"))} FROM message m
       WHERE m.ROWID BETWEEN ${NUMBER} AND ${NUMBER} ORDER BY m.ROWID`,
    )
    .raw();
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
    lastGiven: () => lastGiven.get() ?? 0,
    latestDate: (now) => latestDate.get(appleNanoseconds(now)) ?? null,
    fingerprints: (from, to) =>
      fingerprints.all(from, to).map(([rowId, guid, state, edited, content]) => ({
        rowId,
        guid: guidHash(guid),
        state,
        edited,
        content,
      })),
    ...prepareDeletions(database),
  };
}

type Deletions = Pick<FeedQueries, "deletedAfter" | "lastDeleted" | "recoverable" | "recoverableSince">;

/** Either table may be missing on an older macOS; nothing is ever deleted there, as far as anyone can tell. */
function prepareDeletions(database: Database): Deletions {
  const gone = probeColumns(database, "deleted_messages").has("guid")
    ? "deleted_messages"
    : "(SELECT 0 AS ROWID, '' AS guid WHERE 0)";
  const deletedAfter = database.prepare<[number, number], { entry: number; guid: string }>(
    `SELECT ROWID AS entry, guid FROM ${gone} WHERE ROWID > ${NUMBER} ORDER BY ROWID LIMIT ${NUMBER}`,
  );
  const lastDeleted = database.prepare<[], number | null>(`SELECT MAX(ROWID) FROM ${gone}`).pluck();
  const bin = probeColumns(database, "chat_recoverable_message_join").has("delete_date")
    ? "chat_recoverable_message_join"
    : "(SELECT 0 AS message_id, 0 AS delete_date WHERE 0)";
  const at = `COALESCE(${unixMs("delete_date")}, 0)`;
  const recoverable = database.prepare<[], { count: number; latest: number }>(
    `SELECT COUNT(*) AS count, COALESCE(MAX(${at}), 0) AS latest FROM ${bin}`,
  );
  const recoverableSince = database.prepare<[number, number], { rowId: number; at: number }>(
    `SELECT message_id AS rowId, MAX(${at}) AS at FROM ${bin} WHERE ${at} >= ${NUMBER}
     GROUP BY message_id ORDER BY at, message_id LIMIT ${NUMBER}`,
  );
  return {
    deletedAfter: (entry, limit) => deletedAfter.all(entry, limit),
    lastDeleted: () => lastDeleted.get() ?? 0,
    recoverable: () => recoverable.get() ?? { count: 0, latest: 0 },
    recoverableSince: (since, limit) => recoverableSince.all(since, limit),
  };
}
