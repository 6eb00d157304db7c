import type { Database } from "better-sqlite3";
import { unixMs } from "./apple-time.ts";
import { columnOr, NUMBER, probeColumns, TEXT } from "./columns.ts";
import { MESSAGE_FROM, type MessageRow, messageColumns, textOnly } from "./message-row.ts";

/** A row of `attachment`, as far as Bellhop looks at it. */
export interface AttachmentRow {
  guid: string;
  filename: string | null;
  transfer_name: string | null;
  mime_type: string | null;
  uti: string | null;
  total_bytes: number | null;
  transfer_state: number;
  is_outgoing: number;
  is_sticker: number;
  user_info: Buffer | null;
  /** Of a genmoji: what it shows. Null before macOS 15. */
  emoji_description: string | null;
}

/** Where a message lies: ROWIDs of its chats, the first it was joined to first, and when it was deleted. */
export interface MessagePlace {
  chats: number[];
  /** Moved to Recently Deleted, in ms since 1970; null for a message that is still in a chat. */
  deletedAt: number | null;
}

/** Everything that is asked about what belongs to a message. */
export interface ContentQueries {
  /** The files of a message, in the order they were joined to it: which is not the order they stand in. */
  attachments(rowId: number): AttachmentRow[];
  attachmentByGuid(guid: string): AttachmentRow | null;
  place(rowId: number): MessagePlace;
  chatRowIds(rowId: number): number[];
  deletedAt(rowId: number): number | null;
  /** Rows whose `associated_message_guid` names this message, newest first: votes, updates, tapbacks, stickers. */
  aboutMessage(guid: string): MessageRow[];
  /** The handle with this ROWID; null for 0 and for one that is gone. */
  handle(rowId: number): string | null;
  /** The line that was last used in a chat, as Messages writes it. */
  chatLine(chatRowId: number): string | null;
}

/** A poll in a large group is answered by hundreds; a correspondent may send without end. */
const MOST_ABOUT = 1_000;

/** Prepares the questions about what belongs to a message, each once. Source of the tables: macOS 12 to 27. */
export function prepareContentQueries(database: Database): ContentQueries {
  const columns = probeColumns(database, "attachment");
  const text = (name: string, as = name): string =>
    `${columns.has(name) ? textOnly(`a.${name}`) : "NULL"} AS ${as}`;
  const number = (name: string): string =>
    `${columns.has(name) ? `COALESCE(CAST(a.${name} AS INTEGER), 0)` : "0"} AS ${name}`;
  const attachment = `a.guid, ${text("filename")}, ${text("transfer_name")}, ${text("mime_type")}, ${text("uti")},
    CAST(a.total_bytes AS INTEGER) AS total_bytes, ${number("transfer_state")}, ${number("is_outgoing")},
    ${number("is_sticker")}, ${columnOr(columns, "a", "user_info", "NULL")} AS user_info,
    ${text("emoji_image_short_description", "emoji_description")}`;
  const attachments = database.prepare<[number], AttachmentRow>(
    `SELECT ${attachment} FROM message_attachment_join j JOIN attachment a ON a.ROWID = j.attachment_id
     WHERE j.message_id = ${NUMBER} ORDER BY j.attachment_id`,
  );
  const attachmentByGuid = database.prepare<[string], AttachmentRow>(
    `SELECT ${attachment} FROM attachment a WHERE a.guid = ${TEXT}`,
  );
  // No ORDER BY: the index gives them as they were joined, and sorting one row would double what this costs.
  const chats = database
    .prepare<[number], number>("SELECT chat_id FROM chat_message_join WHERE message_id = ?")
    .pluck();
  // macOS 13 brought Recently Deleted.
  const recoverable = probeColumns(database, "chat_recoverable_message_join").has("message_id")
    ? database.prepare<[number], { chat: number; at: number | null }>(
        `SELECT chat_id AS chat, ${unixMs("delete_date")} AS at FROM chat_recoverable_message_join
         WHERE message_id = ? ORDER BY chat_id`,
      )
    : null;
  const about = database.prepare<[string, string, string, string], MessageRow>(
    `SELECT ${messageColumns(probeColumns(database, "message"))} ${MESSAGE_FROM}
     WHERE m.associated_message_guid IN (${TEXT}, ${TEXT}, ${TEXT}, ${TEXT}) AND m.guid <> m.associated_message_guid
     ORDER BY m.date DESC, m.ROWID DESC LIMIT ${MOST_ABOUT}`,
  );
  const handle = database
    .prepare<[number], string | null>(`SELECT ${textOnly("id")} FROM handle WHERE ROWID = ?`)
    .pluck();
  const chatLine = database
    .prepare<[number], string | null>(`SELECT ${textOnly("last_addressed_handle")} FROM chat WHERE ROWID = ?`)
    .pluck();

  /** Deleting moves the row of one join to the other, so a message in a chat need not be looked for. */
  const place = (rowId: number): MessagePlace => {
    const joined = chats.all(rowId);
    if (joined.length > 0 || recoverable === null) return { chats: joined, deletedAt: null };
    const deleted = recoverable.all(rowId);
    return { chats: deleted.map(({ chat }) => chat), deletedAt: deleted[0]?.at ?? null };
  };
  return {
    attachments: (rowId) => attachments.all(rowId),
    attachmentByGuid: (guid) => attachmentByGuid.get(guid) ?? null,
    place,
    chatRowIds: (rowId) => place(rowId).chats,
    deletedAt: (rowId) => place(rowId).deletedAt,
    aboutMessage: (guid) => about.all(guid, `bp:${guid}`, `p:0/${guid}`, `p:-1/${guid}`),
    handle: (rowId) => (rowId === 0 ? null : (handle.get(rowId) ?? null)),
    chatLine: (chatRowId) => chatLine.get(chatRowId) ?? null,
  };
}
