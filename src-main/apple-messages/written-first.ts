import type { Database } from "better-sqlite3";
import { columnOr, NUMBER, probeColumns } from "./columns.ts";
import { withoutSuffix } from "./directory/short-code.ts";

/** Whether others have written to this Mac; a tapback, a vote or a change of a group is nothing that was written. */
export interface WrittenFirst {
  /** Whether anybody else has written in one of these chats (ROWIDs). */
  inChats(chatRowIds: readonly number[]): boolean;
  /**
   * Whether somebody whose address is meant has written, anywhere. `isMeant` is asked about the address of every
   * handle there is, a short code without its suffix: some milliseconds for thousands.
   */
  byAddress(isMeant: (address: string) => boolean): boolean;
}

/**
 * Prepares the questions. Each walks an index of Apple's (by chat, by handle) and stops at the first row that will
 * do; the `+` keeps SQLite from one by is_from_me, which would have it walk half the table.
 */
export function prepareWrittenFirst(database: Database): WrittenFirst {
  const columns = probeColumns(database, "message");
  const number = (name: string): string => `COALESCE(${columnOr(columns, "m", name, "0")}, 0)`;
  const isWritten = `+m.is_from_me = 0 AND ${number("item_type")} = 0
    AND ${number("associated_message_type")} NOT BETWEEN 2000 AND 4999`;
  const inChat = database
    .prepare<[number], number>(
      `SELECT 1 FROM chat_message_join j CROSS JOIN message m ON m.ROWID = j.message_id
       WHERE j.chat_id = ${NUMBER} AND ${isWritten} LIMIT 1`,
    )
    .pluck();
  const byHandle = database
    .prepare<[number], number>(
      `SELECT 1 FROM message m WHERE m.handle_id = ${NUMBER} AND ${isWritten} LIMIT 1`,
    )
    .pluck();
  const handles = database
    .prepare<[], [rowId: number, address: string]>("SELECT ROWID, id FROM handle WHERE typeof(id) = 'text'")
    .raw();
  return {
    inChats: (chatRowIds) => chatRowIds.some((rowId) => inChat.get(rowId) !== undefined),
    byAddress: (isMeant) =>
      handles
        .all()
        .some(([rowId, address]) => isMeant(withoutSuffix(address)) && byHandle.get(rowId) !== undefined),
  };
}
