import type { Database } from "better-sqlite3";
import { NUMBER, probeColumns } from "../columns.ts";
import { momentOnly } from "../message-row.ts";

/** Recently Deleted, as far as it tells whether anything came or went. */
export interface Bin {
  count: number;
  /** When the last one went there, in ms since 1970. */
  latest: number;
  /** The sum of their ROWIDs. */
  sum: number;
}

/** What is asked about deletions; each statement is prepared once and always run to its end. */
export interface DeletionQueries {
  /** Messages that were deleted for good, in order, after that entry of `deleted_messages`. */
  deletedAfter(entry: number, limit: number): { entry: number; guid: string }[];
  /** The last entry that was ever made there. */
  lastDeleted(): number;
  bin(): Bin;
  /** The ROWIDs beyond this one of what lies in Recently Deleted, in order. */
  binAfter(rowId: number, limit: number): number[];
}

/** Prepares the questions. Either table may be missing on an older macOS: then nothing is ever deleted there. */
export function prepareDeletionQueries(database: Database): DeletionQueries {
  const hasList = probeColumns(database, "deleted_messages").has("guid");
  const gone = hasList ? "deleted_messages" : "(SELECT 0 AS ROWID, '' AS guid WHERE 0)";
  const deletedAfter = database.prepare<[number, number], { entry: number; guid: string }>(
    `SELECT ROWID AS entry, guid FROM ${gone} WHERE ROWID > ${NUMBER} ORDER BY ROWID LIMIT ${NUMBER}`,
  );
  // Messages takes entries out again; the counter stays.
  const counts = hasList && probeColumns(database, "sqlite_sequence").has("seq");
  const lastDeleted = database
    .prepare<[], number | null>(
      counts
        ? "SELECT seq FROM sqlite_sequence WHERE name = 'deleted_messages'"
        : `SELECT MAX(ROWID) FROM ${gone}`,
    )
    .pluck();
  const bin = probeColumns(database, "chat_recoverable_message_join").has("delete_date")
    ? "chat_recoverable_message_join"
    : "(SELECT 0 AS message_id, 0 AS delete_date WHERE 0)";
  const summary = database.prepare<[], Bin>(
    `SELECT COUNT(*) AS count, COALESCE(MAX(COALESCE(${momentOnly("delete_date")}, 0)), 0) AS latest,
       COALESCE(SUM(message_id), 0) AS sum FROM ${bin}`,
  );
  const binAfter = database
    .prepare<[number, number], number>(
      `SELECT DISTINCT message_id FROM ${bin} WHERE message_id > ${NUMBER} ORDER BY message_id LIMIT ${NUMBER}`,
    )
    .pluck();
  return {
    deletedAfter: (entry, limit) => deletedAfter.all(entry, limit),
    lastDeleted: () => lastDeleted.get() ?? 0,
    bin: () => summary.get() ?? { count: 0, latest: 0, sum: 0 },
    binAfter: (rowId, limit) => binAfter.all(rowId, limit),
  };
}
