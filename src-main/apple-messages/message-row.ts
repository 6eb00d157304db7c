import { unixMs } from "./apple-time.ts";
import { type Columns, columnOr } from "./columns.ts";

/**
 * A row of `message` with its handle, as far as Bellhop looks at it. Times in ms since 1970, null for none.
 * SQLite keeps whatever type a program wrote: numbers, times and short texts are made sure of here (what is none
 * reads as 0, null, or for the guid as an empty text), `text` and the blobs where they are read.
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
  /** The account it came to or left by, with the `E:` or `P:` that Messages puts before it. */
  account: string | null;
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
  /** 1 when it came or went over a satellite, or waits for one (macOS 15 and later). */
  off_grid: number;
  item_type: number;
  has_attachments: number;
  /** Null where this version of macOS does not count (12). */
  part_count: number | null;
  balloon: string | null;
  payload: Buffer | null;
  /**
   * `message_summary_info`, only of a row that was edited, unsent or translated: most others have one that says
   * nothing.
   */
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
    `${columns.has(name) ? integerOnly(`m.${name}`, "0") : "0"} AS ${as}`;
  const ms = (name: string): string => (columns.has(name) ? momentOnly(`m.${name}`) : "NULL");
  const moment = (name: string, as: string): string => `${ms(name)} AS ${as}`;
  const edited = `COALESCE(${or("date_edited", "0")}, 0) <> 0 OR COALESCE(${or("date_retracted", "0")}, 0) <> 0
    OR ${or("part_count", "1")} = 0`;
  const summary = or("message_summary_info", "NULL");
  const isOffGrid = ["sent_or_received_off_grid", "is_pending_satellite_send"]
    .map((name) => `COALESCE(${or(name, "0")}, 0) = 1`)
    .join(" OR ");
  return [
    `m.ROWID AS row_id, COALESCE(${textOnly("m.guid")}, '') AS guid, m.text, ${textOnly("h.id")} AS handle,
    ${textOnly("h.uncanonicalized_id")} AS uncanonical_handle`,
    text("service", "service"),
    number("handle_id", "handle_id"),
    text("subject", "subject"),
    `${or("attributedBody", "NULL")} AS attributed_body`,
    text("destination_caller_id", "line"),
    text("account", "account"),
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
    `(${isOffGrid}) AS off_grid`,
    number("item_type", "item_type"),
    number("cache_has_attachments", "has_attachments"),
    `${columns.has("part_count") ? integerOnly("m.part_count", "NULL") : "NULL"} AS part_count`,
    text("balloon_bundle_id", "balloon"),
    `${or("payload_data", "NULL")} AS payload`,
    `CASE WHEN ${edited} OR instr(${summary}, ${TRANSLATED}) > 0 THEN ${summary} END AS summary`,
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

/** The key `tmp` of a summary, as a binary property list writes it: what was translated. Source: macOS 26. */
const TRANSLATED = "x'53746d70'";

/**
 * SQL for whether a row waits for its date instead of having been sent (macOS 15 and later): 1 or 0. Once it went
 * it is like any other. `columns` are those of `message`, which goes by `alias`.
 */
export function isScheduledSql(columns: Columns, alias: string): string {
  const number = (name: string): string => `COALESCE(${columnOr(columns, alias, name, "0")}, 0)`;
  if (!columns.has("schedule_type")) return "0";
  return `(${number("schedule_type")} = ${SEND_LATER} AND ${number("is_sent")} = 0
    AND ${number("is_delivered")} = 0 AND ${number("error")} = 0)`;
}

/** The same of a row that has been read. */
export function isScheduled(row: MessageRow): boolean {
  const isWaiting = row.is_sent === 0 && row.is_delivered === 0 && row.error === 0;
  return row.schedule_type === SEND_LATER && isWaiting;
}

/** `schedule_type` of what is sent later. */
const SEND_LATER = 2;

/**
 * SQL for a column's whole number; `otherwise` for what is none, and for one beyond 2^53, which a JavaScript
 * number cannot hold. Fractions are cut off.
 */
export function integerOnly(column: string, otherwise: string): string {
  // A text and a blob are greater than every number.
  return `CASE WHEN ${column} BETWEEN -${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}
    THEN CAST(${column} AS INTEGER) ELSE ${otherwise} END`;
}

/** SQL for one of Apple's time columns as whole ms since 1970; NULL for none, and for what no date can be. */
export function momentOnly(column: string): string {
  // Nanoseconds in 64 bits end in 2293, seconds below 1e12 in 33658, and a Date reaches further than both. Texts
  // and blobs are greater than every number.
  return `CASE WHEN ${column} BETWEEN -9223372036854775807 AND 9223372036854775806
    THEN CAST(${unixMs(column)} AS INTEGER) END`;
}

/** SQL for a column's text; null for an empty one, and for whatever else a program wrote there. */
export function textOnly(column: string): string {
  return `CASE typeof(${column}) WHEN 'text' THEN NULLIF(${column}, '') END`;
}
