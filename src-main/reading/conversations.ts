import type { Conversation } from "../../src-shared/domain/conversation.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { chatKey, parseChatGuid } from "../apple-messages/chat-guid.ts";
import type { ChatDatabase } from "../apple-messages/connection.ts";
import type { ChatRow, ConversationQueries } from "../apple-messages/conversation-queries.ts";
import { toMessage } from "../apple-messages/row-to-domain.ts";
import { asking } from "./asking.ts";

/** `chat.style` of a group. */
const GROUP = 43;

/** Conversations as a caller sees them. Every call throws a Fault while chat.db cannot be read. */
export interface Conversations {
  /** Most recent activity first. */
  list(page: { limit: number; offset: number }): Conversation[];
  /** By guid in any spelling; throws `not_found`. */
  get(id: string): Conversation;
  /** The guid under which Messages knows this chat; null when it does not. */
  find(guid: string): string | null;
}

/** The conversations of `chatDb`. */
export function openConversations(chatDb: ChatDb): Conversations {
  return {
    list: ({ limit, offset }) =>
      asking(chatDb, (database) =>
        database.conversations.page(limit, offset).map((chat) => toConversation(chat, database)),
      ),
    get: (id) =>
      asking(chatDb, (database) => {
        const chat = chatsOf(database.conversations, id)[0];
        if (!chat) throw new Fault("not_found", `there is no conversation ${id}`);
        return toConversation(chat, database);
      }),
    find: (guid) => asking(chatDb, ({ conversations }) => chatsOf(conversations, guid)[0]?.guid ?? null),
  };
}

/**
 * The chats that `id` may mean: the one with exactly this guid, else every one that differs only in the
 * prefix, the most recent first. A `+` that arrived as a space is put back.
 */
export function chatsOf(conversations: ConversationQueries, id: string): ChatRow[] {
  const guid = id.replaceAll(" ", "+");
  const exact = conversations.byGuid(guid) ?? conversations.byGuid(id);
  if (exact) return [exact];
  const parts = parseChatGuid(guid);
  if (!parts) return [];
  return conversations.byIdentifier(parts.identifier).filter((chat) => chatKey(chat.guid) === chatKey(guid));
}

function toConversation(chat: ChatRow, { conversations, messages }: ChatDatabase): Conversation {
  const latest = messages.page({ chats: [chat.row_id], since: 0, limit: 1, offset: 0 })[0];
  return {
    id: chat.guid,
    participants: conversations.participants(chat.row_id),
    displayName: chat.display_name,
    isGroup: chat.style === GROUP || parseChatGuid(chat.guid)?.separator === "+",
    latestMessage: latest ? toMessage(latest, messages) : null,
  };
}
