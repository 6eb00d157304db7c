import type { Macos } from "../macos.ts";

/** One column: its name, what follows the name in CREATE TABLE, and when that differs between versions. */
export interface Column {
  name: string;
  declaration: string;
  /** The first version that has the column. Absent: all have it. */
  since?: Macos;
  /** Declarations of single versions that differ from `declaration`. */
  otherwise?: Partial<Record<Macos, string>>;
}

const ID = "INTEGER PRIMARY KEY AUTOINCREMENT";
const FLAG = "INTEGER DEFAULT 0";

function columns(declaration: string, names: string): Column[] {
  return names.split(/\s+/).map((name) => ({ name, declaration }));
}

function since(version: Macos, added: Column[]): Column[] {
  return added.map((column) => ({ ...column, since: version }));
}

/** `message`, in the order a database has that was created on that version. */
export const MESSAGE_COLUMNS: readonly Column[] = [
  { name: "ROWID", declaration: ID },
  { name: "guid", declaration: "TEXT UNIQUE NOT NULL" },
  ...columns("TEXT", "text"),
  ...columns(FLAG, "replace"),
  ...columns("TEXT", "service_center"),
  ...columns(FLAG, "handle_id"),
  ...columns("TEXT", "subject country"),
  ...columns("BLOB", "attributedBody"),
  ...columns(FLAG, "version type"),
  ...columns("TEXT", "service account account_guid"),
  ...columns(FLAG, "error"),
  ...columns("INTEGER", "date date_read date_delivered"),
  ...columns(
    FLAG,
    `is_delivered is_finished is_emote is_from_me is_empty is_delayed is_auto_reply is_prepared is_read
     is_system_message is_sent has_dd_results is_service_message is_forward was_downgraded is_archive
     cache_has_attachments`,
  ),
  ...columns("TEXT", "cache_roomnames"),
  ...columns(FLAG, "was_data_detected was_deduplicated is_audio_message is_played"),
  ...columns("INTEGER", "date_played"),
  ...columns(FLAG, "item_type other_handle"),
  ...columns("TEXT", "group_title"),
  ...columns(
    FLAG,
    `group_action_type share_status share_direction is_expirable expire_state message_action_type
     message_source`,
  ),
  ...columns("TEXT", "associated_message_guid"),
  ...columns(FLAG, "associated_message_type"),
  ...columns("TEXT", "balloon_bundle_id"),
  ...columns("BLOB", "payload_data"),
  ...columns("TEXT", "expressive_send_style_id"),
  ...columns(FLAG, "associated_message_range_location associated_message_range_length"),
  ...columns("INTEGER", "time_expressive_send_played"),
  ...columns("BLOB", "message_summary_info"),
  ...columns(FLAG, "ck_sync_state"),
  ...columns("TEXT", "ck_record_id ck_record_change_tag destination_caller_id"),
  ...columns(FLAG, "is_corrupt"),
  ...columns("TEXT", "reply_to_guid"),
  ...columns("INTEGER", "sort_id"),
  ...columns(FLAG, "is_spam has_unseen_mention"),
  ...columns(
    "TEXT",
    "thread_originator_guid thread_originator_part syndication_ranges synced_syndication_ranges",
  ),
  ...columns(FLAG, "was_delivered_quietly did_notify_recipient"),
  ...since(13, [
    // Only macOS 15 gives these two a default, so a reader has to expect both NULL and 0.
    { name: "date_retracted", declaration: "INTEGER", otherwise: { 15: FLAG } },
    { name: "date_edited", declaration: "INTEGER", otherwise: { 15: FLAG } },
    ...columns(FLAG, "was_detonated"),
    ...columns("INTEGER", "part_count"),
  ]),
  ...since(15, [
    ...columns(FLAG, "is_stewie is_kt_verified is_sos is_critical"),
    { name: "bia_reference_id", declaration: "TEXT", otherwise: { 15: "TEXT DEFAULT NULL" } },
    { name: "fallback_hash", declaration: "TEXT", otherwise: { 15: "TEXT DEFAULT NULL" } },
    { name: "associated_message_emoji", declaration: "TEXT", otherwise: { 15: "TEXT DEFAULT NULL" } },
    ...columns(
      FLAG,
      "is_pending_satellite_send needs_relay schedule_type schedule_state sent_or_received_off_grid",
    ),
  ]),
  ...since(26, [
    ...columns(FLAG, "date_recovered is_time_sensitive"),
    ...columns("TEXT", "ck_chat_id"),
    ...columns(FLAG, "index_state"),
  ]),
  ...since(27, [
    ...columns(FLAG, "filter_action filter_sub_action is_preview_sent is_preview_delivered"),
    ...columns("INTEGER", "date_preview_sent date_preview_delivered date_updated retry_count"),
  ]),
];

/** `chat`. */
export const CHAT_COLUMNS: readonly Column[] = [
  { name: "ROWID", declaration: ID },
  { name: "guid", declaration: "TEXT UNIQUE NOT NULL" },
  ...columns("INTEGER", "style state"),
  ...columns("TEXT", "account_id"),
  ...columns("BLOB", "properties"),
  ...columns("TEXT", "chat_identifier service_name room_name account_login"),
  ...columns(FLAG, "is_archived"),
  ...columns("TEXT", "last_addressed_handle display_name group_id"),
  ...columns(FLAG, "is_filtered"),
  ...columns("INTEGER", "successful_query"),
  ...columns("TEXT", "engram_id server_change_token"),
  ...columns(FLAG, "ck_sync_state"),
  ...columns("TEXT", "original_group_id"),
  ...columns(FLAG, "last_read_message_timestamp"),
  ...columns("TEXT", "cloudkit_record_id last_addressed_sim_id"),
  ...columns(FLAG, "is_blackholed syndication_date syndication_type"),
  ...since(15, columns(FLAG, "is_recovered is_deleting_incoming_messages")),
  ...since(26, columns(FLAG, "is_pending_review")),
];

/** `attachment`. */
export const ATTACHMENT_COLUMNS: readonly Column[] = [
  { name: "ROWID", declaration: ID },
  { name: "guid", declaration: "TEXT UNIQUE NOT NULL" },
  ...columns(FLAG, "created_date start_date"),
  ...columns("TEXT", "filename uti mime_type"),
  ...columns(FLAG, "transfer_state is_outgoing"),
  ...columns("BLOB", "user_info"),
  ...columns("TEXT", "transfer_name"),
  ...columns(FLAG, "total_bytes is_sticker"),
  ...columns("BLOB", "sticker_user_info attribution_info"),
  ...columns(FLAG, "hide_attachment ck_sync_state"),
  ...columns("BLOB", "ck_server_change_token_blob"),
  ...columns("TEXT", "ck_record_id"),
  { name: "original_guid", declaration: "TEXT UNIQUE NOT NULL" },
  ...columns(FLAG, "is_commsafety_sensitive"),
  ...since(15, [
    { name: "emoji_image_content_identifier", declaration: "TEXT", otherwise: { 15: "TEXT DEFAULT NULL" } },
    { name: "emoji_image_short_description", declaration: "TEXT", otherwise: { 15: "TEXT DEFAULT NULL" } },
    ...columns(FLAG, "preview_generation_state"),
  ]),
  ...since(27, [...columns("BLOB DEFAULT NULL", "preflight_info"), ...columns(FLAG, "sensitivity_analysis")]),
];
