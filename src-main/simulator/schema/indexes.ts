import type { Macos } from "../macos.ts";

/** One index: what it is on, and the condition of a partial one. */
export interface Index {
  name: string;
  /** Table and columns, as they stand in CREATE INDEX. */
  on: string;
  where?: string;
  since?: Macos;
  otherwise?: Partial<Record<Macos, { where: string }>>;
}

const UNDELIVERED_BEFORE_15 = {
  where:
    "cache_roomnames IS NULL AND service = 'iMessage' AND is_sent = 1 AND is_delivered = 0 " +
    "AND was_downgraded = 0 AND item_type == 0",
};

/** Every index of chat.db. */
export const INDEXES: readonly Index[] = [
  { name: "attachment_idx_is_sticker", on: "attachment(is_sticker)", since: 15 },
  {
    name: "attachment_idx_purged_attachments_v2",
    on: "attachment(hide_attachment, ck_sync_state, transfer_state)",
    where: "hide_attachment = 0 AND (ck_sync_state = 1 OR ck_sync_state = 4) AND transfer_state = 0",
  },
  { name: "chat_handle_join_idx_handle_id", on: "chat_handle_join(handle_id)" },
  { name: "chat_idx_chat_identifier", on: "chat(chat_identifier)" },
  { name: "chat_idx_chat_identifier_service_name", on: "chat(chat_identifier, service_name)" },
  { name: "chat_idx_chat_room_name_service_name", on: "chat(room_name, service_name)" },
  { name: "chat_idx_group_id", on: "chat(group_id)" },
  { name: "chat_idx_is_archived", on: "chat(is_archived)" },
  { name: "chat_message_join_idx_chat_id", on: "chat_message_join(chat_id)" },
  {
    name: "chat_message_join_idx_message_date_id_chat_id",
    on: "chat_message_join(chat_id, message_date, message_id)",
  },
  { name: "chat_message_join_idx_message_id_only", on: "chat_message_join(message_id)" },
  {
    name: "chat_recoverable_message_join_message_id_idx",
    on: "chat_recoverable_message_join(message_id)",
    since: 15,
  },
  { name: "message_attachment_join_idx_attachment_id", on: "message_attachment_join(attachment_id)" },
  { name: "message_attachment_join_idx_message_id", on: "message_attachment_join(message_id)" },
  { name: "message_idx_associated_message", on: "message(associated_message_guid)" },
  { name: "message_idx_cache_has_attachments", on: "message(cache_has_attachments)" },
  { name: "message_idx_date", on: "message(date)" },
  { name: "message_idx_expire_state", on: "message(expire_state)" },
  { name: "message_idx_failed", on: "message(is_finished, is_from_me, error)" },
  { name: "message_idx_handle", on: "message(handle_id, date)" },
  { name: "message_idx_handle_id", on: "message(handle_id)" },
  { name: "message_idx_isRead_isFromMe_itemType", on: "message(is_read, is_from_me, item_type)" },
  {
    name: "message_idx_is_pending_satellite_message",
    on: "message(is_pending_satellite_send)",
    where: "is_pending_satellite_send = 1",
    since: 15,
  },
  { name: "message_idx_is_read", on: "message(is_read, is_from_me, is_finished)" },
  {
    name: "message_idx_is_scheduled_message",
    on: "message(schedule_type)",
    where: "schedule_type = 2",
    since: 15,
  },
  { name: "message_idx_is_sent_is_from_me_error", on: "message(is_sent, is_from_me, error)" },
  { name: "message_idx_other_handle", on: "message(other_handle)" },
  { name: "message_idx_schedule_state", on: "message(schedule_state)", since: 15 },
  { name: "message_idx_thread_originator_guid", on: "message(thread_originator_guid)" },
  {
    name: "message_idx_undelivered_one_to_one_imessage",
    on: "message(cache_roomnames, service, is_sent, is_delivered, was_downgraded, item_type)",
    where:
      "cache_roomnames IS NULL AND service IN ('iMessage','RCS') AND is_sent = 1 AND is_delivered = 0 " +
      "AND was_downgraded = 0 AND item_type == 0 AND schedule_type == 0",
    otherwise: { 12: UNDELIVERED_BEFORE_15, 13: UNDELIVERED_BEFORE_15 },
  },
  { name: "message_idx_was_downgraded", on: "message(was_downgraded)" },
  { name: "message_processing_task_idx_guid_task_flags", on: "message_processing_task(guid, task_flags)" },
];
