import type { Database } from "better-sqlite3";
import { NUMBER } from "../columns.ts";

/** When something last happened in each chat, as Apple dates it; good for comparing only. */
export interface Activity {
  /** The newest date in this chat; -Infinity when it holds nothing. */
  latest(chat: number): number;
  /** Reads everything again: a millisecond for two thousand chats. */
  reload(): void;
  /** Takes in what was joined since. False when it has met a chat that it does not know. */
  catchUp(): boolean;
  /** Looks whether it is right about these chats and corrects what is not; true when all was right. */
  verify(chats: readonly number[]): boolean;
}

/** Texts and blobs, which SQLite lets a program write there too, come after every number. */
const LATEST = "9223372036854775807";

interface Mark {
  row: number;
  chat: number;
  message: number;
}

/**
 * Prepares following the activity. `chat_message_join` has an implicit rowid that rises with each new row, so
 * what is new lies beyond a mark; a row that was deleted may give its rowid to another, so the mark is known by
 * what it holds. Deletions elsewhere show when the chats in question are verified.
 */
export function prepareActivity(database: Database): Activity {
  const latestIn = (chat: string): string =>
    `SELECT j.message_date FROM chat_message_join j WHERE j.chat_id = ${chat} AND j.message_date <= ${LATEST}
     ORDER BY j.message_date DESC LIMIT 1`;
  const everyLatest = database
    .prepare<[], [number, number | null]>(`SELECT c.ROWID, (${latestIn("c.ROWID")}) FROM chat c`)
    .raw();
  const latestOf = database.prepare<[number], number | null>(latestIn(NUMBER)).pluck();
  const markAt = "SELECT rowid AS row, chat_id AS chat, message_id AS message FROM chat_message_join";
  const newest = database.prepare<[], Mark>(`${markAt} ORDER BY rowid DESC LIMIT 1`);
  const at = database.prepare<[number], Mark>(`${markAt} WHERE rowid = ${NUMBER}`);
  // By rowid alone: an index on chat_id would have it read the whole table to group it.
  const joinedSince = database
    .prepare<[number, number], [number, number | null]>(
      `SELECT chat_id, MAX(message_date) FROM chat_message_join NOT INDEXED
       WHERE message_date <= ${LATEST} AND rowid > ${NUMBER} AND rowid <= ${NUMBER} GROUP BY chat_id`,
    )
    .raw();

  let dates = new Map<number, number>();
  let mark: Mark | null = null;

  const reload = (): void => {
    mark = newest.get() ?? null;
    dates = new Map(everyLatest.all().map(([chat, date]) => [chat, date ?? Number.NEGATIVE_INFINITY]));
  };
  const isMarkThere = (): boolean => {
    if (mark === null) return false;
    const now = at.get(mark.row);
    return now?.chat === mark.chat && now.message === mark.message;
  };

  return {
    latest: (chat) => dates.get(chat) ?? Number.NEGATIVE_INFINITY,
    reload,
    catchUp() {
      if (!isMarkThere()) reload();
      const last = newest.get() ?? null;
      if (mark === null || last === null || last.row <= mark.row) return true;
      let allKnown = true;
      for (const [chat, date] of joinedSince.all(mark.row, last.row)) {
        const known = dates.get(chat);
        if (known === undefined) allKnown = false;
        else if (date !== null && date > known) dates.set(chat, date);
      }
      mark = last;
      return allKnown;
    },
    verify(chats) {
      let isRight = true;
      for (const chat of chats) {
        const date = latestOf.get(chat) ?? Number.NEGATIVE_INFINITY;
        if (date === dates.get(chat)) continue;
        dates.set(chat, date);
        isRight = false;
      }
      return isRight;
    },
  };
}
