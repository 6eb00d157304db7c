import type { Conversation } from "../../src-shared/domain/conversation.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { toConversations } from "../apple-messages/conversation.ts";
import { asking } from "./asking.ts";
import type { SentHere } from "./sent-here.ts";

/** Conversations as a caller sees them. Every call throws a Fault while chat.db cannot be read. */
export interface Conversations {
  /** Most recent activity first, without those that Messages keeps out of sight. */
  list(page: { limit: number; offset: number }): Conversation[];
  /** By any guid of it in any spelling; throws `not_found`. */
  get(id: string): Conversation;
  /** The guid to send to: of its chats the one in which something happened last. Null when there is none. */
  find(guid: string): string | null;
}

/** The conversations of `chatDb`; `named` adds what the outbox knows of their latest messages. */
export function openConversations(chatDb: ChatDb, named: SentHere = (message) => message): Conversations {
  const withName = ({ latestMessage, ...conversation }: Conversation): Conversation => ({
    ...conversation,
    latestMessage: latestMessage && named(latestMessage),
  });
  return {
    list: ({ limit, offset }) =>
      asking(chatDb, (database) =>
        toConversations(database, database.directory.page(limit, offset)).map(withName),
      ),
    get: (id) =>
      asking(chatDb, (database) => {
        const entry = database.directory.find(id);
        const [conversation] = entry === null ? [] : toConversations(database, [entry]);
        if (!conversation) throw new Fault("not_found", `there is no conversation ${id}`);
        return withName(conversation);
      }),
    find: (guid) =>
      asking(chatDb, ({ directory }) => {
        const entry = directory.find(guid);
        return entry === null ? null : directory.liveliest(entry).guid;
      }),
  };
}
