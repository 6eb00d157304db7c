import type { Database, Statement } from "better-sqlite3";
import type { Macos } from "../macos.ts";
import type { AttachmentRow, ChatRow, MessageRow, NewAttachmentRow, NewChat, NewMessage } from "./rows.ts";

const CHAT = `SELECT ROWID AS id, guid, style, chat_identifier AS identifier, service_name AS service,
  display_name AS displayName FROM chat`;

const message = (macos: Macos): string => `SELECT m.ROWID AS id, m.guid, m.text, m.attributedBody AS body,
  m.message_summary_info AS summary, m.service, m.handle_id AS handleId, m.is_from_me AS fromMe,
  m.is_sent AS sent, m.is_delivered AS delivered, m.is_finished AS finished, m.error,
  m.item_type AS itemType, m.associated_message_type AS associatedType, ${macos < 13 ? "NULL" : "m.part_count"} AS parts,
  ${macos < 15 ? "0" : "m.schedule_type = 2"} AS scheduled, m.is_delayed AS delayed,
  (SELECT chat_id FROM chat_message_join WHERE message_id = m.ROWID LIMIT 1) AS chatId FROM message m`;

const SINCE_13 = ["part_count"];
const SINCE_15 = ["associated_message_emoji"];
const SINCE_26 = ["ck_chat_id"];
const MESSAGE_COLUMNS = `guid text attributedBody handle_id version service account error date date_read
  date_delivered is_delivered is_finished is_from_me is_empty is_read is_sent is_audio_message
  was_data_detected item_type other_handle group_title group_action_type associated_message_guid
  associated_message_type associated_message_range_length associated_message_emoji
  expressive_send_style_id message_summary_info destination_caller_id reply_to_guid
  thread_originator_guid thread_originator_part part_count ck_chat_id cache_has_attachments cache_roomnames`.split(
  /\s+/,
);

/** INSERT for a message, with the columns that version has, as named parameters. */
export function insertMessageSql(macos: Macos): string {
  const missing = [
    ...(macos < 13 ? SINCE_13 : []),
    ...(macos < 15 ? SINCE_15 : []),
    ...(macos < 26 ? SINCE_26 : []),
  ];
  const columns = MESSAGE_COLUMNS.filter((column) => !missing.includes(column));
  return `INSERT INTO message (${columns.join(", ")}) VALUES (${columns.map((name) => `@${name}`).join(", ")})`;
}

