import type { Conversation } from "../../src-shared/domain/conversation.ts";
import { type Message, PERSONAL_KINDS } from "../../src-shared/domain/message.ts";
import type { ChatDatabase } from "./connection.ts";
import type { DirectoryEntry } from "./directory/chat.ts";
import { FIRST_PLACE, LAST_PLACE } from "./history/cursor.ts";
import { toMessages } from "./many-messages.ts";

/** What the directory holds as callers see it, with the last thing that a person wrote in each. */
export function toConversations(database: ChatDatabase, entries: readonly DirectoryEntry[]): Conversation[] {
  const newest = entries.map((entry) => newestIn(database, entry));
  const rows = database.messages.byRowIds(newest.flatMap((rowId) => rowId ?? []));
  const messages = new Map<number, Message>(toMessages(rows, database).map((one) => [one.rowId, one]));
  return entries.map((entry, at) => ({
    id: entry.id,
    spellings: [...entry.spellings],
    participants: [...entry.participants],
    displayName: entry.displayName,
    isGroup: entry.isGroup,
    services: [...entry.services],
    line: database.directory.lineOf(entry),
    isArchived: entry.isArchived,
    filter: entry.filter,
    latestMessage: messages.get(newest[at] ?? 0) ?? null,
  }));
}

function newestIn({ history }: ChatDatabase, { chats }: DirectoryEntry): number | null {
  const { places } = history.places({
    chats: chats.map((chat) => chat.rowId),
    kinds: PERSONAL_KINDS,
    newerThan: FIRST_PLACE,
    olderThan: LAST_PLACE,
    since: null,
    from: "newest",
    limit: 1,
    offset: 0,
    hidden: [],
  });
  return places[0] ? Number(places[0].rowId) : null;
}
