import type { ReactionKind } from "../../src-shared/domain/reaction.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { asking } from "../reading/asking.ts";

/** What this Mac's owner has done, as chat.db has it now. Every question throws a Fault while it cannot be read. */
export interface OwnState {
  /** The owner's tapback on a part of a message; null for none. */
  tapback(guid: string, part: number): ReactionKind | null;
  /** ROWID of the newest message of the conversation (any spelling) that is unread; null when all has been read. */
  newestUnread(conversationId: string): number | null;
  isUnread(rowId: number): boolean;
}

/** Asks `chatDb`. */
export function openOwnState(chatDb: ChatDb): OwnState {
  return {
    tapback: (guid, part) => asking(chatDb, ({ actions }) => actions.ownTapback(guid, part)),
    newestUnread: (conversationId) =>
      asking(chatDb, ({ directory, actions }) => {
        const chats = directory.find(conversationId)?.chats ?? [];
        return actions.newestUnread(chats.map(({ rowId }) => rowId));
      }),
    isUnread: (rowId) => asking(chatDb, ({ actions }) => actions.isUnread(rowId)),
  };
}
