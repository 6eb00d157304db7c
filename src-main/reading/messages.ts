import type { Message } from "../../src-shared/domain/message.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { toMessage } from "../apple-messages/row-to-domain.ts";
import { asking } from "./asking.ts";
import { chatsOf } from "./conversations.ts";

/** Which messages are wanted, newest first. */
export interface MessageFilter {
  /** A chat's guid in any spelling. */
  conversationId?: string | undefined;
  /** Only later ones, in ms since 1970. */
  since?: number | undefined;
  limit: number;
  offset: number;
}

/** Messages as a caller sees them. Every call throws a Fault while chat.db cannot be read. */
export interface Messages {
  list(filter: MessageFilter): Message[];
  /** By ROWID or guid; throws `not_found`. */
  get(id: string): Message;
}

/** The messages of `chatDb`. */
export function openMessages(chatDb: ChatDb): Messages {
  return {
    list: ({ conversationId, since, limit, offset }) =>
      asking(chatDb, ({ messages, conversations }) => {
        const chats = conversationId === undefined ? null : chatsOf(conversations, conversationId);
        if (chats?.length === 0) return [];
        const ids = chats?.map((chat) => chat.row_id) ?? null;
        const rows = messages.page({ chats: ids, since: since ?? 0, limit, offset });
        return rows.map((row) => toMessage(row, messages));
      }),
    get: (id) =>
      asking(chatDb, ({ messages }) => {
        const row = /^\d{1,15}$/.test(id) ? messages.byRowId(Number(id)) : messages.byGuid(id);
        if (row === null) throw new Fault("not_found", `there is no message ${id}`);
        return toMessage(row, messages);
      }),
  };
}
