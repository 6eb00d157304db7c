import { appleNanoseconds } from "../apple-time.ts";
import { type Conversation, NotInMessages } from "./conversations.ts";
import { findMessage } from "./messages.ts";
import { type Store, transact } from "./store.ts";

/** What to delete, and when (milliseconds since 1970; default now). */
export interface Deletion {
  guid: string;
  at?: number;
}

/**
 * Puts a message among the recently deleted, where it stays for 30 days: from every conversation's join into
 * chat_recoverable_message_join. macOS 12 knows no such place and deletes for good. Throws NotInMessages.
 */
export function deleteMessage(store: Store, deletion: Deletion): void {
  transact(store, () => {
    const { id } = findMessage(store, deletion.guid);
    const at = appleNanoseconds(deletion.at ?? store.clock.now());
    for (const chat of store.sql.chatsOf.all(id)) {
      // First in, then out: a trigger deletes a message that neither join holds.
      store.sql.joinRecoverable?.run(chat, id, at);
      store.sql.partMessage.run(chat, id);
    }
  });
}

/**
 * Deletes a message for good, also one that was recently deleted: the triggers remove its row and note its
 * guid in deleted_messages. Throws NotInMessages.
 */
export function deleteForGood(store: Store, { guid }: Pick<Deletion, "guid">): void {
  transact(store, () => {
    const { id } = findMessage(store, guid);
    store.sql.partRecoverable?.run(id);
    for (const chat of store.sql.chatsOf.all(id)) store.sql.partMessage.run(chat, id);
    // A message that no conversation ever held has no join whose trigger would do it.
    store.sql.deleteMessage.run(id);
  });
}

/** Brings a recently deleted message back. Throws NotInMessages when it is not among those. */
export function restoreMessage(store: Store, { guid }: Pick<Deletion, "guid">): void {
  transact(store, () => {
    const { id } = findMessage(store, guid);
    const chats = store.sql.recoverableChatsOf?.all(id) ?? [];
    if (chats.length === 0) throw new NotInMessages(`${guid} is not among the recently deleted messages.`);
    const date = store.sql.dateOf.get(id) ?? 0n;
    for (const chat of chats) store.sql.joinMessage.run(chat, id, date);
    store.sql.partRecoverable?.run(id);
  });
}

/**
 * Deletes a conversation: its messages go among the recently deleted and it stays, empty; or all of it goes
 * for good. `at` in milliseconds since 1970, default now.
 */
export function deleteConversation(
  store: Store,
  chat: Conversation,
  { forGood = false, at }: { forGood?: boolean; at?: number } = {},
): void {
  transact(store, () => {
    if (forGood || store.sql.joinRecoverable === null) {
      store.sql.deleteChat.run(chat.id);
      return;
    }
    const when = at ?? store.clock.now();
    for (const guid of store.sql.guidsIn.all(chat.id)) deleteMessage(store, { guid, at: when });
  });
}

/** The guids of the recently deleted messages, in the order of their ROWIDs; none on macOS 12. */
export function recentlyDeleted(store: Store): string[] {
  return store.sql.recoverableGuids?.all() ?? [];
}
