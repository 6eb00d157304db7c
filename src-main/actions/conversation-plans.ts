import type { Conversation } from "../../src-shared/domain/conversation.ts";
import { Fault } from "../../src-shared/faults.ts";
import { parseChatGuid } from "../apple-messages/chat-guid.ts";
import type { Thread } from "../messages-app/messages-app.ts";
import type { Known, Plan } from "./plan.ts";

/** What it takes to mark a conversation (any spelling) as read. Throws `not_found`. */
export function planRead(id: string, known: Known): Plan {
  const conversation = known.conversations.get(id);
  const thread = threadOf(conversation, known);
  const about = { about: conversation.id, chat: thread.guid };
  const newest = known.own.newestUnread(conversation.id);
  if (newest === null) return { ...about, step: "already so", sentence: "everything in it was read already" };
  const ids = new Set([conversation.id, ...conversation.spellings]);
  return {
    ...about,
    step: "act",
    action: { do: "read", thread },
    showing: {
      inEvent: ({ type, data }) =>
        type === "message.read" && !data.isFromMe && data.conversationIds.some((one) => ids.has(one)),
      // Others may have come meanwhile.
      isSo: () => !known.own.isUnread(newest),
    },
    sentence: "the conversation is read",
  };
}

/** What it takes to show that one is typing, or no longer. Throws `not_found`, `conflict`. */
export function planTyping(id: string, isTyping: boolean, known: Known): Plan {
  const conversation = known.conversations.get(id);
  if (conversation.isGroup) {
    throw new Fault("conflict", "only in a conversation with one person can typing be shown");
  }
  const { services, latestMessage } = conversation;
  const service = latestMessage?.service ?? (services.includes("iMessage") ? "iMessage" : services[0]);
  if (service !== "iMessage") {
    throw new Fault(
      "conflict",
      `the conversation goes by ${service ?? "no service"}: only iMessage shows typing`,
    );
  }
  const thread = threadOf(conversation, known);
  return {
    about: conversation.id,
    chat: thread.guid,
    step: "act",
    action: { do: "typing", thread, isTyping },
    showing: null,
    sentence: "Messages was told; whether the other side sees it, nobody can say",
  };
}

/** A conversation as it is found on the screen: by the chat in which something happened last. */
function threadOf({ id, isGroup, displayName, participants }: Conversation, known: Known): Thread {
  const guid = known.conversations.find(id) ?? id;
  const address = isGroup ? null : (parseChatGuid(guid)?.identifier ?? participants[0] ?? null);
  const named = displayName === null ? [] : [displayName];
  const people = isGroup ? [participants.join(", ")] : participants;
  const titles = [...named, ...people, ...(address === null ? [] : [address])];
  return { guid, address, titles: [...new Set(titles)].filter((title) => title !== "") };
}
