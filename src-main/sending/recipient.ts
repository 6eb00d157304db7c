import { Fault } from "../../src-shared/faults.ts";
import { chatKey, parseChatGuid } from "../apple-messages/chat-guid.ts";

/** Phone numbers are written in many ways; these are the signs that only group digits. */
const GROUPING = /[\s()./\-\u00a0]/g;

/** Fewer than these say too little to tell two numbers apart. */
const FEWEST_DIGITS = 7;

/** A phone number or Apple ID as Messages spells it. Throws a Fault when it can be neither. */
export function parseRecipient(text: string): string {
  const trimmed = text.trim();
  if (/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(trimmed)) return trimmed.toLowerCase();
  const digits = trimmed.replaceAll(GROUPING, "");
  if (/^\+?\d{3,17}$/.test(digits)) return digits;
  throw new Fault(
    "invalid_request",
    `recipient "${trimmed.slice(0, 80)}" is neither a phone number nor an email address`,
  );
}

/**
 * Whether a chat is the one that was meant: the same guid in any spelling, or a direct chat with the same
 * address, where Messages may have added the country to a number.
 */
export function isChatMeant(chatGuid: string, meant: string): boolean {
  if (chatKey(chatGuid) === chatKey(meant)) return true;
  const chat = parseChatGuid(chatGuid);
  const other = parseChatGuid(meant);
  if (chat?.separator !== "-" || other?.separator !== "-") return false;
  return sameNumber(chat.identifier, other.identifier);
}

/**
 * What a chat goes in order with: itself in any spelling. Of a number that is what every spelling of it ends with, with
 * and without its country; that two people share it costs no more than that one waits for the other.
 */
export function laneOf(chat: string): string {
  const parts = parseChatGuid(chat);
  const isNumber = parts?.separator === "-" && /^\+?\d{7,}$/.test(parts.identifier);
  return isNumber ? `-;*${parts.identifier.slice(-FEWEST_DIGITS)}` : chatKey(chat);
}

function sameNumber(a: string, b: string): boolean {
  if (!/^\+?\d{7,}$/.test(a) || !/^\+?\d{7,}$/.test(b)) return false;
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  if (long.startsWith("+") && short.startsWith("+")) return false;
  // Numbers as they are dialled within a country begin with a zero in most of them, which goes when the country comes.
  const digits = short.replace("+", "").replace(/^0+/, "");
  return digits.length >= FEWEST_DIGITS && long.endsWith(digits);
}
