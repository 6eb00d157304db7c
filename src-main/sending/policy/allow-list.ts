import { chatKey, parseChatGuid } from "../../apple-messages/chat-guid.ts";
import { parseRecipient } from "../recipient.ts";
import { spelledOut } from "./phone-number.ts";

/**
 * Whether a conversation with these spellings is on the list. `callingCode` is of the country that is meant by numbers
 * that do not say; null where nobody knows.
 */
export type AllowList = (
  listed: readonly string[],
  spellings: readonly string[],
  callingCode: string | null,
) => boolean;

/**
 * An allow-list of phone numbers in any writing, Apple IDs, and conversation ids in any spelling. A person is meant
 * by the direct conversation alone: a group is listed by its own id. An entry that is none of these allows nobody.
 */
export function compileAllowList(): AllowList {
  let compiled: { listed: readonly string[]; callingCode: string | null; keys: Set<string> } | null = null;
  return (listed, spellings, callingCode) => {
    // Settings are never changed in place: the same list need not be read again.
    if (compiled?.listed !== listed || compiled.callingCode !== callingCode) {
      const chats = listed.flatMap((entry) => chatOf(entry) ?? []);
      compiled = { listed, callingCode, keys: new Set(chats.map((chat) => whoseChat(chat, callingCode))) };
    }
    const { keys } = compiled;
    return spellings.some((spelling) => keys.has(whoseChat(spelling, callingCode)));
  };
}

/** What all spellings of a chat have in common, and of no other: of a direct one whom it is with. */
function whoseChat(guid: string, callingCode: string | null): string {
  const parts = parseChatGuid(guid);
  return parts?.separator === "-" ? `-;${spelledOut(parts.identifier, callingCode)}` : chatKey(guid);
}

/** The chat that is meant by an entry; null when it makes no sense. */
function chatOf(entry: string): string | null {
  const guid = entry.trim();
  const parts = parseChatGuid(guid);
  if (parts?.separator === "+") return guid;
  try {
    return `any;-;${parseRecipient(parts?.identifier ?? guid)}`;
  } catch {
    // A short code with a suffix, say: known by its guid alone.
    return parts === null ? null : guid;
  }
}
