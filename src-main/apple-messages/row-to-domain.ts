import type { AppBalloon, LinkPreview } from "../../src-shared/domain/app-content.ts";
import type { Attachment } from "../../src-shared/domain/attachment.ts";
import type { GroupChange } from "../../src-shared/domain/group-change.ts";
import type { Message, MessageFilter, MessageKind, MessageStatus } from "../../src-shared/domain/message.ts";
import type { Reaction } from "../../src-shared/domain/reaction.ts";
import { parseReply, parseTarget, reactionOf, type Target } from "./association.ts";
import type { Change } from "./change.ts";
import { locationBalloon, readAppBalloon } from "./content/app.ts";
import { type FileCheck, inOrderOfText, toAttachment } from "./content/attachments.ts";
import { type Edits, lastVersions, readEdits } from "./content/edits.ts";
import { effectName } from "./content/effect.ts";
import { groupChangeOf } from "./content/group-change.ts";
import { kindOf } from "./content/kind.ts";
import { barePreview, readLinkPreview } from "./content/link.ts";
import { pollOf } from "./content/poll-rows.ts";
import { senderOf } from "./content/sender.ts";
import { placeFiles, type ReadText, readHeading, readText } from "./content/text.ts";
import type { ContentQueries } from "./content-queries.ts";
import { bareLine, serviceName } from "./directory/chat-rows.ts";
import { isScheduled, type MessageRow } from "./message-row.ts";

export { withoutPlaceholders } from "./content/placeholders.ts";
export { bodyOf } from "./content/text.ts";

/** What a row is read with. */
export interface MessageContext {
  content: ContentQueries;
  directory: {
    /** Every id of the conversations that these chats are, the main one first. */
    idsOf(chatRowIds: readonly number[]): string[];
    filterOf(chatRowIds: readonly number[]): MessageFilter;
  };
  /** ROWID of the message with this guid. */
  rowIdOf(guid: string): number | null;
  /** Whether a file is there; by default the file system is asked. */
  files?: FileCheck;
  /** What time it is, in ms since 1970; by default this Mac's clock is asked. */
  now?: () => number;
}

/** A row as the message it is, whatever kind of row it is. Never throws for what a correspondent sent. */
export function toMessage(row: MessageRow, context: MessageContext): Message {
  const { content, directory } = context;
  const { chats, deletedAt } = content.place(row.row_id);
  const kind = kindOf(row);
  const sender = senderOf(row);
  const edits = row.edited_at === null && row.summary === null ? null : readEdits(row);
  const text = withLastVersions(kind === "app" ? readHeading(row) : readText(row), edits);
  const files = row.has_attachments === 1 ? inOrderOfText(content.attachments(row.row_id), text.files) : [];
  const voice = row.is_audio === 1 ? { heard: text.transcription } : null;
  const attachments = files.map((file) => toAttachment(file, voice, context.files));
  const link = linkOf(row, kind, text);
  return {
    rowId: row.row_id,
    guid: row.guid,
    kind: link === null ? kind : "link",
    conversationIds: directory.idsOf(chats),
    sender,
    isFromMe: row.is_from_me === 1,
    line: bareLine(row.line) ?? chatLineOf(chats, content) ?? bareLine(row.account),
    body: text.body,
    subject: row.subject,
    parts: text.files.length > 0 || files.length === 0 ? text.parts : placeFiles(text.parts, files),
    mentions: text.mentions,
    links: text.links,
    styles: text.styles,
    detections: text.detections,
    oneTimeCode: text.oneTimeCode,
    attachments,
    transcription: text.transcription ?? (voice && heardIn(attachments)),
    at: row.at ?? 0,
    deliveredAt: row.delivered_at,
    readAt: row.read_at,
    playedAt: row.played_at,
    editedAt: row.edited_at,
    deletedAt,
    scheduledFor: isScheduled(row) ? row.at : null,
    service: row.service === null ? null : serviceName(row.service),
    status: isLost(row, text, chats, context) && edits?.isUnsent !== true ? "failed" : statusOf(row),
    errorCode: row.error,
    wasDowngraded: row.was_downgraded === 1,
    isSatellite: row.service === SATELLITE || row.off_grid === 1,
    edits: edits?.edits ?? [],
    isUnsent: edits?.isUnsent ?? false,
    unsentParts: edits?.unsentParts ?? [],
    translations: edits?.translations ?? [],
    replyTo: row.thread_guid === null ? null : parseReply(row.thread_guid, row.thread_part),
    target: targetOf(row),
    effect: row.effect === null ? null : effectName(row.effect),
    link,
    poll: pollOf(row, kind, content),
    app: appOf(row, kind, text),
    groupChange: kind === "group_change" ? groupChangeOf(row, sender, content) : null,
    filter: directory.filterOf(chats),
    isLate: false,
    outboxId: null,
  };
}

/**
 * A row as what happened: a message in or out, or a tapback put on or taken off. Null for what happens around
 * the messages (group changes, votes, shared locations), for tapbacks of kinds that are not known yet, and for
 * rows of unknown kinds that hold nothing.
 */
