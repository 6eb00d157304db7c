import { unixMs } from "./apple-time.ts";
import { type Columns, columnOr } from "./columns.ts";

/**
 * A row of `message` with its handle, as far as Bellhop looks at it. Times in ms since 1970, null for none.
 * SQLite keeps whatever type a program wrote: numbers and short texts are made sure of here, `text` and the blobs
 * where they are read.
 */
export interface MessageRow {
  row_id: number;
  guid: string;
  text: string | null;
  subject: string | null;
  attributed_body: Buffer | null;
  /** ROWID of the handle, 0 for none. */
  handle_id: number;
  handle: string | null;
  uncanonical_handle: string | null;
  service: string | null;
  /** The line of this Mac that it came to or left by; null when the row does not say. */
  line: string | null;
  at: number | null;
  read_at: number | null;
  delivered_at: number | null;
  played_at: number | null;
  /** Also the moment of an unsend, which Messages writes in the same column. */
  edited_at: number | null;
  error: number;
  is_from_me: number;
  is_sent: number;
  is_delivered: number;
  is_audio: number;
  was_downgraded: number;
  item_type: number;
  has_attachments: number;
  /** Null where this version of macOS does not count (12). */
  part_count: number | null;
  balloon: string | null;
  payload: Buffer | null;
  /** `message_summary_info`, only of a row that was edited or unsent: most others have one that says nothing. */
  summary: Buffer | null;
  associated_type: number;
  associated_guid: string | null;
  associated_emoji: string | null;
  thread_guid: string | null;
  thread_part: string | null;
  effect: string | null;
  group_action: number;
  group_title: string | null;
  /** ROWID of the handle that a group change concerns, 0 for none. */
  other_handle: number;
  /** 0 when somebody began to share a location, 1 when it ended. */
  share_status: number;
  schedule_type: number;
}

/** What `messageColumns` selects from: the message as `m`, its handle as `h`. */
export const MESSAGE_FROM = "FROM message m LEFT JOIN handle h ON h.ROWID = m.handle_id";

/**
 * The SELECT list that makes a `MessageRow`. `columns` are those that `message` really has: what this version of
 * macOS lacks reads as its default. Columns by version: macOS 12 to 27.
 */
export function messageColumns(columns: Columns): string {
  const or = (name: string, fallback: string): string => columnOr(columns, "m", name, fallback);
  const text = (name: string, as: string): string =>
    `${columns.has(name) ? textOnly(`m.${name}`) : "NULL"} AS ${as}`;
  const number = (name: string, as: string): string =>
    `${columns.has(name) ? `COALESCE(CAST(m.${name} AS INTEGER), 0)` : "0"} AS ${as}`;
  const ms = (name: string): string =>
    columns.has(name) ? `CAST(${unixMs(`m.${name}`)} AS INTEGER)` : "NULL";
  const moment = (name: string, as: string): string => `${ms(name)} AS ${as}`;
  const edited = `COALESCE(${or("date_edited", "0")}, 0) <> 0 OR COALESCE(${or("date_retracted", "0")}, 0) <> 0
    OR ${or("part_count", "1")} = 0`;
  return [
    `m.ROWID AS row_id, m.guid, m.text, ${textOnly("h.id")} AS handle,
    ${textOnly("h.uncanonicalized_id")} AS uncanonical_handle`,
    text("service", "service"),
    number("handle_id", "handle_id"),
    text("subject", "subject"),
    `${or("attributedBody", "NULL")} AS attributed_body`,
    text("destination_caller_id", "line"),
    moment("date", "at"),
    moment("date_read", "read_at"),
    moment("date_delivered", "delivered_at"),
    moment("date_played", "played_at"),
    `COALESCE(${ms("date_edited")}, ${ms("date_retracted")}) AS edited_at`,
    number("error", "error"),
    number("is_from_me", "is_from_me"),
    number("is_sent", "is_sent"),
    number("is_delivered", "is_delivered"),
    number("is_audio_message", "is_audio"),
    number("was_downgraded", "was_downgraded"),
    number("item_type", "item_type"),
    number("cache_has_attachments", "has_attachments"),
    `CAST(${or("part_count", "NULL")} AS INTEGER) AS part_count`,
    text("balloon_bundle_id", "balloon"),
    `${or("payload_data", "NULL")} AS payload`,
    `CASE WHEN ${edited} THEN ${or("message_summary_info", "NULL")} END AS summary`,
    number("associated_message_type", "associated_type"),
    text("associated_message_guid", "associated_guid"),
    text("associated_message_emoji", "associated_emoji"),
    text("thread_originator_guid", "thread_guid"),
    text("thread_originator_part", "thread_part"),
    text("expressive_send_style_id", "effect"),
    number("group_action_type", "group_action"),
    text("group_title", "group_title"),
    number("other_handle", "other_handle"),
    number("share_status", "share_status"),
    number("schedule_type", "schedule_type"),
  ].join(",\n    ");
}

/** SQL for a column's text; null for an empty one, and for whatever else a program wrote there. */
export function textOnly(column: string): string {
  return `CASE typeof(${column}) WHEN 'text' THEN NULLIF(${column}, '') END`;
}
