import type { AppBalloon, LinkPreview, Poll } from "../../../src-shared/domain/app-content.ts";
import type { Attachment } from "../../../src-shared/domain/attachment.ts";
import { blankMessage } from "../../../src-shared/domain/blank-message.ts";
import type { Message } from "../../../src-shared/domain/message.ts";
import type { Edit } from "../../../src-shared/domain/text.ts";
import type { WireAttachment, WireMessage } from "./message-shape.ts";

/** A message as AiMessage writes it, + everything that Bellhop knows beyond it. */
export function wireMessage(message: Message): WireMessage {
  return {
    id: String(message.rowId),
    guid: message.guid,
    conversation_id: message.conversationIds[0] ?? "",
    sender: wireSender(message),
    body: message.body ?? "",
    attachments: message.attachments.flatMap(({ path }) => (path === null ? [] : [path])),
    timestamp: wireTime(message.at),
    is_from_me: message.isFromMe,
    status: message.status,

    row_id: message.rowId,
    kind: message.kind,
    conversation_ids: message.conversationIds,
    service: message.service,
    is_satellite: message.isSatellite,
    line: message.line,
    filter: message.filter,
    late: message.isLate,

    subject: message.subject,
    parts: message.parts,
    mentions: message.mentions,
    links: message.links,
    styles: message.styles,
    detections: message.detections,
    one_time_code: message.oneTimeCode,
    effect: message.effect,
    attachments_info: message.attachments.map(wireAttachment),
    is_audio_message: message.kind === "audio",
    transcription: message.transcription,
    translations: message.translations,

    reply_to: message.replyTo?.guid ?? null,
    reply_to_part: message.replyTo?.part ?? null,
    target: message.target,
    link_preview: message.link && wireLink(message.link),
    poll: message.poll && wirePoll(message.poll),
    app: message.app && wireApp(message.app),
    group_change: message.groupChange,

    timestamp_ms: message.at,
    delivered_at: wireMoment(message.deliveredAt),
    read_at: wireMoment(message.readAt),
    played_at: wireMoment(message.playedAt),
    edited_at: wireMoment(message.editedAt),
    deleted_at: wireMoment(message.deletedAt),
    scheduled_for: wireMoment(message.scheduledFor),
    edits: message.edits.map(wireEdit),
    unsent: message.isUnsent,
    unsent_parts: message.unsentParts,
    error_code: message.errorCode,
    was_downgraded: message.wasDowngraded,
    outbox_id: message.outboxId,
  };
}

/** What AiMessage answers while there is no message to go by: the same shape, with nothing in it but the text. */
export function provisionalMessage(body: string, now: number): WireMessage {
  return {
    ...wireMessage(
      blankMessage({
        rowId: 0,
        guid: "",
        conversationIds: [],
        sender: null,
        isFromMe: true,
        body,
        at: now,
        service: null,
        status: "sent",
      }),
    ),
    id: "",
    row_id: null,
  };
}

function wireAttachment(attachment: Attachment): WireAttachment {
  const { guid, name, mimeType, uti, sizeBytes, path, state, isSticker, description } = attachment;
  return {
    guid,
    name,
    mime_type: mimeType,
    uti,
    size: sizeBytes,
    path,
    state,
    is_sticker: isSticker,
    description,
  };
}

function wireLink({ url, originalUrl, title, summary, siteName, isPlaceholder }: LinkPreview) {
  return {
    url,
    original_url: originalUrl,
    title,
    summary,
    site_name: siteName,
    is_placeholder: isPlaceholder,
  };
}

function wirePoll({ title, options, votes }: Poll) {
  return {
    title,
    options,
    votes: votes.map(({ option, handle, isFromMe }) => ({ option, handle, is_from_me: isFromMe })),
  };
}

function wireApp({ bundleId, name, summary, url }: AppBalloon) {
  return { bundle_id: bundleId, name, summary, url };
}

function wireEdit({ part, versions }: Edit) {
  return { part, versions: versions.map(({ at, body }) => ({ at: wireTime(at), body })) };
}

function wireMoment(ms: number | null): string | null {
  return ms === null ? null : wireTime(ms);
}

/** AiMessage's `sender` is always a text: `me`, a handle, or nothing when Messages does not say. */
export function wireSender({ isFromMe, sender }: Pick<Message, "isFromMe" | "sender">): string {
  return isFromMe ? "me" : (sender ?? "");
}

/** Whole seconds, as AiMessage's clients expect: `2026-03-23T23:49:54Z`. */
export function wireTime(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  // Messages come in the order of time: the day is mostly that of the one before, and to write it out is what takes time.
  if (day !== written.day)
    written = { day, text: new Date(day * DAY_MS).toISOString().slice(0, -"00:00:00.000Z".length) };
  const seconds = Math.floor((ms - day * DAY_MS) / 1_000);
  return `${written.text}${two(seconds / 3_600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}Z`;
}

const DAY_MS = 86_400_000;
let written = { day: Number.NaN, text: "" };

const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
