import { chatGuid, MAC_LINE, type Service, STYLE_DIRECT, STYLE_GROUP } from "../macos.ts";
import type { ChatRow, NewChat } from "./rows.ts";
import { newGuid, type Store, transact } from "./store.ts";

/** A conversation of the simulated Messages. */
export type Conversation = ChatRow;

/** Who did something: the Mac's owner, or the address of somebody else. */
export type Actor = "me" | { address: string };

/** Thrown when a conversation or message that was named is not there. */
export class NotInMessages extends Error {
  override name = "NotInMessages";
}

/** The ROWID of a handle, created when new. */
export function ensureHandle(store: Store, address: string, service: string): number {
  // Messages marks a short code's kind behind it, as in 242733(smsft).
  store.sql.insertHandle.run(address, service, address.replace(/\([a-z]+\)$/, ""));
  const handle = store.sql.handle.get(address, service);
  if (handle === undefined) throw new NotInMessages(`No handle ${address} on ${service}.`);
  return handle.id;
}

/** The handle of whoever did something; 0 stands for the Mac's owner. */
export function handleOf(store: Store, who: Actor, service: string): number {
  return who === "me" ? 0 : ensureHandle(store, who.address, service);
}

/** The conversation with one person, created when new. On macOS 26 all services share one. */
export function ensureDirect(store: Store, address: string, service: Service = "iMessage"): Conversation {
  return transact(store, () => {
    const guid = chatGuid(store.macos, service, "direct", address);
    const id =
      store.sql.chatByGuid.get(guid)?.id ??
      insertChat(store, { guid, style: STYLE_DIRECT, identifier: address, service, displayName: null });
    addHandle(store, id, address, service);
    linkService(store, id, address, service);
    return conversationById(store, id);
  });
}

/** Creates a group with these people. Without a name Messages shows theirs. */
export function createGroup(
  store: Store,
  group: { name: string | null; addresses: readonly string[]; service?: Service },
): Conversation {
  const service = group.service ?? "iMessage";
  return transact(store, () => {
    // Messages takes 18 random digits; these come from the handed-in randomness.
    const digits = BigInt(`0x${store.randomness.uuid().replaceAll("-", "").slice(16)}`) % 10n ** 18n;
    const identifier = `chat${String(digits).padStart(18, "1")}`;
    const guid = chatGuid(store.macos, service, "group", identifier);
    const displayName = group.name;
    const id = insertChat(store, { guid, style: STYLE_GROUP, identifier, service, displayName });
    for (const address of group.addresses) addHandle(store, id, address, service);
    linkService(store, id, identifier, service);
    return conversationById(store, id);
  });
}

/** The conversation with exactly this guid, as Messages looks one up for a script. */
export function findByGuid(store: Store, guid: string): Conversation | null {
  return store.sql.chatByGuid.get(guid) ?? null;
}

/** A conversation by guid, identifier (a person's address) or group name. Throws NotInMessages. */
export function findConversation(store: Store, wanted: string): Conversation {
  const found = findByGuid(store, wanted) ?? store.sql.chatsNamed.get(wanted, wanted);
  if (!found) throw new NotInMessages(`Simulated Messages has no conversation "${wanted}".`);
  return found;
}

/** The other people in a conversation. */
export function participantsOf(store: Store, chat: Conversation): Array<{ id: number; address: string }> {
  return store.sql.participants.all(chat.id);
}

/** Puts somebody into a conversation, without the row that announces it. */
export function addHandle(store: Store, chatId: number, address: string, service: string): number {
  const handle = ensureHandle(store, address, service);
  store.sql.joinHandle.run(chatId, handle);
  return handle;
}

/** A conversation by ROWID. Throws NotInMessages. */
export function conversationById(store: Store, id: number): Conversation {
  const chat = store.sql.chatById.get(id);
  if (chat === undefined) throw new NotInMessages(`Simulated Messages has no conversation number ${id}.`);
  return chat;
}

/** Inserts a conversation and nothing of what belongs to it; returns its ROWID. */
export function insertChat(
  store: Store,
  chat: Pick<NewChat, "guid" | "style" | "identifier" | "service" | "displayName">,
): number {
  const roomName = chat.style === STYLE_GROUP ? chat.identifier : null;
  const complete = { ...chat, roomName, groupId: newGuid(store), line: MAC_LINE };
  return Number(store.sql.insertChat.run(complete).lastInsertRowid);
}

function linkService(store: Store, id: number, identifier: string, service: string): void {
  store.sql.insertLookup?.run(identifier, service, id);
  store.sql.insertService?.run(service, id);
}
