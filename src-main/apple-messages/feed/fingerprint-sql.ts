import { type Columns, columnOr } from "../columns.ts";
import { momentOnly } from "../message-row.ts";
import { BITS } from "./fingerprint.ts";

const NEVER = "(0, 9223372036854775807)";
const IN_BIN = "EXISTS (SELECT 1 FROM chat_recoverable_message_join cr WHERE cr.message_id = m.ROWID)";
/** A late join, and a move to another chat. */
const CHATS = `(SELECT COALESCE(SUM(cm.chat_id * 8191 + 1), 0) & 1048575 FROM chat_message_join cm
  WHERE cm.message_id = m.ROWID)`;

/**
 * SQL that makes `row_id, guid, state, edited, content` of each row of `message m`. `octet_length` reads a blob's
 * size from the row's header, so no body is loaded. Numbers stay below 2^63: each step is cut to 31 bits, which
 * SQLite keeps in four bytes.
 * @param hasBin whether there is a Recently Deleted (since macOS 13).
 */
export function fingerprintColumns(message: Columns, attachment: Columns, hasBin: boolean): string {
  const or = (name: string): string => `COALESCE(${columnOr(message, "m", name, "0")}, 0)`;
  const bit = (condition: string, value: number): string =>
    `(CASE WHEN ${condition} THEN ${value} ELSE 0 END)`;
  const size = (name: string): string => `COALESCE(octet_length(${columnOr(message, "m", name, "NULL")}), 0)`;
  const isNoMessage = `${or("item_type")} <> 0 OR ${or("associated_message_type")} BETWEEN 2000 AND 4999`;
  const state = [
    bit(`${or("is_sent")} <> 0`, BITS.sent),
    bit(`${or("is_delivered")} <> 0`, BITS.delivered),
    bit(`${or("date_read")} NOT IN ${NEVER}`, BITS.read),
    bit(`${or("error")} <> 0`, BITS.failed),
    bit(`${or("date_played")} NOT IN ${NEVER}`, BITS.played),
    bit(`${or("is_from_me")} <> 0`, BITS.own),
    bit(isNoMessage, BITS.notMessage),
    bit(`${or("is_finished")} <> 0`, BITS.finished),
    bit(`${or("date_delivered")} NOT IN ${NEVER}`, BITS.arrival),
    ...(hasBin ? [bit(IN_BIN, BITS.deleted)] : []),
  ].join(" | ");
  const held = [
    size("text"),
    size("attributedBody"),
    size("payload_data"),
    size("message_summary_info"),
    or("part_count"),
    "COALESCE(unicode(m.service) * 16 + length(m.service), 0)",
    or("was_downgraded"),
    filesOf(or("cache_has_attachments"), attachment),
    CHATS,
  ];
  const content = held.reduce((sum, term) => `((${sum}) * 31 + ${term}) & 2147483647`);
  return `m.ROWID AS row_id, CASE typeof(m.guid) WHEN 'text' THEN m.guid ELSE '' END AS guid, ${state} AS state, ${editedAt(message)} AS edited, ${content} AS content`;
}

function filesOf(hasFiles: string, attachment: Columns): string {
  const state = columnOr(attachment, "a", "transfer_state", "0");
  const info = columnOr(attachment, "a", "user_info", "NULL");
  const file = `131071 + COALESCE(${state}, 0) * 8191 + COALESCE(octet_length(a.filename), 0) * 31
    + COALESCE(octet_length(${info}), 0)`;
  return `(CASE WHEN ${hasFiles} = 0 THEN 0 ELSE
    (SELECT COALESCE(SUM(${file}), 0) & 2147483647 FROM message_attachment_join ma
     JOIN attachment a ON a.ROWID = ma.attachment_id WHERE ma.message_id = m.ROWID) END)`;
}

function editedAt(message: Columns): string {
  const dates = ["date_edited", "date_retracted"]
    .filter((name) => message.has(name))
    .map((name) => `COALESCE(${momentOnly(`m.${name}`)}, 0)`);
  return dates.length > 1 ? `MAX(${dates.join(", ")})` : (dates[0] ?? "0");
}
