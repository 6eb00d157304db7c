import { homedir } from "node:os";
import { join } from "node:path";
import type { Attachment } from "../../src-shared/domain/attachment.ts";
import type { Message, MessageStatus } from "../../src-shared/domain/message.ts";
import type { Reaction } from "../../src-shared/domain/reaction.ts";
import { parseTarget, reactionOf } from "./association.ts";
import type { Change } from "./change.ts";
import type { AttachmentRow, MessageQueries, MessageRow } from "./message-queries.ts";
import { decodeAttributedBody } from "./typedstream/attributed-body.ts";

/** Where an attachment, an app's balloon or a breadcrumb stands in the text. */
const PLACEHOLDERS = /[\ufffc\ufffd]/g;

/** The text of a row: the attributed body first, `text` only as the fallback. Null when there is none. */
export function bodyOf(row: MessageRow): string | null {
  // SQLite keeps whatever type a program wrote, so neither is trusted to be what its column says.
  const body: unknown = row.attributed_body;
  const decoded = body instanceof Uint8Array ? decodeAttributedBody(body) : null;
  const text = decoded?.text ?? row.text;
  if (typeof text !== "string") return null;
  const bare = withoutPlaceholders(text);
  // A message that is nothing but its attachments has no text.
  return bare.trim() === "" && bare !== text ? null : bare;
}

/** A text as `bodyOf` gives it. */
export function withoutPlaceholders(text: string): string {
  return text.replaceAll(PLACEHOLDERS, "");
}

/** A row as the message it is. */
export function toMessage(row: MessageRow, queries: MessageQueries): Message {
  return {
    rowId: row.row_id,
    guid: row.guid,
    conversationIds: queries.chatGuids(row.row_id),
    sender: senderOf(row),
    isFromMe: row.is_from_me === 1,
    body: bodyOf(row),
    attachments: row.has_attachments ? queries.attachments(row.row_id).map(toAttachment) : [],
    at: row.at ?? 0,
    service: row.service,
    status: statusOf(row),
    errorCode: row.error,
  };
}

/** A row as what happened: null for rows that are neither message nor tapback (group changes, votes). */
export function toChange(row: MessageRow, queries: MessageQueries): Change | null {
  const reaction = reactionOf(row.associated_type);
  if (reaction && row.associated_guid !== null) {
    const data = toReaction(row, row.associated_guid, reaction, queries);
    return { type: reaction.removed ? "reaction.removed" : "reaction.added", data };
  }
  if (row.item_type !== 0 || row.associated_type >= 2000) return null;
  const data = toMessage(row, queries);
  return { type: data.isFromMe ? "message.sent" : "message.received", data };
}

function toReaction(
  row: MessageRow,
  associated: string,
  { kind, removed }: Pick<Reaction, "kind" | "removed">,
  queries: MessageQueries,
): Reaction {
  const target = parseTarget(associated);
  return {
    rowId: row.row_id,
    guid: row.guid,
    targetGuid: target.guid,
    targetRowId: queries.byGuid(target.guid)?.row_id ?? null,
    targetPart: target.part,
    conversationIds: queries.chatGuids(row.row_id),
    sender: senderOf(row),
    isFromMe: row.is_from_me === 1,
    kind,
    emoji: kind === "emoji" ? row.associated_emoji : null,
    removed,
    at: row.at ?? 0,
  };
}

/** Short codes may carry a suffix such as `(smsft)`; the spelling before canonicalisation has not. */
function senderOf(row: MessageRow): string | null {
  if (row.is_from_me === 1) return null;
  if (row.handle?.includes("(") && row.uncanonical_handle) return row.uncanonical_handle;
  return row.handle;
}

function statusOf(row: MessageRow): MessageStatus {
  if (row.error !== 0) return "failed";
  if (row.is_from_me === 1 && row.read_at !== null) return "read";
  return row.is_delivered === 1 ? "delivered" : "sent";
}

function toAttachment(row: AttachmentRow): Attachment {
  return {
    guid: row.guid,
    path: row.filename === null ? null : expandHome(row.filename),
    name: row.transfer_name,
    mimeType: row.mime_type,
    sizeBytes: row.total_bytes,
  };
}

function expandHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
