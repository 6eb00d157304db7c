import type { Macos } from "../macos.ts";

/** One trigger: when it fires, on what, and what it does. */
export interface Trigger {
  name: string;
  when: string;
  steps: readonly string[];
  since?: Macos;
  otherwise?: Partial<Record<Macos, { steps: readonly string[] }>>;
}

function refreshRoomNames(row: "OLD" | "NEW"): string {
  return `UPDATE message SET cache_roomnames = (
    SELECT group_concat(c.room_name) FROM chat c
    INNER JOIN chat_message_join j ON c.ROWID = j.chat_id WHERE j.message_id = ${row}.message_id
  ) WHERE message.ROWID = ${row}.message_id`;
}

/** Before macOS 13 there was no "Recently Deleted" that could still hold a message. */
const DELETE_UNHELD_MESSAGE_12 = `DELETE FROM message WHERE message.ROWID = OLD.message_id
  AND OLD.message_id NOT IN (SELECT chat_message_join.message_id FROM chat_message_join
    WHERE chat_message_join.message_id = OLD.message_id LIMIT 1)`;

/** A message goes when no conversation holds it any more, not even "Recently Deleted". */
const DELETE_UNHELD_MESSAGE = `${DELETE_UNHELD_MESSAGE_12}
  AND OLD.message_id NOT IN (SELECT chat_recoverable_message_join.message_id FROM chat_recoverable_message_join
    WHERE chat_recoverable_message_join.message_id = OLD.message_id LIMIT 1)`;

/** A handle goes when no conversation and no message names it any more. */
const DELETE_UNUSED_HANDLE = `DELETE FROM handle WHERE handle.ROWID = OLD.handle_id
  AND (SELECT 1 FROM chat_handle_join WHERE handle_id = OLD.handle_id LIMIT 1) IS NULL
  AND (SELECT 1 FROM message WHERE handle_id = OLD.handle_id LIMIT 1) IS NULL
  AND (SELECT 1 FROM message WHERE other_handle = OLD.handle_id LIMIT 1) IS NULL`;

/**
 * Every trigger of chat.db but three: after_delete_on_attachment, before_delete_on_attachment and
 * after_delete_on_message_plugin call SQL functions that only Messages registers. Here they would make every
 * deletion fail, and what they do (remove files, tell plug-ins) leaves no trace in the database.
 */
export const TRIGGERS: readonly Trigger[] = [
  {
    name: "add_to_deleted_messages",
    when: "AFTER DELETE ON message",
    steps: ["INSERT INTO deleted_messages (guid) VALUES (OLD.guid)"],
  },
  {
    name: "add_to_sync_deleted_messages",
    when: "AFTER DELETE ON message",
    steps: ["INSERT INTO sync_deleted_messages (guid, recordID) VALUES (OLD.guid, OLD.ck_record_id)"],
  },
  {
    name: "add_to_sync_deleted_attachments",
    when: "AFTER DELETE ON attachment",
    steps: ["INSERT INTO sync_deleted_attachments (guid, recordID) VALUES (OLD.guid, OLD.ck_record_id)"],
  },
  {
    name: "after_delete_on_chat",
    when: "AFTER DELETE ON chat",
    steps: ["DELETE FROM chat_message_join WHERE chat_id = OLD.ROWID"],
  },
  {
    name: "after_delete_on_chat_handle_join",
    when: "AFTER DELETE ON chat_handle_join",
    steps: [DELETE_UNUSED_HANDLE],
  },
  {
    name: "after_delete_on_chat_message_join",
    when: "AFTER DELETE ON chat_message_join",
    steps: [refreshRoomNames("OLD"), DELETE_UNHELD_MESSAGE],
    otherwise: { 12: { steps: [refreshRoomNames("OLD"), DELETE_UNHELD_MESSAGE_12] } },
  },
  {
    name: "after_delete_on_chat_recoverable_message_join",
    since: 13,
    when: "AFTER DELETE ON chat_recoverable_message_join",
    steps: [refreshRoomNames("OLD"), DELETE_UNHELD_MESSAGE],
  },
  { name: "after_delete_on_message", when: "AFTER DELETE ON message", steps: [DELETE_UNUSED_HANDLE] },
  {
    name: "after_delete_on_message_attachment_join",
    when: "AFTER DELETE ON message_attachment_join",
    steps: [
      `DELETE FROM attachment WHERE attachment.ROWID = OLD.attachment_id
        AND (SELECT 1 FROM message_attachment_join WHERE attachment_id = OLD.attachment_id LIMIT 1) IS NULL`,
    ],
  },
  {
    name: "after_insert_on_chat_message_join",
    when: "AFTER INSERT ON chat_message_join",
    steps: [refreshRoomNames("NEW")],
  },
  {
    name: "after_insert_on_message_attachment_join",
    when: "AFTER INSERT ON message_attachment_join",
    steps: ["UPDATE message SET cache_has_attachments = 1 WHERE message.ROWID = NEW.message_id"],
  },
  {
    // As Apple has it: the condition contradicts itself, so it never deletes anything.
    name: "delete_associated_messages_after_delete_on_message",
    when: "AFTER DELETE ON message",
    steps: [
      `DELETE FROM message WHERE (OLD.associated_message_guid IS NULL
        AND associated_message_guid IS NOT NULL AND guid = OLD.associated_message_guid)`,
    ],
  },
  {
    name: "update_last_failed_message_date",
    when: `AFTER UPDATE OF error ON message WHEN NEW.error != 0
      AND NEW.date > COALESCE((SELECT value FROM kvtable WHERE key = 'lastFailedMessageDate'), 0)`,
    steps: [
      "INSERT OR REPLACE INTO kvtable (key, value) VALUES ('lastFailedMessageDate', NEW.date)",
      "INSERT OR REPLACE INTO kvtable (key, value) VALUES ('lastFailedMessageRowID', NEW.rowID)",
    ],
  },
  {
    name: "update_message_date_after_update_on_message",
    when: "AFTER UPDATE OF date ON message",
    steps: [
      "UPDATE chat_message_join SET message_date = NEW.date WHERE message_id = NEW.ROWID AND message_date != NEW.date",
    ],
  },
];
