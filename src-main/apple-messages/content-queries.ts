import type { Database } from "better-sqlite3";
import { type Columns, columnOr, NUMBER, probeColumns, TEXT } from "./columns.ts";
import { bareHandle } from "./content/sender.ts";
import {
  integerOnly,
  MESSAGE_FROM,
  type MessageRow,
  messageColumns,
  momentOnly,
  textOnly,
} from "./message-row.ts";

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
  /**
   * The files of a message, 500 at most, in the order they were joined to it: which is not the order they stand in.
   */
  attachments(rowId: number): AttachmentRow[];
  attachmentByGuid(guid: string): AttachmentRow | null;
  place(rowId: number): MessagePlace;
  chatRowIds(rowId: number): number[];
  /**
   * The votes and updates of a poll, newest first: of each handle its last vote and its last 50 updates, and of all
   * of them not more than 1,000, nor more than 4 MB.
   */
  aboutPoll(guid: string): MessageRow[];
  /** The handle with this ROWID, without a suffix such as `(smsft)`; null for 0 and for one that is gone. */
  handle(rowId: number): string | null;
  /** The line that was last used in a chat, as Messages writes it. */
  chatLine(chatRowId: number): string | null;
}

/** A poll in a large group is answered by hundreds; a correspondent may send without end. */
const MOST_ABOUT = 1_000;
const MOST_UPDATES = 50;
const MOST_BYTES = 4_000_000;
/** Messages itself sends 20 files in one; nobody is handed more than this of a row that is joined to thousands. */
const MOST_FILES = 500;

/** Prepares the questions about what belongs to a message, each once. Source of the tables: macOS 12 to 27. */
export function prepareContentQueries(database: Database): ContentQueries {
  const columns = probeColumns(database, "attachment");
  const text = (name: string, as = name): string =>
    `${columns.has(name) ? textOnly(`a.${name}`) : "NULL"} AS ${as}`;
  const number = (name: string): string =>
    `${columns.has(name) ? integerOnly(`a.${name}`, "0") : "0"} AS ${name}`;
  const attachment = `COALESCE(${textOnly("a.guid")}, '') AS guid, ${text("filename")}, ${text("transfer_name")}, ${text("mime_type")}, ${text("uti")},
    ${integerOnly("a.total_bytes", "NULL")} AS total_bytes, ${number("transfer_state")}, ${number("is_outgoing")},
    ${number("is_sticker")}, ${columnOr(columns, "a", "user_info", "NULL")} AS user_info,
    ${text("emoji_image_short_description", "emoji_description")}`;
  const attachments = database.prepare<[number], AttachmentRow>(
    `SELECT ${attachment} FROM message_attachment_join j JOIN attachment a ON a.ROWID = j.attachment_id
     WHERE j.message_id = ${NUMBER} ORDER BY j.attachment_id LIMIT ${MOST_FILES}`,
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
        `SELECT chat_id AS chat, ${momentOnly("delete_date")} AS at FROM chat_recoverable_message_join
         WHERE message_id = ? ORDER BY chat_id`,
      )
    : null;
  const about = database.prepare<[string, string, string, string], MessageRow>(
    pollRows(probeColumns(database, "message")),
  );
  const handle = database
    .prepare<[number], [id: string | null, uncanonical: string | null]>(
      `SELECT ${textOnly("id")}, ${textOnly("uncanonicalized_id")} FROM handle WHERE ROWID = ?`,
    )
    .raw();
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
  const aboutPoll = (guid: string): MessageRow[] => {
    const rows: MessageRow[] = [];
    let bytes = 0;
    // Leaving the loop resets the statement.
    for (const row of about.iterate(guid, `bp:${guid}`, `p:0/${guid}`, `p:-1/${guid}`)) {
      bytes += (row.payload?.length ?? 0) + (row.attributed_body?.length ?? 0);
      if (bytes > MOST_BYTES) break;
      rows.push(row);
    }
    return rows;
  };
  const handleOf = (rowId: number): string | null => {
    const [id, uncanonical] = handle.get(rowId) ?? [null, null];
    return bareHandle(id, uncanonical);
  };
  return {
    attachments: (rowId) => attachments.all(rowId),
    attachmentByGuid: (guid) => attachmentByGuid.get(guid) ?? null,
    place,
    chatRowIds: (rowId) => place(rowId).chats,
    aboutPoll,
    handle: (rowId) => (rowId === 0 ? null : handleOf(rowId)),
    chatLine: (chatRowId) => chatLine.get(chatRowId) ?? null,
  };
}

/** SQL for what is about a poll: numbered by voter first, so that only the payloads that count are read. */
function pollRows(columns: Columns): string {
  const number = (name: string): string => `COALESCE(${columnOr(columns, "m", name, "0")}, 0)`;
  const isVote = `${number("associated_message_type")} = 4000`;
  const isUpdate = `${columnOr(columns, "m", "balloon_bundle_id", "NULL")} LIKE '%com.apple.messages.Polls'`;
  const numbered = `SELECT m.ROWID AS row, ${isVote} AS vote, ROW_NUMBER() OVER (
      PARTITION BY ${isVote}, CASE WHEN ${number("is_from_me")} = 1 THEN -1 ELSE ${number("handle_id")} END
      ORDER BY m.date DESC, m.ROWID DESC) AS place
    FROM message m WHERE m.associated_message_guid IN (${TEXT}, ${TEXT}, ${TEXT}, ${TEXT})
      AND m.guid <> m.associated_message_guid
      AND (${isVote} OR (${number("associated_message_type")} < 1000 AND ${isUpdate}))`;
  return `SELECT ${messageColumns(columns)} ${MESSAGE_FROM}
    WHERE m.ROWID IN (SELECT row FROM (${numbered}) WHERE place <= CASE WHEN vote THEN 1 ELSE ${MOST_UPDATES} END)
    ORDER BY m.date DESC, m.ROWID DESC LIMIT ${MOST_ABOUT}`;
}
