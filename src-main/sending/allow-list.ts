import { parseChatGuid } from "../apple-messages/chat-guid.ts";
import { isChatMeant, parseRecipient } from "./recipient.ts";

/** Whether a conversation with these spellings is on the list. */
export type AllowList = (listed: readonly string[], spellings: readonly string[]) => boolean;

/**
 * An allow-list of phone numbers in any writing, Apple IDs, and conversation ids in any spelling. A person is meant
 * by the direct conversation alone: a group is listed by its own id. An entry that is none of these allows nobody.
 */
export function compileAllowList(): AllowList {
  let compiled: { listed: readonly string[]; chats: string[] } | null = null;
  return (listed, spellings) => {
    // Settings are never changed in place: the same list need not be read again.
    if (compiled?.listed !== listed)
      compiled = { listed, chats: listed.flatMap((entry) => chatOf(entry) ?? []) };
    const { chats } = compiled;
    return spellings.some((spelling) => chats.some((chat) => isChatMeant(spelling, chat)));
  };
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
