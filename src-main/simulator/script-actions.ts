import { dirname } from "node:path";
import { bubbleIn, type FoundBubble, NO_BUBBLE } from "./bubbles.ts";
import { contactAt } from "./contacts.ts";
import { STYLE_GROUP } from "./macos.ts";
import {
  type Conversation,
  editMessage,
  markConversationRead,
  participantsOf,
  type Store,
  sentAt,
  timesEdited,
  toggleReaction,
  unsendMessage,
} from "./message-store.ts";
import type { Unresolved } from "./script-sends.ts";
import type { ActionOrder, ThreadOrder } from "./scripts.ts";
import { setTyping } from "./typing.ts";

/** What Messages lets do: five edits within a quarter of an hour, and to unsend for two minutes. */
const EDITABLE_MS = 15 * 60_000;
const EDITS = 5;
const UNSENDABLE_MS = 2 * 60_000;

/** Does what the script found to press; returns the ROWID of the row that it made, if one. */
export type Press = () => number | null;

/**
 * Finds what a script works on in Messages' window. The window and the bubble are looked at first, as the real
 * script does: what is not as it was told is not touched.
 */
export function resolveAction(store: Store, order: ActionOrder): Press | Unresolved {
  if (order.do === "mark-read" || order.do === "typing") {
    const chat = threadIn(store, order);
    if (chat === null) return NO_THREAD;
    if (order.do === "mark-read") return nothingOf(() => markConversationRead(store, chat));
    if (chat.style === STYLE_GROUP || order.address === "") return NO_THREAD;
    return nothingOf(() => setTyping(dirname(store.database.name), chat.guid, order.isTyping));
  }
  const found = bubbleIn(store, order);
  if (found === null) return NO_BUBBLE;
  const { message, part } = found;
  if (order.do === "react") {
    return () => toggleReaction(store, { target: message.guid, part, kind: order.kind }).id;
  }
  if (order.do === "edit") {
    const isLate = timesEdited(message, part) >= EDITS || !isOwnWithin(store, found, EDITABLE_MS);
    if (isLate) return noMenuItem("Edit");
    return nothingOf(() => editMessage(store, { guid: message.guid, part, text: order.text }));
  }
  if (!isOwnWithin(store, found, UNSENDABLE_MS)) return noMenuItem("Undo Send");
  return nothingOf(() => unsendMessage(store, { guid: message.guid, ...(found.isWhole ? {} : { part }) }));
}

const NO_THREAD: Unresolved = {
  code: -1728,
  reason: "System Events got an error: Can’t get window of the conversation.",
};

function noMenuItem(name: string): Unresolved {
  return { code: -1728, reason: `System Events got an error: Can’t get menu item "${name}".` };
}

function nothingOf(work: () => unknown): Press {
  return () => {
    work();
    return null;
  };
}

function isOwnWithin(store: Store, { message }: FoundBubble, ms: number): boolean {
  return (
    store.macos >= 13 &&
    message.fromMe === 1 &&
    message.sent === 1 &&
    message.service !== "SMS" &&
    store.clock.now() - sentAt(store, message) <= ms
  );
}

/** The conversation that is shown when the script opens it; null when its window has none of the titles. */
function threadIn(store: Store, { guid, address, titles }: ThreadOrder): Conversation | null {
  const identifier = address || (guid.split(";").at(-1) ?? "");
  const chat = store.sql.chatByGuid.get(guid) ?? store.sql.chatsNamed.get(identifier, identifier);
  if (chat === undefined) return null;
  const people = participantsOf(store, chat).flatMap((one) => [one.address, contactAt(one.address)?.name]);
  const names = [chat.displayName, chat.identifier, ...people]
    .map((name) => plain(name ?? ""))
    .filter(Boolean);
  const isTitled = titles.some((title) => names.some((name) => plain(title).includes(name)));
  // A number that has no name is the title itself.
  return isTitled || (address !== "" && address === chat.identifier) ? chat : null;
}

/** A name as it can be compared: numbers are written in many ways. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}@.]/gu, "");
}
