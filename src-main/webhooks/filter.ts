import type { Event } from "../../src-shared/domain/event.ts";
import type { WebhookFilter } from "../../src-shared/domain/webhook.ts";
import { chatKey } from "../apple-messages/chat-guid.ts";

/** Whether an endpoint is told of an event. `isOurs` says whether a message went out through Bellhop. */
export type Wants = (event: Event, isOurs: (guid: string) => boolean) => boolean;

/** A filter made ready for many events. What is asked of storage, `isOurs`, is asked last and only where it matters. */
export function compileFilter(filter: WebhookFilter): Wants {
  const types: ReadonlySet<string> = new Set(filter.events);
  const isAsked = conversationFilter(filter.conversations);
  const { onlyIncoming, includeOwn } = filter;
  return (event, isOurs) =>
    types.has(event.type) &&
    !(onlyIncoming && isOwnDoing(event)) &&
    isAsked(event) &&
    (includeOwn || !isOwnMessage(event, isOurs));
}

/**
 * Whether an event is in one of these conversations; in any, when there are none. An id is a chat's guid in any
 * spelling, or a handle alone (`+15550111`, an email address) for the direct chat with it.
 */
export function conversationFilter(ids: readonly string[]): (event: Event) => boolean {
  if (ids.length === 0) return () => true;
  const keys: ReadonlySet<string> = new Set(ids.map((id) => chatKey(id.includes(";") ? id : `-;${id}`)));
  return (event) => conversationsOf(event).some((id) => keys.has(chatKey(id)));
}

function conversationsOf(event: Event): readonly string[] {
  switch (event.type) {
    case "conversation.updated":
      return [event.data.conversation.id, ...event.data.conversation.spellings];
    case "outbox.updated":
      return [event.data.conversationId];
    default:
      return event.data.conversationIds;
  }
}

/**
 * Whether it was done from this account: a message or a reaction of its own, and what became of one. Reading what
 * came in is about what came in, and nobody knows who deleted a message or changed a conversation's figures.
 */
function isOwnDoing(event: Event): boolean {
  if (event.type === "outbox.updated") return true;
  return "isFromMe" in event.data && event.data.isFromMe;
}

/** Reactions, deletions and changes of a conversation are never left out here: only messages are known as Bellhop's. Whoever asks for what became of sends wants to know it. */
function isOwnMessage(event: Event, isOurs: (guid: string) => boolean): boolean {
  switch (event.type) {
    case "message.deleted":
    case "reaction.added":
    case "reaction.removed":
    case "conversation.updated":
    case "outbox.updated":
      return false;
    default:
      return event.data.isFromMe && isOurs(event.data.guid);
  }
}
