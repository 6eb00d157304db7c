import type { Database } from "better-sqlite3";
import { columnOr, NUMBER, probeColumns } from "./columns.ts";
import { withoutSuffix } from "./directory/short-code.ts";

/** Whether others have written to this Mac; a tapback, a vote or a change of a group is nothing that was written. */
export interface WrittenFirst {
  /** Whether anybody else has written in one of these chats (ROWIDs). */
  inChats(chatRowIds: readonly number[]): boolean;
  /**
   * Whether somebody whose address is meant has written, anywhere. `isMeant` is asked about the address of every
   * handle that ends like one of these addresses (four characters, in small letters), a short code without its suffix.
   */
  byAddress(alike: readonly string[], isMeant: (address: string) => boolean): boolean;
}

/** Received, and no change of a group. Its keys are enough to pass over what one wrote oneself, without reading it. */
const INDEX = "message_idx_isRead_isFromMe_itemType";
/** A row may be joined to its chat a moment after others came: so many of the newest are looked at again. */
const LATE_ROWS = 200;

/**
 * Prepares the questions. Each walks an index of Apple's (by chat, by handle) and stops at the first row that will
 * do. Whoever never answered has that walk go on to the end: it looks at keys of another index only, where that is
 * there (some 4 ms for 5,000 rows), and goes on from where it came to the next time.
 */
export function prepareWrittenFirst(database: Database): WrittenFirst {
  const columns = probeColumns(database, "message");
  const number = (name: string): string => `COALESCE(${columnOr(columns, "m", name, "0")}, 0)`;
  const isTapback = `${number("associated_message_type")} BETWEEN 2000 AND 4999`;
  const hasIndex = database
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?")
    .get(INDEX);
  const written = (rowId: string): string =>
    hasIndex === undefined
      ? // The `+` keeps SQLite from an index by is_from_me, which would have it walk half the table.
        `SELECT 1 FROM message m WHERE m.ROWID = ${rowId} AND +m.is_from_me = 0 AND ${number("item_type")} = 0
           AND NOT ${isTapback}`
      : `SELECT 1 FROM message m INDEXED BY ${INDEX}
         WHERE m.is_read IN (0, 1) AND m.is_from_me = 0 AND m.item_type = 0 AND m.ROWID = ${rowId} AND NOT ${isTapback}`;
  const newest = database.prepare<[], number>("SELECT COALESCE(MAX(ROWID), 0) FROM message").pluck();
  const walk = (sql: string): ((id: number) => boolean) => {
    const first = database.prepare<[number, number], number>(sql).pluck();
    /** Up to where nothing is found. */
    const walked = new Map<number, number>();
    return (id) => {
      const end = (newest.get() ?? 0) - LATE_ROWS;
      const found = first.get(id, walked.get(id) ?? 0);
      walked.set(id, found === undefined ? end : found - 1);
      return found !== undefined;
    };
  };
  const inChat = walk(
    `SELECT j.message_id FROM chat_message_join j WHERE j.chat_id = ${NUMBER} AND j.message_id > ${NUMBER}
       AND EXISTS (${written("j.message_id")}) ORDER BY j.message_id LIMIT 1`,
  );
  const byHandle = walk(
    `SELECT h.ROWID FROM message h WHERE h.handle_id = ${NUMBER} AND h.ROWID > ${NUMBER}
       AND EXISTS (${written("h.ROWID")}) ORDER BY h.ROWID LIMIT 1`,
  );
  const handles = database
    .prepare<[string], [rowId: number, address: string]>(
      `SELECT ROWID, id FROM handle WHERE typeof(id) = 'text'
         AND (lower(substr(id, -4)) IN (SELECT value FROM json_each(?)) OR substr(id, -1) = ')')`,
    )
    .raw();
  return {
    inChats: (chatRowIds) => chatRowIds.some(inChat),
    byAddress(alike, isMeant) {
      const ends = alike.map((address) => address.slice(-4).toLowerCase());
      const found = handles.all(JSON.stringify(ends));
      return found.some(([rowId, address]) => isMeant(withoutSuffix(address)) && byHandle(rowId));
    },
  };
}
