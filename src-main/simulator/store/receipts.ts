import { appleNanoseconds } from "../apple-time.ts";
import { findMessage } from "./messages.ts";
import type { MessageRow } from "./rows.ts";
import { setColumns } from "./set-columns.ts";
import { type Store, transact } from "./store.ts";

/** A message left the Mac. Does nothing to one that failed. */
export function markSent(store: Store, id: number): void {
  store.sql.markSent.run(id);
}

/** A message reached the other side. `at` in milliseconds since 1970, default now. */
export function markDelivered(store: Store, id: number, at?: number): void {
  store.sql.markDelivered.run(appleNanoseconds(at ?? store.clock.now()), id);
}

/**
 * Read: by the other side where the Mac's owner wrote it, else by the owner, and then the conversation
 * remembers how far it was read.
 */
export function markRead(store: Store, message: MessageRow, at?: number): void {
  const when = appleNanoseconds(at ?? store.clock.now());
  transact(store, () => {
    store.sql.markRead.run(when, message.id);
    if (message.fromMe === 0 && message.chatId !== null) store.sql.chatRead.run(when, message.chatId);
  });
}

/** The Mac's owner reads what is unread in a conversation. Returns how many messages that were. */
export function markConversationRead(store: Store, chat: { id: number }): number {
  return transact(store, () => {
    const unread = store.sql.unreadIn.all(chat.id);
    for (const id of unread) {
      const message = store.sql.messageById.get(id);
      if (message !== undefined) markRead(store, message);
    }
    return unread.length;
  });
}

/** A voice note was listened to. `at` in milliseconds since 1970, default now. */
export function markPlayed(store: Store, id: number, at?: number): void {
  store.sql.markPlayed.run(appleNanoseconds(at ?? store.clock.now()), id);
}

/** What was meant for iMessage went as SMS instead. Throws NotInMessages. */
export function downgradeMessage(store: Store, guid: string): void {
  const { id } = findMessage(store, guid);
  setColumns(store, "message", id, { service: "SMS", was_downgraded: 1 });
}

/** A send failed with Apple's number: 22 not on iMessage, 25 file not readable. */
export function failMessage(store: Store, id: number, code: number): void {
  store.sql.fail.run(code, id);
}
