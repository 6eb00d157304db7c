import type { Database } from "better-sqlite3";
import { appleNanoseconds, unixMs } from "./apple-time.ts";
import { columnOr, probeColumns } from "./columns.ts";
import { ReadingFailure } from "./reading-failure.ts";

/** A row of `message` with what belongs to it, as far as Bellhop looks at it. Times in ms since 1970. */
export interface MessageRow {
  row_id: number;
  guid: string;
  text: string | null;
  attributed_body: Buffer | null;
  handle: string | null;
  uncanonical_handle: string | null;
  service: string | null;
  at: number | null;
  read_at: number | null;
  error: number;
  is_from_me: number;
  is_sent: number;
  is_delivered: number;
  item_type: number;
  has_attachments: number;
  balloon: string | null;
  associated_type: number;
  associated_guid: string | null;
  associated_emoji: string | null;
}

export interface AttachmentRow {
  guid: string;
  filename: string | null;
  transfer_name: string | null;
  mime_type: string | null;
  total_bytes: number | null;
}

/** A page of messages, newest first. `since` in ms since 1970, 0 for no limit. */
export interface PageRequest {
  /** ROWIDs of the chats to look in; null for all. */
  chats: readonly number[] | null;
  since: number;
  limit: number;
  offset: number;
}

/** Everything that is asked about messages; each statement is prepared once and always run to its end. */
export interface MessageQueries {
  newest(): { row_id: number; guid: string } | null;
  byRowId(rowId: number): MessageRow | null;
  byGuid(guid: string): MessageRow | null;
  guidAt(rowId: number): string | null;
  after(rowId: number, limit: number): MessageRow[];
  /** The last ROWID before the first row dated after `ms` and not after `now`; for finding one's place in a replaced database. */
  rowIdBefore(ms: number, now: number): number;
  /** The highest ROWID that was ever given, also to a row that is gone. */
  lastGiven(): number;
  /** The newest date of all rows up to `now`, in ms since 1970; null when there is none. */
  latestDate(now: number): number | null;
  page(request: PageRequest): MessageRow[];
  chatGuids(rowId: number): string[];
  attachments(rowId: number): AttachmentRow[];
  count(): number;
  /** Received and sent in each whole hour from `from` on (ms since 1970). */
  hourly(from: number): { hour: number; received: number; sent: number }[];
}

/** What counts as a message in a list: no group change, no tapback, no vote. */
const IS_MESSAGE = "m.item_type = 0 AND COALESCE(m.associated_message_type, 0) NOT BETWEEN 2000 AND 4999";

