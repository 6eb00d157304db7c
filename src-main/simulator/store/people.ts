import { accountOf, type Service, STYLE_DIRECT } from "../macos.ts";
import { addHandle, type Conversation, conversationById, ensureDirect, insertChat } from "./conversations.ts";
import { setColumns } from "./set-columns.ts";
import { type Store, transact } from "./store.ts";

/**
 * The conversations with one person, a row for each service, created when new. Before macOS 26 that is how
 * it always is. On macOS 26 the first has the guid `any;-;ADDRESS`, every other keeps the one of its service,
 * and `chat_lookup` links them by the identifier they share.
 */
export function ensureSplitDirect(
  store: Store,
  address: string,
  services: readonly Service[],
): Conversation[] {
  return transact(store, () =>
    services.map((service, index) => {
      if (store.macos < 26 || index === 0) return ensureDirect(store, address, service);
      const guid = `${service};-;${address}`;
      const known = store.sql.chatByGuid.get(guid)?.id;
      const id =
        known ??
        insertChat(store, { guid, style: STYLE_DIRECT, identifier: address, service, displayName: null });
      addHandle(store, id, address, service);
      store.sql.insertLookup?.run(address, service, id);
      store.sql.insertService?.run(service, id);
      return conversationById(store, id);
    }),
  );
}

/**
 * Links conversations by one more identifier in `chat_lookup`, as when a person's number and address turn out
 * to be theirs both. Throws before macOS 26, which has no such table.
 */
export function linkConversations(
  store: Store,
  link: { identifier: string; chats: readonly Conversation[] },
): void {
  const { insertLookup } = store.sql;
  if (insertLookup === null) throw new Error(`macOS ${store.macos} links no conversations; macOS 26 does.`);
  transact(store, () => {
    // A pair of identifier and domain leads to one conversation: every further one needs a domain of its own.
    for (const [index, chat] of link.chats.entries()) {
      insertLookup.run(link.identifier, index === 0 ? chat.service : `${chat.service}-${index}`, chat.id);
    }
  });
}

/** Says that these addresses are one person's: their handles get the same person_centric_id. */
export function setPerson(store: Store, person: { id: string; addresses: readonly string[] }): void {
  transact(store, () => {
    for (const address of person.addresses) store.sql.setPerson.run(person.id, address);
  });
}

/** Whom Messages thinks a conversation is with: 0 somebody known, 1 somebody unknown, 2 junk. */
export function filterConversation(
  store: Store,
  chat: Conversation,
  { filter, blackholed = false }: { filter: 0 | 1 | 2; blackholed?: boolean },
): void {
  setColumns(store, "chat", chat.id, { is_filtered: filter, is_blackholed: blackholed ? 1 : 0 });
}

/** By which of this Mac's lines a conversation goes from now on. */
export function setLine(store: Store, chat: Conversation, line: string): void {
  setColumns(store, "chat", chat.id, { last_addressed_handle: line, account_login: accountOf(line) });
}

/** Puts a message into one more conversation. Throws when it is there already. */
export function addToConversation(store: Store, message: { id: number }, chat: Conversation): void {
  store.sql.joinMessage.run(chat.id, message.id, store.sql.dateOf.get(message.id) ?? 0n);
}