export function toChange(row: MessageRow, context: MessageContext): Change | null {
  const reaction = toReaction(row, context);
  if (reaction !== null) {
    return { type: reaction.removed ? "reaction.removed" : "reaction.added", data: reaction };
  }
  const kind = kindOf(row);
  if (SILENT.has(kind)) return null;
  if (kind === "other" && row.associated_type >= 2000) return null;
  const data = toMessage(row, context);
  if (kind === "other" && data.body === null && data.attachments.length === 0) return null;
  return { type: data.isFromMe ? "message.sent" : "message.received", data };
}

/** What happens around the messages. */
const SILENT: ReadonlySet<MessageKind> = new Set<MessageKind>([
  "group_change",
  "location",
  "shareplay",
  "audio_kept",
  "poll_vote",
  "poll_update",
]);

/** A row as the tapback it is; null for every other row. */
export function toReaction(row: MessageRow, context: MessageContext): Reaction | null {
  const associated = row.associated_guid;
  const reaction = associated === null ? null : reactionOf(row.associated_type);
  if (associated === null || reaction === null) return null;
  const target = parseTarget(associated);
  return {
    rowId: row.row_id,
    guid: row.guid,
    targetGuid: target.guid,
    targetRowId: context.rowIdOf(target.guid),
    targetPart: target.part,
    conversationIds: context.directory.idsOf(context.content.chatRowIds(row.row_id)),
    sender: senderOf(row),
    isFromMe: row.is_from_me === 1,
    kind: reaction.kind,
    emoji: reaction.kind === "emoji" ? row.associated_emoji : null,
    removed: reaction.removed,
    at: row.at ?? 0,
  };
}

/**
 * A row as what was done to its conversation, and by whom: a handle, null when it was this Mac's owner or
 * Messages does not say. Null for every other row.
 */
export function toGroupChange(
  row: MessageRow,
  context: Pick<MessageContext, "content">,
): { change: GroupChange; by: string | null } | null {
  if (kindOf(row) !== "group_change") return null;
  const by = senderOf(row);
  const change = groupChangeOf(row, by, context.content);
  return change && { change, by };
}

function statusOf(row: MessageRow): MessageStatus {
  if (row.error !== 0) return "failed";
  if (row.is_from_me === 1 && row.read_at !== null) return "read";
  return row.is_delivered === 1 ? "delivered" : "sent";
}

/** The line last used in the conversation, without the `E:` or `P:` of the account it belongs to. */
function chatLineOf(chats: readonly number[], content: ContentQueries): string | null {
  return chats[0] === undefined ? null : bareLine(content.chatLine(chats[0]));
}

/** `service` of what went over a satellite. */
const SATELLITE = "iMessageLite";

/** Messages may write a row of our own before what it says and before its place in a conversation. */
const UNFINISHED_MS = 5_000;

/**
 * The row that macOS 26 leaves after a group send that failed: ours, not sent, empty, and in no conversation, also
 * seconds later. A clock that is behind the row's own date makes nobody wait.
 */
function isLost(
  row: MessageRow,
  text: ReadText,
  chats: readonly number[],
  { now = Date.now }: MessageContext,
): boolean {
  if (row.is_from_me !== 1 || row.is_sent !== 0 || row.is_delivered !== 0) return false;
  if (chats.length > 0 || text.body !== null || row.has_attachments !== 0) return false;
  if (row.balloon !== null || row.item_type !== 0 || row.associated_type >= 1000) return false;
  if (isScheduled(row)) return false;
  const age = now() - (row.at ?? 0);
  return age < 0 || age >= UNFINISHED_MS;
}

/** An edited message whose text and body Messages has not written again says what its last versions do. */
function withLastVersions(text: ReadText, edits: Edits | null): ReadText {
  if (edits === null || edits.isUnsent || text.body !== null || text.parts.length > 0) return text;
  const parts = lastVersions(edits.edits).map(({ part, text }) => ({ index: part, text, attachment: null }));
  return parts.length === 0 ? text : { ...text, body: parts.map((part) => part.text).join(""), parts };
}

/** A poll names itself, which is no target. */
function targetOf(row: MessageRow): Target | null {
  if (row.associated_guid === null) return null;
  const target = parseTarget(row.associated_guid);
  return target.guid === row.guid ? null : target;
}

/** The preview of a link. One that came by itself has a payload, but no balloon that says what it is. */
function linkOf(row: MessageRow, kind: MessageKind, text: ReadText): LinkPreview | null {
  if (kind === "link") return readLinkPreview(row.payload) ?? barePreview(text.links[0]?.url ?? text.body);
  return kind === "message" && row.payload !== null ? readLinkPreview(row.payload) : null;
}

function appOf(row: MessageRow, kind: MessageKind, text: ReadText): AppBalloon | null {
  if (kind === "app" || kind === "handwriting" || kind === "digital_touch") {
    return readAppBalloon(row, kind, text.body);
  }
  return kind === "location" ? locationBalloon(row) : null;
}

function heardIn(attachments: readonly Attachment[]): string | null {
  return attachments.find(({ description }) => description !== null)?.description ?? null;
}