/** Prepares the questions about messages. Throws ReadingFailure when this is no chat.db. */
export function prepareMessageQueries(database: Database): MessageQueries {
  const columns = probeColumns(database, "message");
  if (!columns.has("guid") || !columns.has("date")) throw new ReadingFailure("unreadable", database.name);
  const or = (name: string, fallback: string) => columnOr(columns, "m", name, fallback);

  const row = `m.ROWID AS row_id, m.guid, m.text, ${or("attributedBody", "NULL")} AS attributed_body,
    h.id AS handle, h.uncanonicalized_id AS uncanonical_handle, m.service, ${unixMs("m.date")} AS at,
    ${unixMs("m.date_read")} AS read_at, COALESCE(m.error, 0) AS error, m.is_from_me, m.is_sent,
    m.is_delivered, COALESCE(m.item_type, 0) AS item_type, m.cache_has_attachments AS has_attachments,
    ${or("balloon_bundle_id", "NULL")} AS balloon,
    COALESCE(${or("associated_message_type", "0")}, 0) AS associated_type,
    ${or("associated_message_guid", "NULL")} AS associated_guid,
    ${or("associated_message_emoji", "NULL")} AS associated_emoji`;
  const from = "FROM message m LEFT JOIN handle h ON h.ROWID = m.handle_id";

  const newest = database.prepare<[], { row_id: number; guid: string }>(
    "SELECT ROWID AS row_id, guid FROM message ORDER BY ROWID DESC LIMIT 1",
  );
  const byRowId = database.prepare<[number], MessageRow>(`SELECT ${row} ${from} WHERE m.ROWID = ?`);
  const byGuid = database.prepare<[string], MessageRow>(`SELECT ${row} ${from} WHERE m.guid = ?`);
  const guidAt = database.prepare<[number], string>("SELECT guid FROM message WHERE ROWID = ?").pluck();
  const after = database.prepare<[number, number], MessageRow>(
    `SELECT ${row} ${from} WHERE m.ROWID > ? ORDER BY m.ROWID LIMIT ?`,
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
  const pageOfAll = database.prepare<[bigint, number, number], MessageRow>(
    `SELECT ${row} ${from} WHERE m.date > ? AND ${IS_MESSAGE} ORDER BY m.date DESC, m.ROWID DESC LIMIT ? OFFSET ?`,
  );
  const pageOfChat = database.prepare<[number, bigint, number, number], MessageRow>(
    `SELECT ${row} FROM chat_message_join j JOIN message m ON m.ROWID = j.message_id
     LEFT JOIN handle h ON h.ROWID = m.handle_id
     WHERE j.chat_id = ? AND j.message_date > ? AND ${IS_MESSAGE}
     ORDER BY j.message_date DESC, j.message_id DESC LIMIT ? OFFSET ?`,
  );
  const chatGuids = database
    .prepare<[number], string>(
      "SELECT c.guid FROM chat_message_join j JOIN chat c ON c.ROWID = j.chat_id WHERE j.message_id = ? ORDER BY j.chat_id",
    )
    .pluck();
  const attachments = database.prepare<[number], AttachmentRow>(
    `SELECT a.guid, a.filename, a.transfer_name, a.mime_type, a.total_bytes
     FROM message_attachment_join j JOIN attachment a ON a.ROWID = j.attachment_id
     WHERE j.message_id = ? ORDER BY j.attachment_id`,
  );
  const count = database.prepare<[], number>("SELECT COUNT(*) FROM message").pluck();
  const hourly = database.prepare<[bigint], { hour: number; received: number; sent: number }>(
    `SELECT (${unixMs("m.date")}) / 3600000 AS hour, SUM(m.is_from_me = 0) AS received, SUM(m.is_from_me = 1) AS sent
     FROM message m WHERE m.date >= ? AND ${IS_MESSAGE} GROUP BY hour`,
  );

  return {
    newest: () => newest.get() ?? null,
    byRowId: (rowId) => byRowId.get(rowId) ?? null,
    byGuid: (guid) => byGuid.get(guid) ?? null,
    guidAt: (rowId) => guidAt.get(rowId) ?? null,
    after: (rowId, limit) => after.all(rowId, limit),
    rowIdBefore: (ms, now) => rowIdBefore.get(appleNanoseconds(ms + 1), appleNanoseconds(now)) ?? 0,
    lastGiven: () => lastGiven.get() ?? 0,
    latestDate: (now) => latestDate.get(appleNanoseconds(now)) ?? null,
    page({ chats, since, limit, offset }) {
      const date = since === 0 ? -1n : appleNanoseconds(since);
      if (chats === null) return pageOfAll.all(date, limit, offset);
      if (chats.length === 1) return pageOfChat.all(chats[0] ?? 0, date, limit, offset);
      // One conversation may be several chats; each gives its newest, the newest of them are the page.
      const rows = chats.flatMap((chat) => pageOfChat.all(chat, date, offset + limit, 0));
      rows.sort((a, b) => (b.at ?? 0) - (a.at ?? 0) || b.row_id - a.row_id);
      return rows.slice(offset, offset + limit);
    },
    chatGuids: (rowId) => chatGuids.all(rowId),
    attachments: (rowId) => attachments.all(rowId),
    count: () => count.get() ?? 0,
    hourly: (since) => hourly.all(appleNanoseconds(since)),
  };
}
