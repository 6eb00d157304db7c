import { type Chat, type DirectoryEntry, mildest } from "./chat.ts";
import type { ChatRows } from "./chat-rows.ts";
import { withoutSuffix } from "./short-code.ts";

/** All conversations, and how to find one. */
export interface Merged {
  entries: DirectoryEntry[];
  /** By the chat's ROWID. */
  byChat: Map<number, DirectoryEntry>;
  /**
   * By `chatKey` of any guid, those that `chat_lookup` says once were its among them; a short code also without its
   * suffix, where no other chat has that name.
   */
  byKey: Map<string, DirectoryEntry>;
}

/**
 * Puts chats together that Messages shows as one conversation: those whose guids differ in nothing but the
 * prefix, and (macOS 26) those that `chat_lookup` links, directly or over others. A group is never a direct chat.
 */
export function mergeChats({ chats, lookups }: ChatRows): Merged {
  const groups = groupsOf(chats, lookups);
  const merged: Merged = { entries: [], byChat: new Map(), byKey: new Map() };
  for (const members of groups) {
    const entry = toEntry(members);
    merged.entries.push(entry);
    for (const chat of entry.chats) {
      merged.byChat.set(chat.rowId, entry);
      merged.byKey.set(chat.key, entry);
    }
  }
  const alsoBy = (key: string, entry: DirectoryEntry | undefined): void => {
    if (entry && !merged.byKey.has(key)) merged.byKey.set(key, entry);
  };
  for (const { identifier, chat } of lookups) {
    const entry = merged.byChat.get(chat);
    alsoBy(`${entry?.isGroup ? "+" : "-"};${identifier}`, entry);
  }
  for (const entry of merged.entries) for (const { key } of entry.chats) alsoBy(withoutSuffix(key), entry);
  return merged;
}

/** Chats in their groups, by union of everything that names the same. */
function groupsOf(chats: readonly Chat[], lookups: ChatRows["lookups"]): Iterable<[Chat, ...Chat[]]> {
  const parents = new Map<number, number>();
  const rootOf = (rowId: number): number => {
    let root = rowId;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    if (root !== rowId) parents.set(rowId, root);
    return root;
  };
  const firstByKey = new Map<string, number>();
  const firstByLookup = new Map<string, number>();
  const join = (firsts: Map<string, number>, name: string, rowId: number): void => {
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, rowId);
    else if (rootOf(first) !== rootOf(rowId)) parents.set(rootOf(rowId), rootOf(first));
  };
  const byRowId = new Map(chats.map((chat) => [chat.rowId, chat]));
  for (const chat of chats) join(firstByKey, `${chat.isGroup} ${chat.key}`, chat.rowId);
  for (const { identifier, chat: rowId } of lookups) {
    const chat = byRowId.get(rowId);
    if (chat) join(firstByLookup, `${chat.isGroup ? "+" : "-"};${identifier}`, rowId);
  }
  const groups = new Map<number, [Chat, ...Chat[]]>();
  for (const chat of chats) {
    const root = rootOf(chat.rowId);
    const group = groups.get(root);
    if (group) group.push(chat);
    else groups.set(root, [chat]);
  }
  return groups.values();
}

const MAIN_FIRST = ["any", "iMessage", "RCS", "SMS"];

/** `any` is what macOS 26 made of iMessage, so both come first: the id stays when it rewrites the guids. */
function rankOf(chat: Chat): number {
  const rank = MAIN_FIRST.indexOf(chat.prefix);
  return rank === -1 ? MAIN_FIRST.length : Math.max(rank, 1);
}

function toEntry(members: [Chat, ...Chat[]]): DirectoryEntry {
  const chats = members.sort((a, b) => rankOf(a) - rankOf(b) || a.rowId - b.rowId);
  const isGroup = chats[0].isGroup;
  return {
    id: chats[0].guid,
    chats,
    spellings: chats.map((chat) => chat.guid),
    participants: participantsOf(chats, isGroup),
    displayName: chats.find((chat) => chat.name !== null)?.name ?? null,
    isGroup,
    services: chats.length === 1 ? chats[0].services : [...new Set(chats.flatMap((chat) => chat.services))],
    isArchived: chats.every((chat) => chat.isArchived),
    filter: mildest(chats.map((chat) => chat.filter)),
  };
}

/** Everybody once, whatever the number of handles. In a direct chat all addresses of one person are that person. */
function participantsOf(chats: readonly Chat[], isGroup: boolean): string[] {
  const [only] = chats;
  if (chats.length === 1 && only !== undefined && only.participants.length === 1) {
    return only.participants.map(({ address }) => address);
  }
  const people = new Set<string>();
  const addresses = new Set<string>();
  for (const { address, person } of chats.flatMap((chat) => chat.participants)) {
    if (!isGroup && person !== null && people.has(person)) continue;
    if (person !== null) people.add(person);
    addresses.add(address);
  }
  return [...addresses];
}
