import type { Message } from "../../src-shared/domain/message.ts";
import type { Part } from "../../src-shared/domain/text.ts";
import type { Bubble } from "../messages-app/messages-app.ts";

/**
 * The part of a message that is pointed at when the whole is meant: its first text, by which its bubble is known;
 * without any text its first part.
 */
export function mainPart({ parts }: Pick<Message, "parts">): Part | null {
  return parts.find(hasText) ?? parts[0] ?? null;
}

/** Whether there are words in it. */
export function hasText({ text }: Pick<Part, "text">): boolean {
  return text !== null && text.trim() !== "";
}

/** A message as it is pointed at on the screen. */
export function bubbleOf(message: Pick<Message, "guid" | "parts">): Bubble {
  return { guid: message.guid, text: mainPart(message)?.text ?? "" };
}
