import { unixMs } from "../apple-time.ts";
import { type Columns, columnOr } from "../columns.ts";

/**
 * What was last told of a row, in five numbers: enough to see that it changed and how, without keeping a word of
 * it. About 25 bytes each where they are stored, so a million messages cost some 28 MB on disk and none in memory.
 */
export interface Fingerprint {
  rowId: number;
  /** 32 bits of the guid's hash: whether it still is the same message at this ROWID. */
  guid: number;
  /** What has happened to it, as `BITS`. */
  state: number;
  /** When it was last edited or unsent, in ms since 1970; 0 for never. */
  edited: number;
  /** 32 bits of a hash over what it holds: sizes of text, body and payload, its files and their state, its place. */
  content: number;
}

/** The bits of `Fingerprint.state`. */
export const BITS = {
  sent: 1,
  delivered: 2,
  read: 4,
  failed: 8,
  played: 16,
  own: 32,
  notMessage: 64,
} as const;

/** What can happen to a message after it was told, in the order in which it is told. */
export type Transition = "sent" | "delivered" | "read" | "failed" | "rewritten" | "completed";

/**
 * What has happened between two fingerprints of the same row. Only what came about counts: a bit that was taken
 * back, say by a restore from iCloud, is no news.
 */
export function transitionsOf(before: Fingerprint, after: Fingerprint): Transition[] {
  if (before.guid !== after.guid || (after.state & BITS.notMessage) !== 0) return [];
  const risen = after.state & ~before.state;
  const isOwn = (after.state & BITS.own) !== 0;
  const found: Transition[] = [];
  if (isOwn && risen & BITS.sent && !(after.state & BITS.failed)) found.push("sent");
  if (isOwn && risen & BITS.delivered) found.push("delivered");
  if (risen & BITS.read) found.push("read");
  if (isOwn && risen & BITS.failed) found.push("failed");
  if (after.edited > before.edited) found.push("rewritten");
  else if (after.content !== before.content) found.push("completed");
  return found;
}

/** Whether both say the same. */
export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return a.guid === b.guid && a.state === b.state && a.edited === b.edited && a.content === b.content;
}

/** FNV-1a over a guid, 32 bits. Two messages at one ROWID that share it are as good as never. */
export function guidHash(guid: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < guid.length; at += 1) {
    hash = Math.imul(hash ^ guid.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * SQL that makes `row_id, guid, state, edited, content` of each row of `message m`. `octet_length` reads a blob's
 * size from the row's header, so no body is loaded. Numbers stay below 2^63: each step is cut to 32 bits.
 */
export function fingerprintColumns(message: Columns, attachment: Columns): string {
  const or = (name: string, fallback = "0"): string =>
    `COALESCE(${columnOr(message, "m", name, fallback)}, 0)`;
  const bit = (condition: string, value: number): string =>
    `(CASE WHEN ${condition} THEN ${value} ELSE 0 END)`;
  const size = (name: string): string => `COALESCE(octet_length(${columnOr(message, "m", name, "NULL")}), 0)`;
  const isNoMessage = `${or("item_type")} <> 0 OR ${or("associated_message_type")} BETWEEN 2000 AND 4999`;
  const state = [
    bit(`${or("is_sent")} <> 0`, BITS.sent),
    bit(`${or("is_delivered")} <> 0`, BITS.delivered),
    bit(`${or("date_read")} NOT IN (0, 9223372036854775807)`, BITS.read),
    bit(`${or("error")} <> 0`, BITS.failed),
    bit(`${or("date_played")} <> 0`, BITS.played),
    bit(`${or("is_from_me")} <> 0`, BITS.own),
    bit(isNoMessage, BITS.notMessage),
  ].join(" | ");
  const edited = ["date_edited", "date_retracted"]
    .filter((name) => message.has(name))
    .map((name) => `COALESCE(${unixMs(`m.${name}`)}, 0)`);
  const file = `COALESCE(${columnOr(attachment, "a", "transfer_state", "0")}, 0) * 8191
    + COALESCE(octet_length(a.filename), 0) * 31 + COALESCE(octet_length(${columnOr(attachment, "a", "user_info", "NULL")}), 0)`;
  const files = `(CASE WHEN ${or("cache_has_attachments")} = 0 THEN 0 ELSE
    (SELECT COALESCE(SUM(131071 + ${file}), 0) & 4294967295 FROM message_attachment_join ma
     JOIN attachment a ON a.ROWID = ma.attachment_id WHERE ma.message_id = m.ROWID) END)`;
  const service = "COALESCE(unicode(m.service) * 16 + length(m.service), 0)";
  const held = [
    size("text"),
    size("attributedBody"),
    size("payload_data"),
    or("part_count"),
    service,
    or("was_downgraded"),
    files,
    // A late join, and what comes back from Recently Deleted.
    "(SELECT COUNT(*) FROM chat_message_join cm WHERE cm.message_id = m.ROWID)",
  ];
  const content = held.reduce((sum, term) => `((${sum}) * 31 + ${term}) & 4294967295`);
  return `m.ROWID AS row_id, m.guid AS guid, ${state} AS state,
    ${edited.length === 0 ? "0" : edited.length === 1 ? edited[0] : `MAX(${edited.join(", ")})`} AS edited, ${content} AS content`;
}
