import type { Conversation } from "../../../src-shared/domain/conversation.ts";
import type { Event } from "../../../src-shared/domain/event.ts";
import type { Message } from "../../../src-shared/domain/message.ts";
import type { Reaction, ReactionKind } from "../../../src-shared/domain/reaction.ts";
import type { Webhook } from "../../../src-shared/domain/webhook.ts";
import type { Fault } from "../../../src-shared/faults.ts";
import type { WireConversation, WireMessage, WireReaction, WireWebhook } from "./shapes.ts";

/** A message as AiMessage writes it. */
export function wireMessage(message: Message): WireMessage {
  return {
    id: String(message.rowId),
    guid: message.guid,
    conversation_id: message.conversationIds[0] ?? "",
    sender: message.isFromMe ? "me" : message.sender,
    body: message.body ?? "",
    attachments: message.attachments.flatMap(({ path }) => (path === null ? [] : [path])),
    timestamp: wireTime(message.at),
    is_from_me: message.isFromMe,
    status: message.status,
  };
}

/** A conversation as AiMessage writes it. */
export function wireConversation(conversation: Conversation): WireConversation {
  const { id, participants, displayName, isGroup, latestMessage } = conversation;
  return {
    id,
    participants,
    display_name: displayName,
    is_group: isGroup,
    latest_message: latestMessage === null ? null : wireMessage(latestMessage),
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
    sender: reaction.isFromMe ? "me" : reaction.sender,
    reaction_type: REACTIONS[reaction.kind],
    timestamp: wireTime(reaction.at),
  };
}

/** An event as sockets and webhooks get it: AiMessage's two fields, then + `id`, `seq` and `timestamp`. */
export function wireEvent(event: Event): string {
  const { type, id, seq, at } = event;
  const data =
    event.type === "message.received" || event.type === "message.sent"
      ? wireMessage(event.data)
      : wireReaction(event.data);
  return JSON.stringify({ type, data, id, seq, timestamp: wireTime(at) });
}

/** An endpoint as AiMessage writes it; its time of creation has a form of its own. */
export function wireWebhook({ id, url, events, createdAt }: Webhook): WireWebhook {
  const created = new Date(createdAt).toISOString().slice(0, 19).replace("T", " ");
  return { id, url, events, created_at: created };
}

/** A refusal: `{"error":"<Prefix>: <text>"}`, + `code` and `request_id`. */
export function wireError(fault: Fault, requestId: string): unknown {
  return { error: `${prefixOf(fault)}: ${fault.message}`, code: fault.code, request_id: requestId };
}

function prefixOf(fault: Fault): string {
  switch (fault.status) {
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not found";
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

/** Whole seconds, as AiMessage's clients expect: `2026-03-23T23:49:54Z`. */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
