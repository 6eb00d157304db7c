import type { EventLine } from "../../src-shared/control.ts";
import type { Event } from "../../src-shared/domain/event.ts";
import type { Message } from "../../src-shared/domain/message.ts";
import type { Reaction } from "../../src-shared/domain/reaction.ts";
import { parseChatGuid } from "../apple-messages/chat-guid.ts";
import type { Conversations } from "../reading/conversations.ts";
import type { Messages } from "../reading/messages.ts";

/** An event as one line of the window: who, what, when. */
export function eventLine(
  event: Event,
  reading: { messages: Messages; conversations: Conversations },
): EventLine {
  const { id, seq, type, at } = event;
  const line = { id, seq, type, at, person: personOf(event.data, reading.conversations) };
  if (event.type === "message.received" || event.type === "message.sent") {
    const { isFromMe, body, attachments } = event.data;
    return { ...line, isFromMe, text: body, attachments: attachments.length, reaction: null, emoji: null };
  }
  const { isFromMe, kind, emoji } = event.data;
  const text = bodyOfTarget(event.data, reading.messages);
  return { ...line, isFromMe, text, attachments: 0, reaction: kind, emoji };
}

/** Who it came from; for what this Mac sent, where it went. */
function personOf(data: Message | Reaction, conversations: Conversations): string | null {
  if (data.sender !== null) return data.sender;
  const id = data.conversationIds[0];
  if (id === undefined) return null;
  const direct = parseChatGuid(id);
  if (direct?.separator === "-") return direct.identifier;
  try {
    const { displayName, participants } = conversations.get(id);
    return displayName ?? participants.join(", ");
  } catch {
    // Gone meanwhile, or chat.db cannot be read: the line is worth showing all the same.
    return null;
  }
}

function bodyOfTarget(reaction: Reaction, messages: Messages): string | null {
  try {
    return messages.get(reaction.targetGuid).body;
  } catch {
    return null;
  }
}

/** A notice of the gateway about itself. */
export function noticeLine(id: string, at: number, sentence: string): EventLine {
  return {
    id,
    seq: null,
    type: null,
    at,
    person: null,
    isFromMe: false,
    text: sentence,
    attachments: 0,
    reaction: null,
    emoji: null,
  };
}
