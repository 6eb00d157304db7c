import type { Database } from "better-sqlite3";
import { NUMBER, probeColumns } from "../columns.ts";

/** How much a history held at one moment. */
export interface Extent {
  joins: number;
  lastJoin: number;
  lastMessage: number;
  /** What lies in Recently Deleted. */
  deleted: number;
}

const NOTHING: Extent = { joins: 0, lastJoin: 0, lastMessage: 0, deleted: 0 };
/** More news than this are not looked through: then anything may have happened. */
const MOST_NEWS = 20_000;

/** What has happened to a history since an earlier extent. */
export interface Grown {
  extent: Extent;
  /** Whether anything left it, or may have. */
  hasLost: boolean;
  /** Of what came, the oldest date as Apple stores it; null when nothing came. */
  oldestNews: bigint | null;
}

/** What tells whether a history has only grown at its newest end: then all older places are as many as before. */
export interface Growth {
  /** As it is now: some 4 ms for a million messages. */
  extent(): Extent;
  /** What has happened since; dates and kinds that change do not show. */
  grownSince(extent: Extent): Grown;
}

/** Prepares looking at the extent of the history. */
export function prepareGrowth(database: Database): Growth {
  const deleted = probeColumns(database, "chat_recoverable_message_join").has("message_id")
    ? "(SELECT COUNT(*) FROM chat_recoverable_message_join)"
    : "0";
  const extent = database.prepare<[], Extent>(
    `SELECT (SELECT COUNT(*) FROM chat_message_join) AS joins,
       COALESCE((SELECT MAX(rowid) FROM chat_message_join), 0) AS lastJoin,
       COALESCE((SELECT MAX(ROWID) FROM message), 0) AS lastMessage, ${deleted} AS deleted`,
  );
  const joined = database
    .prepare<[number], [rows: bigint, oldest: bigint | null]>(
      `SELECT COUNT(*), CAST(MIN(message_date) AS INTEGER) FROM chat_message_join NOT INDEXED
       WHERE rowid > ${NUMBER}`,
    )
    .raw()
    .safeIntegers();
  const written = database
    .prepare<[number], bigint | null>(
      `SELECT CAST(MIN(date) AS INTEGER) FROM message NOT INDEXED WHERE ROWID > ${NUMBER}`,
    )
    .pluck()
    .safeIntegers();
  const current = (): Extent => extent.get() ?? NOTHING;
  return {
    extent: current,
    grownSince(since) {
      const now = current();
      if (now.lastJoin - since.lastJoin > MOST_NEWS || now.lastMessage - since.lastMessage > MOST_NEWS) {
        return { extent: now, hasLost: true, oldestNews: null };
      }
      const [rows, oldestJoined] = joined.get(since.lastJoin) ?? [0n, null];
      const dates = [oldestJoined, written.get(since.lastMessage) ?? null].filter((date) => date !== null);
      return {
        extent: now,
        hasLost: now.deleted !== since.deleted || now.joins - since.joins !== Number(rows),
        oldestNews: dates.reduce<bigint | null>((a, b) => (a === null || b < a ? b : a), null),
      };
    },
  };
}
