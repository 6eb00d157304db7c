import type { Actor, Conversation } from "./conversations.ts";
import { findMessage, type Inserted, type MessageDraft, receiveMessage, sendMessage } from "./messages.ts";
import { setColumns } from "./set-columns.ts";
import { newGuid, type Store, transact } from "./store.ts";

type Received = MessageDraft & { from: string; read?: boolean };

/** A row as it is before Messages has finished it, and what finishes it. */
export interface Unfinished extends Inserted {
  /** Writes what was missing. */
  finish(): void;
}

/** Somebody writes, and the row is there before its text and body are. */
export function receiveBeforeBody(store: Store, draft: Received): Unfinished {
  return transact(store, () => {
    const inserted = receiveMessage(store, draft);
    const { text, body } = findMessage(store, inserted.guid);
    setColumns(store, "message", inserted.id, { text: null, attributedBody: null });
    return {
      ...inserted,
      finish: () => setColumns(store, "message", inserted.id, { text, attributedBody: body }),
    };
  });
}

/** Somebody writes, and the row is there before it is in a conversation. */
export function receiveBeforeJoin(store: Store, draft: Received): Unfinished {
  const inserted = receiveMessage(store, { ...draft, withoutJoin: true });
  const date = store.sql.dateOf.get(inserted.id) ?? 0n;
  return { ...inserted, finish: () => void store.sql.joinMessage.run(draft.chat.id, inserted.id, date) };
}

/** A message from long ago. `at` in milliseconds since 1970; without `guid` it gets a new one. */
export interface OldMessage {
  from: Actor;
  text: string;
  at: number;
  guid?: string;
}

/**
 * iCloud brings old messages to this Mac: rows that come last and are dated long before, read already and
 * marked as synced. In one transaction.
 */
export function backfillMessages(
  store: Store,
  chat: Conversation,
  messages: readonly OldMessage[],
): Inserted[] {
  return transact(store, () =>
    messages.map(({ from, text, at, guid }) => {
      const columns = { ck_sync_state: 1, ck_record_id: newGuid(store), is_read: 1 };
      const draft = { chat, text, at, columns, ...(guid === undefined ? {} : { guid }) };
      return from === "me"
        ? sendMessage(store, { ...draft, state: "sent" })
        : receiveMessage(store, { ...draft, from: from.address, read: true });
    }),
  );
}
