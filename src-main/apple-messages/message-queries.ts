import type { Database } from "better-sqlite3";
import { appleNanoseconds, unixMs } from "./apple-time.ts";
import { NUMBER, probeColumns, TEXT } from "./columns.ts";
import { MESSAGE_FROM, type MessageRow, messageColumns, textOnly } from "./message-row.ts";
import { ReadingFailure } from "./reading-failure.ts";

/** That a line of this Mac was used: the line as the row has it, and when, in ms since 1970. */
export interface LineUse {
  line: string;
  service: string | null;
  at: number | null;
}

/** Messages by what names them, and what is counted; each statement is prepared once and always run to its end. */
export interface MessageQueries {
  byRowId(rowId: number): MessageRow | null;
  byGuid(guid: string): MessageRow | null;
  rowIdOf(guid: string): number | null;
  /** Those of these rows that are there, in the order asked for. */
  byRowIds(rowIds: readonly number[]): MessageRow[];
  /** For each of these rows the ROWIDs of the chats it is in, rising; rows in none are left out. */
  chatsOf(rowIds: readonly number[]): Map<number, number[]>;
  count(): number;
  /** The newest date of what a person wrote, up to `now` (ms since 1970); null when there is none. */
  lastWrittenAt(now: number): number | null;
  /** Received and sent in each whole hour from `from` on (ms since 1970). */
  hourly(from: number): { hour: number; received: number; sent: number }[];
  /** The lines that the newest so many rows came to or went from, each row once, newest first. */
  lineUses(rows: number): LineUse[];
}

/** What counts as a message: no group change, no tapback, no vote. */
const IS_MESSAGE = "m.item_type = 0 AND COALESCE(m.associated_message_type, 0) NOT BETWEEN 2000 AND 4999";

/** Prepares the questions about messages. Throws ReadingFailure when this is no chat.db. */
export function prepareMessageQueries(database: Database): MessageQueries {
  const columns = probeColumns(database, "message");
  if (!columns.has("guid") || !columns.has("date")) throw new ReadingFailure("unreadable", database.name);
  const row = messageColumns(columns);

  const byRowId = database.prepare<[number], MessageRow>(
    `SELECT ${row} ${MESSAGE_FROM} WHERE m.ROWID = ${NUMBER}`,
  );
  const byGuid = database.prepare<[string], MessageRow>(
    `SELECT ${row} ${MESSAGE_FROM} WHERE m.guid = ${TEXT}`,
  );
  const rowIdOf = database
    .prepare<[string], number>(`SELECT ROWID FROM message WHERE guid = ${TEXT}`)
    .pluck();
  const byRowIds = database.prepare<[string], MessageRow>(
    `SELECT ${row} ${MESSAGE_FROM} WHERE m.ROWID IN (SELECT value FROM json_each(${TEXT}))`,
  );
  const chatsOf = database
    .prepare<[string], [message: number, chat: number]>(
      `SELECT message_id, chat_id FROM chat_message_join
       WHERE message_id IN (SELECT value FROM json_each(${TEXT})) ORDER BY chat_id`,
    )
    .raw();
  const count = database.prepare<[], number>("SELECT COUNT(*) FROM message").pluck();
  const lastWrittenAt = database
    .prepare<[bigint], number>(
      `SELECT ${unixMs("m.date")} FROM message m WHERE m.date <= ${NUMBER} AND ${IS_MESSAGE} ORDER BY m.date DESC LIMIT 1`,
    )
    .pluck();
  const hourly = database.prepare<[bigint], { hour: number; received: number; sent: number }>(
    `SELECT (${unixMs("m.date")}) / 3600000 AS hour, SUM(m.is_from_me = 0) AS received, SUM(m.is_from_me = 1) AS sent
     FROM message m WHERE m.date >= ${NUMBER} AND ${IS_MESSAGE} GROUP BY hour`,
  );
  const line = columns.has("destination_caller_id") ? textOnly("m.destination_caller_id") : "NULL";
  const lineUses = database.prepare<[number], LineUse>(
    `SELECT * FROM (SELECT ${line} AS line, ${textOnly("m.service")} AS service, ${unixMs("m.date")} AS at
       FROM message m ORDER BY m.ROWID DESC LIMIT ${NUMBER}) WHERE line IS NOT NULL`,
  );

  return {
    byRowId: (rowId) => byRowId.get(rowId) ?? null,
    byGuid: (guid) => byGuid.get(guid) ?? null,
    rowIdOf: (guid) => rowIdOf.get(guid) ?? null,
    byRowIds(rowIds) {
      const found = new Map(byRowIds.all(JSON.stringify(rowIds)).map((one) => [one.row_id, one]));
      return rowIds.flatMap((rowId) => found.get(rowId) ?? []);
    },
    chatsOf(rowIds) {
      const chats = new Map<number, number[]>();
      for (const [message, chat] of chatsOf.all(JSON.stringify(rowIds))) {
        const known = chats.get(message);
        if (known) known.push(chat);
        else chats.set(message, [chat]);
      }
      return chats;
    },
    count: () => count.get() ?? 0,
    lastWrittenAt: (now) => lastWrittenAt.get(appleNanoseconds(now)) ?? null,
    hourly: (since) => hourly.all(appleNanoseconds(since)),
    lineUses: (rows) => lineUses.all(rows),
  };
}
