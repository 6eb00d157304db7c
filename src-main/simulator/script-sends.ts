import { accessSync, constants } from "node:fs";
import { basename } from "node:path";
import { bubbleIn, NO_BUBBLE } from "./bubbles.ts";
import { contactAt } from "./contacts.ts";
import type { Fault } from "./faults.ts";
import type { Later } from "./later.ts";
import { STYLE_GROUP } from "./macos.ts";
import {
  type Conversation,
  conversationById,
  ensureDirect,
  failMessage,
  findByGuid,
  insertLostSend,
  type MessageDraft,
  markSent,
  type Store,
  sendMessage,
  sendOff,
} from "./message-store.ts";
import type { Content, SendOrder } from "./scripts.ts";

/** A send whose target Messages has found. */
export interface ResolvedSend {
  /** Null: it "works", and the message goes nowhere. */
  chat: Conversation | null;
  service: string;
  content: Content;
  replyTo?: string;
}

/** Why Messages found no target. */
export interface Unresolved {
  code: number;
  reason: string;
}

/** Messages' error for a person who is not on the service, and for a file it cannot read. */
const NOT_REGISTERED = 22;
const FILE_UNREADABLE = 25;

/** Finds what a script sends to. */
export function resolveSend(store: Store, order: SendOrder): ResolvedSend | Unresolved {
  if (order.do === "reply") {
    const found = bubbleIn(store, order);
    // An SMS has no bubble that could be answered.
    if (found === null || found.message.service === "SMS") return NO_BUBBLE;
    const { chatId, message } = found;
    return {
      chat: conversationById(store, chatId),
      service: message.service,
      content: { text: order.text },
      replyTo: message.guid,
    };
  }
  const { content } = order;
  if (order.do === "send to participant") {
    const { address, service } = order;
    return { chat: ensureDirect(store, address, service), service, content };
  }
  const chat = findByGuid(store, order.guid);
  if (chat !== null) return { chat, service: chat.service, content };
  if (isLostGroup(store, order.guid)) return { chat: null, service: "iMessage", content };
  return { code: -1728, reason: `Messages got an error: Can’t get chat id "${order.guid}".` };
}

/**
 * Makes the row, unsent, and returns what then becomes of it: in a second transaction it is sent, or fails.
 * `later` sees to what the fault puts off, `now` is milliseconds since 1970.
 */
export function beginSend(
  store: Store,
  { chat, service, content, replyTo }: ResolvedSend,
  fault: Fault,
  later: (step: Later) => void,
): () => void {
  if (chat === null || fault.emptyRow) {
    insertLostSend(store, service);
    return () => {};
  }
  const now = store.clock.now();
  const { body, isReadable } = bodyOf(content);
  const { id } = sendMessage(store, {
    chat,
    service,
    state: "sending",
    ...body,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(fault.undecided ? { columns: { is_delayed: 1 } } : {}),
    ...(fault.joinAfterMs === undefined ? {} : { withoutJoin: true }),
  });
  if (fault.joinAfterMs !== undefined) {
    later({ do: "join", at: now + fault.joinAfterMs, message: id, chat: chat.id });
  }
  return () => {
    if (fault.undecided) return;
    if (fault.failsAfterMs !== undefined) {
      markSent(store, id);
      const error = fault.rowError ?? NOT_REGISTERED;
      later({ do: "fail", at: store.clock.now() + fault.failsAfterMs, message: id, error });
      return;
    }
    const error = fault.rowError ?? (isReadable ? reachability(chat, service) : FILE_UNREADABLE);
    if (error === 0) sendOff(store, { id, chatId: chat.id });
    else failMessage(store, id, error);
  };
}

/** A file that cannot be read still makes a row: Messages only finds out while it sends. */
function bodyOf(content: Content): { body: Pick<MessageDraft, "text" | "files">; isReadable: boolean } {
  if ("text" in content) return { body: { text: content.text }, isReadable: true };
  if (isReadable(content.file)) return { body: { files: [{ path: content.file }] }, isReadable: true };
  const empty = { name: basename(content.file), content: new Uint8Array() };
  return { body: { files: [empty] }, isReadable: false };
}

/** Who is known to have only SMS cannot be reached by iMessage. */
function reachability(chat: Conversation, service: string): number {
  if (chat.style === STYLE_GROUP || service !== "iMessage") return 0;
  return contactAt(chat.identifier)?.service === "SMS" ? NOT_REGISTERED : 0;
}

/** On macOS 26 a group's guid with a minus "works", and the message goes nowhere. */
function isLostGroup(store: Store, guid: string): boolean {
  return (
    store.macos >= 26 &&
    guid.startsWith("any;-;chat") &&
    findByGuid(store, guid.replace(";-;", ";+;")) !== null
  );
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
