import { type MessageRow, partsOf, type Store } from "./message-store.ts";
import type { BubbleOrder } from "./scripts.ts";

/** What System Events says when a script does not find what it wants to press. */
export const NO_BUBBLE = {
  code: -1728,
  reason: "System Events got an error: Can’t get UI element of the conversation.",
};

/** A bubble on the screen: the part of a message that says what the script was told. */
export interface FoundBubble {
  message: MessageRow;
  /** The conversation it is shown in. */
  chatId: number;
  part: number;
  /** It is all there is of the message. */
  isWhole: boolean;
}

/** The bubble a script points at; null where the message is gone, or what its bubbles say is something else. */
export function bubbleIn(store: Store, { guid, bubble }: BubbleOrder): FoundBubble | null {
  const message = store.sql.messageByGuid.get(guid);
  if (message === undefined || message.chatId === null || message.parts === 0) return null;
  if (message.itemType !== 0 || message.associatedType !== 0) return null;
  const parts = partsOf(store, message);
  const says = words(bubble);
  // A bubble without words is known by the link that selects it alone.
  const part = parts.find(({ text }) => words(text) === says) ?? (says === "" ? parts[0] : undefined);
  if (part === undefined) return null;
  return { message, chatId: message.chatId, part: part.number, isWhole: parts.length === 1 };
}

/** What can be read of a text: no attachments, no app balloons. */
function words(text: string): string {
  return text.replace(/[\uFFFC\uFFFD]/g, "");
}
