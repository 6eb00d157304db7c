import type { EventLine } from "../../src-shared/control.ts";
import type { Conversation } from "../../src-shared/domain/conversation.ts";
import type { Event } from "../../src-shared/domain/event.ts";
import type { Message } from "../../src-shared/domain/message.ts";
import type { Reaction } from "../../src-shared/domain/reaction.ts";
import { parseChatGuid } from "../apple-messages/chat-guid.ts";
import type { Conversations } from "../reading/conversations.ts";
import type { Messages } from "../reading/messages.ts";

interface Reading {
  /** Null where nobody wants to see what a reaction is on. */
  messages: Pick<Messages, "get"> | null;
  conversations: Conversations;
}

/** An event as one line of the window: who, what, when. */
export function eventLine(event: Event, reading: Reading): EventLine {
  const { id, seq, type, at } = event;
  return { ...BLANK, id, seq, type, at, ...told(event, reading) };
}

/** A notice of the gateway about itself. */
export function noticeLine(id: string, at: number, sentence: string): EventLine {
  return { ...BLANK, id, at, text: sentence };
}

const BLANK: Omit<EventLine, "id" | "at"> = {
  seq: null,
  type: null,
  person: null,
  isFromMe: false,
  kind: null,
  text: null,
  attachments: 0,
  votes: 0,
  reaction: null,
  emoji: null,
  change: null,
  by: null,
  outbox: null,
};

function told(event: Event, reading: Reading): Partial<EventLine> {
  switch (event.type) {
    case "reaction.added":
    case "reaction.removed": {
      const { isFromMe, kind, emoji } = event.data;
      const target = reading.messages && messageOf(event.data.targetGuid, reading.messages);
      const text = target && textOf(target);
      return { person: personOf(event.data, reading.conversations), isFromMe, text, reaction: kind, emoji };
    }
    case "message.deleted": {
      const { conversationIds } = event.data;
      return { person: nameIn(conversationIds[0], reading.conversations) };
    }
    case "conversation.updated": {
      const { conversation, change, by } = event.data;
      return { person: nameOf(conversation), change, by };
    }
    case "outbox.updated": {
      const { conversationId, state, reason } = event.data;
      const person = nameIn(conversationId, reading.conversations);
      return { person, isFromMe: true, outbox: { state, reason } };
    }
    default: {
      const { isFromMe, kind, attachments, poll } = event.data;
      const person = personOf(event.data, reading.conversations);
      const votes = poll?.votes.length ?? 0;
      return { person, isFromMe, kind, text: textOf(event.data), attachments: attachments.length, votes };
    }
  }
}

/** What a message says, whatever says it. */
function textOf({ body, kind, poll, link, app, transcription }: Message): string | null {
  switch (kind) {
    case "poll":
      return poll && (poll.title ?? poll.options.map(({ text }) => text).join(", "));
    case "link":
      return link?.title ?? body ?? link?.url ?? null;
    case "audio":
      return transcription ?? body;
    default:
      return body ?? app?.summary ?? null;
  }
}

/** Who it came from; for what this Mac sent, where it went. */
function personOf(data: Message | Reaction, conversations: Conversations): string | null {
  return data.sender ?? nameIn(data.conversationIds[0], conversations);
}

/** The other side of a conversation: a handle, or a group's name; null when nobody knows. */
export function nameIn(id: string | undefined, conversations: Conversations): string | null {
  if (id === undefined) return null;
  const direct = parseChatGuid(id);
  if (direct?.separator === "-") return direct.identifier;
  try {
    return nameOf(conversations.get(id));
  } catch {
    // Gone meanwhile, or chat.db cannot be read: the line is worth showing all the same.
    return null;
  }
}

function nameOf({ displayName, participants }: Conversation): string {
  return displayName ?? participants.join(", ");
}

/** The message with this guid as it stands; null when it is gone, or chat.db cannot be read. */
export function messageOf(guid: string, messages: Pick<Messages, "get">): Message | null {
  try {
    return messages.get(guid);
  } catch {
    return null;
  }
}