/** Every statement the simulator runs on its chat.db, prepared once per connection. */
export function prepareStatements(database: Database, macos: Macos) {
  const run = <P extends unknown[]>(sql: string): Statement<P> => database.prepare<P>(sql);
  const MESSAGE = message(macos);
  const read = <P extends unknown[], R>(sql: string): Statement<P, R> => database.prepare<P, R>(sql);
  return {
    insertMessage: run<[NewMessage]>(insertMessageSql(macos)),
    partMessage: run<[number, number]>("DELETE FROM chat_message_join WHERE chat_id = ? AND message_id = ?"),
    chatsOf: read<[number], number>("SELECT chat_id FROM chat_message_join WHERE message_id = ?").pluck(),
    joinMessage: run<[number, number, bigint]>(
      "INSERT INTO chat_message_join (chat_id, message_id, message_date) VALUES (?, ?, ?)",
    ),
    // macOS 15 brought sending later.
    scheduled:
      macos < 15 ? null : read<[], number>("SELECT ROWID FROM message WHERE schedule_type = 2").pluck(),
    messageByGuid: read<[string], MessageRow>(`${MESSAGE} WHERE m.guid = ?`),
    messageById: read<[number], MessageRow>(`${MESSAGE} WHERE m.ROWID = ?`),
    dateOf: read<[number], bigint>("SELECT date FROM message WHERE ROWID = ?").pluck().safeIntegers(),
    lastGuidIn: read<[number], { guid: string }>(
      `SELECT m.guid FROM chat_message_join j JOIN message m ON m.ROWID = j.message_id
       WHERE j.chat_id = ? ORDER BY j.message_date DESC, j.message_id DESC LIMIT 1`,
    ),
    lastOrdinary: read<[], MessageRow>(
      `${MESSAGE} WHERE m.item_type = 0 AND m.associated_message_type = 0 ORDER BY m.ROWID DESC LIMIT 1`,
    ),
    fromMeAfter: read<[number, number], MessageRow>(
      // Not what iCloud brought: that was sent long ago.
      `${MESSAGE} WHERE m.ROWID > ? AND m.is_from_me = 1 AND m.ck_sync_state = 0 ORDER BY m.ROWID LIMIT ?`,
    ),
    unreadIn: read<[number], number>(
      `SELECT m.ROWID FROM chat_message_join j JOIN message m ON m.ROWID = j.message_id
       WHERE j.chat_id = ? AND m.is_from_me = 0 AND m.is_read = 0 AND m.item_type = 0`,
    ).pluck(),
    threadOf: read<
      [number],
      { thread_originator_guid: string | null; thread_originator_part: string | null }
    >("SELECT thread_originator_guid, thread_originator_part FROM message WHERE ROWID = ?"),
    lastRow: read<[], { id: number }>("SELECT COALESCE(MAX(ROWID), 0) AS id FROM message"),

    insertHandle: run<[string, string, string]>(
      `INSERT INTO handle (id, service, country, uncanonicalized_id) VALUES (?, ?, 'us', ?)
       ON CONFLICT DO NOTHING`,
    ),
    handle: read<[string, string], { id: number }>(
      "SELECT ROWID AS id FROM handle WHERE id = ? AND service = ?",
    ),
    setPerson: run<[string, string]>("UPDATE handle SET person_centric_id = ? WHERE id = ?"),
    handleById: read<[number], { address: string }>("SELECT id AS address FROM handle WHERE ROWID = ?"),

    insertChat: run<[NewChat]>(
      `INSERT INTO chat (guid, style, state, chat_identifier, service_name, room_name, account_login,
         last_addressed_handle, display_name, group_id, original_group_id)
       VALUES (@guid, @style, 3, @identifier, @service, @roomName, 'P:' || @line, @line, @displayName,
         @groupId, @groupId)`,
    ),
    chatByGuid: read<[string], ChatRow>(`${CHAT} WHERE guid = ?`),
    allChats: read<[], ChatRow>(`${CHAT} ORDER BY ROWID`),
    setChatGuid: run<[string, number]>("UPDATE chat SET guid = ? WHERE ROWID = ?"),
    moveRecoverable:
      macos < 13
        ? null
        : run<[number, number]>(
            "UPDATE OR IGNORE chat_recoverable_message_join SET chat_id = ? WHERE chat_id = ?",
          ),
    ownLine: read<[string], number>("SELECT 1 FROM chat WHERE last_addressed_handle = ? LIMIT 1").pluck(),
    chatById: read<[number], ChatRow>(`${CHAT} WHERE ROWID = ?`),
    chatsNamed: read<[string, string], ChatRow>(`${CHAT} WHERE display_name = ? OR chat_identifier = ?`),
    lineOf: read<[number], { line: string | null }>(
      "SELECT last_addressed_handle AS line FROM chat WHERE ROWID = ?",
    ),
    nameChat: run<[string | null, number]>("UPDATE chat SET display_name = ? WHERE ROWID = ?"),
    chatRead: run<[bigint, number]>("UPDATE chat SET last_read_message_timestamp = ? WHERE ROWID = ?"),
    joinHandle: run<[number, number]>(
      "INSERT OR IGNORE INTO chat_handle_join (chat_id, handle_id) VALUES (?, ?)",
    ),
    partHandle: run<[number, number]>("DELETE FROM chat_handle_join WHERE chat_id = ? AND handle_id = ?"),
    participants: read<[number], { id: number; address: string }>(
      `SELECT h.ROWID AS id, h.id AS address FROM chat_handle_join j JOIN handle h ON h.ROWID = j.handle_id
       WHERE j.chat_id = ? ORDER BY h.ROWID`,
    ),
    // These two tables came with macOS 26.
    insertLookup:
      macos < 26
        ? null
        : run<[string, string, number]>(
            "INSERT OR IGNORE INTO chat_lookup (identifier, domain, chat) VALUES (?, ?, ?)",
          ),
    insertService:
      macos < 26
        ? null
        : run<[string, number]>("INSERT OR IGNORE INTO chat_service (service, chat) VALUES (?, ?)"),

    insertAttachment: run<[NewAttachmentRow]>(
      `INSERT INTO attachment (guid, original_guid, created_date, start_date, filename, uti, mime_type,
         transfer_state, is_outgoing, transfer_name, total_bytes)
       VALUES (@guid, @guid, @created, @created, @filename, @uti, @mimeType, @state, @outgoing, @name, @bytes)`,
    ),
    joinAttachment: run<[number, number]>(
      "INSERT INTO message_attachment_join (message_id, attachment_id) VALUES (?, ?)",
    ),

    partAttachment: run<[number, number]>(
      "DELETE FROM message_attachment_join WHERE message_id = ? AND attachment_id = ?",
    ),

    // The poll itself, or the last row that changed what can be voted for.
    latestPoll: read<[string, string], Buffer | null>(
      `SELECT payload_data FROM message WHERE (guid = ? OR associated_message_guid = ?)
         AND associated_message_type IN (0, 2) ORDER BY ROWID DESC LIMIT 1`,
    ).pluck(),
    lastPoll: read<[], string>(
      `SELECT guid FROM message WHERE balloon_bundle_id LIKE '%.Polls' AND associated_message_guid = guid
       ORDER BY ROWID DESC LIMIT 1`,
    ).pluck(),

    attachmentsOf: read<[number], AttachmentRow>(
      `SELECT a.ROWID AS id, a.guid, a.transfer_name AS name, a.filename, a.transfer_state AS state,
         ${macos < 15 ? "0" : "a.emoji_image_content_identifier IS NOT NULL"} AS genmoji
       FROM message_attachment_join j JOIN attachment a ON a.ROWID = j.attachment_id WHERE j.message_id = ? ORDER BY a.ROWID`,
    ),

    reactionsBy: read<[string, number, number], { id: number; type: number; emoji?: string | null }>(
      `SELECT ROWID AS id, associated_message_type AS type${macos < 15 ? "" : ", associated_message_emoji AS emoji"}
       FROM message WHERE associated_message_guid = ? AND associated_message_type BETWEEN 2000 AND 2007
         AND is_from_me = ? AND handle_id = ?`,
    ),
    joinRecoverable:
      macos < 13
        ? null
        : run<[number, number, bigint]>(
            "INSERT INTO chat_recoverable_message_join (chat_id, message_id, delete_date) VALUES (?, ?, ?)",
          ),
    partRecoverable:
      macos < 13 ? null : run<[number]>("DELETE FROM chat_recoverable_message_join WHERE message_id = ?"),
    recoverableChatsOf:
      macos < 13
        ? null
        : read<[number], number>(
            "SELECT chat_id FROM chat_recoverable_message_join WHERE message_id = ?",
          ).pluck(),
    recoverableGuids:
      macos < 13
        ? null
        : read<[], string>(
            `SELECT DISTINCT m.guid FROM chat_recoverable_message_join j
             JOIN message m ON m.ROWID = j.message_id ORDER BY m.ROWID`,
          ).pluck(),
    guidsIn: read<[number], string>(
      `SELECT m.guid FROM chat_message_join j JOIN message m ON m.ROWID = j.message_id WHERE j.chat_id = ?
       ORDER BY m.ROWID`,
    ).pluck(),
    deleteChat: run<[number]>("DELETE FROM chat WHERE ROWID = ?"),
    deleteMessage: run<[number]>("DELETE FROM message WHERE ROWID = ?"),

    // Messages edits and unsends since macOS 13.
    rewrite:
      macos < 13
        ? null
        : run<
            [
              {
                id: number;
                text: string | null;
                body: Buffer | null;
                summary: Buffer;
                at: bigint;
                parts: number;
              },
            ]
          >(
            `UPDATE message SET text = @text, attributedBody = @body, message_summary_info = @summary,
               date_edited = @at, part_count = @parts, is_empty = (@parts = 0) WHERE ROWID = @id`,
          ),
    markSent: run<[number]>("UPDATE message SET is_sent = 1, is_finished = 1 WHERE ROWID = ? AND error = 0"),
    markDelivered: run<[bigint, number]>(
      "UPDATE message SET is_sent = 1, is_delivered = 1, date_delivered = ? WHERE ROWID = ? AND is_delivered = 0",
    ),
    markPlayed: run<[bigint, number]>(
      "UPDATE message SET is_played = 1, date_played = ? WHERE ROWID = ? AND is_played = 0",
    ),
    markRead: run<[bigint, number]>(
      "UPDATE message SET is_read = 1, date_read = ? WHERE ROWID = ? AND is_read = 0",
    ),
    fail: run<[number, number]>(
      "UPDATE message SET error = ?, is_sent = 0, is_delivered = 0, is_finished = 1 WHERE ROWID = ?",
    ),
    counts: read<[], Record<"messages" | "conversations" | "handles" | "attachments" | "unread", number>>(
      `SELECT (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM chat) AS conversations,
         (SELECT count(DISTINCT id) FROM handle) AS handles, (SELECT count(*) FROM attachment) AS attachments,
         (SELECT count(*) FROM message WHERE is_read = 0 AND is_from_me = 0 AND item_type = 0
            AND associated_message_type = 0) AS unread`,
    ),
  };
}

/** What prepareStatements gives. */
export type Statements = ReturnType<typeof prepareStatements>;
