import type { Conversation } from "../../../src-shared/domain/conversation.ts";
import type { Deletion } from "../../../src-shared/domain/deletion.ts";
import type { ConversationUpdate, Event } from "../../../src-shared/domain/event.ts";
import type { Line } from "../../../src-shared/domain/line.ts";
import type { Reaction, ReactionKind } from "../../../src-shared/domain/reaction.ts";
import type { Fault } from "../../../src-shared/faults.ts";
import type { WireConversationUpdate, WireDeletion, WireEvent, WireReaction } from "./event-shapes.ts";
import type { WireConversation, WireLine } from "./shapes.ts";
import { wireMessage, wireSender, wireTime } from "./translate-message.ts";
import { wireSentItem } from "./translate-outbox.ts";

/** A conversation as AiMessage writes it. */
export function wireConversation(conversation: Conversation): WireConversation {
  const { id, participants, displayName, isGroup, latestMessage } = conversation;
  const { spellings, services, line, isArchived, filter } = conversation;
  return {
    id,
    participants,
    display_name: displayName,
    is_group: isGroup,
    latest_message: latestMessage === null ? null : wireMessage(latestMessage),
    spellings,
    services,
    line,
    is_archived: isArchived,
    filter,
  };
}

/** AiMessage spells reactions otherwise going out than coming in. */
const REACTIONS: Record<ReactionKind, WireReaction["reaction_type"]> = {
  love: "love",
  like: "thumbs_up",
  dislike: "thumbs_down",
  laugh: "ha_ha",
  emphasize: "exclamation",
  question: "question",
  emoji: "emoji",
  sticker: "sticker",
};

function wireReaction(reaction: Reaction): WireReaction {
  return {
    id: String(reaction.rowId),
    message_id: reaction.targetRowId === null ? "" : String(reaction.targetRowId),
    message_guid: reaction.targetGuid,
    sender: wireSender(reaction),
    reaction_type: REACTIONS[reaction.kind],
    timestamp: wireTime(reaction.at),
    emoji: reaction.emoji,
    part: reaction.targetPart,
    conversation_id: reaction.conversationIds[0] ?? "",
    is_from_me: reaction.isFromMe,
  };
}

/** + What a deletion tells: `id` is empty when nothing remembers where the message was. */
function wireDeletion({ rowId, guid, conversationIds, isRecoverable, at }: Deletion): WireDeletion {
  return {
    id: rowId === null ? "" : String(rowId),
    guid,
    conversation_id: conversationIds[0] ?? "",
    conversation_ids: conversationIds,
    recoverable: isRecoverable,
    timestamp: wireTime(at),
  };
}

/** + A conversation as it stands now, and what was done to it. */
function wireConversationUpdate({ conversation, change, by }: ConversationUpdate): WireConversationUpdate {
  return { ...wireConversation(conversation), change, by };
}

/** + A line of this Mac. */
export function wireLine({ handle, kind, services, lastUsedAt }: Line): WireLine {
  return { handle, kind, services, last_used_at: lastUsedAt === null ? null : wireTime(lastUsedAt) };
}

/** An event as sockets and webhooks get it: AiMessage's two fields, then + `id`, `seq` and `timestamp`. */
export function wireEvent(event: Event): string {
  return JSON.stringify(wireEventValue(event));
}

/** The same before it is written. */
export function wireEventValue(event: Event): WireEvent {
  const { id, seq } = event;
  const stamp = { id, seq, timestamp: wireTime(event.at) };
  switch (event.type) {
    case "message.deleted":
      return { type: event.type, data: wireDeletion(event.data), ...stamp };
    case "reaction.added":
    case "reaction.removed":
      return { type: event.type, data: wireReaction(event.data), ...stamp };
    case "conversation.updated":
      return { type: event.type, data: wireConversationUpdate(event.data), ...stamp };
    case "outbox.updated":
      return { type: event.type, data: wireSentItem(event.data), ...stamp };
    default:
      return { type: event.type, data: wireMessage(event.data), ...stamp };
  }
}

/** A refusal: `{"error":"<Prefix>: <text>"}`, + `code`, `request_id`, and `outbox_id` of a send that was accepted. */
export function wireError(fault: Fault, requestId: string): unknown {
  const about = fault.outboxId === undefined ? {} : { outbox_id: fault.outboxId };
  return { error: `${prefixOf(fault)}: ${fault.message}`, code: fault.code, ...about, request_id: requestId };
}

function prefixOf(fault: Fault): string {
  switch (fault.status) {
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not found";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 429:
      return "Too many requests";
    case 501:
      return "Feature unavailable";
    case 503:
      return "Backend unavailable";
    default:
      return fault.status >= 500 ? "Request failed" : "Invalid request";
  }
}
