import type { Database } from "better-sqlite3";
import type { MessageFilter } from "../../../src-shared/domain/message.ts";
import type { Clock } from "../../ports/clock.ts";
import { chatKey } from "../chat-guid.ts";
import { prepareActivity } from "./activity.ts";
import { type Chat, type DirectoryEntry, mildest } from "./chat.ts";
import { prepareChatRows } from "./chat-rows.ts";
import { type Merged, mergeChats } from "./merge.ts";
import { withoutSuffix } from "./short-code.ts";

/** All conversations of one chat.db, in memory; as old as a second at most where nothing says that it is stale. */
export interface Directory {
  /**
   * The ids of the conversations these chats belong to, one for each, then the chats' own guids that are not
   * among them. A chat that is not there is left out.
   */
  idsOf(chatRowIds: readonly number[]): string[];
  /**
   * Whom Messages takes the senders in these chats for: the mildest of what it says. `dropped` only where the whole
   * conversation is.
   */
  filterOf(chatRowIds: readonly number[]): MessageFilter;
  ofChat(rowId: number): DirectoryEntry | null;
  /** By any guid of it under any prefix, a short code with or without suffix; a `+` may have arrived as a space. */
  find(id: string): DirectoryEntry | null;
  /** Most recent activity first, without those that are kept out of sight. */
  page(limit: number, offset: number): DirectoryEntry[];
  /** In no order that means anything. */
  all(): readonly DirectoryEntry[];
  /** The chat of this conversation in which something happened last. */
  liveliest(entry: DirectoryEntry): Chat;
  /** The line of this Mac that was last used in it; null when Messages does not say. */
  lineOf(entry: DirectoryEntry): string | null;
  /** When something last happened in it, in Apple's raw date; for comparing only. */
  activityOf(entry: DirectoryEntry): number;
  /** Reads again what may have changed, though it was looked at just now. */
  refresh(): void;
  /** For each conversation's id a text that changes with its name, participants, archiving and filter. */
  prints(): ReadonlyMap<string, string>;
  /** ROWIDs of the chats of all conversations that are kept out of sight; the same array until that changes. */
  hidden(): readonly number[];
}

/** Chats change rarely and tell nobody: after a commit they are read again, this often at most (ms). */
const LOOK_EVERY_MS = 1_000;
/** Their signature tells whether they have; what it leaves out is read this often. */
const READ_EVERY_MS = 60_000;
/** Corrections to the order of one page before everything is read again. */
const MOST_CORRECTIONS = 4;

/** What was read, and when (ms of the clock). */
interface Loaded {
  merged: Merged;
  /** ROWIDs of the chats of conversations that are kept out of sight. */
  hidden: readonly number[];
  signature: string;
  /** `data_version` up to which nothing has changed since. */
  version: number;
  readAt: number;
  lookedAt: number;
}

/**
 * Prepares the directory of this database; it reads nothing before it is asked. Without a clock every commit
 * makes it read again.
 */
export function prepareDirectory(
  database: Database,
  dataVersion: () => number,
  clock: Pick<Clock, "monotonic"> | null,
): Directory {
  const reader = prepareChatRows(database);
  const activity = prepareActivity(database);
  let loaded: Loaded | null = null;
  let order: DirectoryEntry[] = [];
  let orderVersion = Number.NaN;
  let prints: Map<string, string> | null = null;
  /** Chats that messages name and that are not there: not worth reading again for. */
  let missing = new Set<number>();

  const now = (): number => clock?.monotonic() ?? 0;
  const load = (version: number): Merged => {
    const signature = reader.signature();
    const merged = mergeChats(reader.read());
    const dropped = merged.entries.filter(({ filter }) => filter === "dropped");
    const hidden = dropped.flatMap(({ chats }) => chats.map(({ rowId }) => rowId));
    loaded = { merged, hidden, signature, version, readAt: now(), lookedAt: now() };
    activity.reload();
    missing = new Set();
    prints = null;
    order = [...merged.entries];
    orderVersion = version;
    sort();
    return merged;
  };
  const sort = (): void => {
    const keyed = order.map((entry) => ({ entry, at: activityOf(entry) }));
    keyed.sort((a, b) =>
      a.at === b.at ? b.entry.chats[0].rowId - a.entry.chats[0].rowId : b.at > a.at ? 1 : -1,
    );
    order = keyed.map(({ entry }) => entry);
  };
  const activityOf = (entry: DirectoryEntry): number => {
    let latest = Number.NEGATIVE_INFINITY;
    for (const chat of entry.chats) latest = Math.max(latest, activity.latest(chat.rowId));
    return latest;
  };
  const byActivity = (entry: DirectoryEntry): Chat[] =>
    [...entry.chats].sort((a, b) => activity.latest(b.rowId) - activity.latest(a.rowId) || 0);
  /** What is known; read again when it may have changed and was not looked at just now. */
  const current = (): Merged => {
    if (clock !== null && loaded !== null && now() - loaded.lookedAt < LOOK_EVERY_MS) return loaded.merged;
    return currentAtOnce();
  };
  const currentAtOnce = (): Merged => {
    const version = dataVersion();
    if (loaded === null) return load(version);
    if (version !== loaded.version) {
      if (now() - loaded.readAt >= READ_EVERY_MS || reader.signature() !== loaded.signature)
        return load(version);
      loaded.version = version;
    }
    loaded.lookedAt = now();
    return loaded.merged;
  };
  const ofChat = (rowId: number): DirectoryEntry | null => {
    const known = current().byChat.get(rowId);
    if (known || missing.has(rowId)) return known ?? null;
    const found = currentAtOnce().byChat.get(rowId) ?? null;
    if (found === null) missing.add(rowId);
    return found;
  };
  const chatsOf = (rowIds: readonly number[]): Chat[] =>
    rowIds.flatMap((rowId) => ofChat(rowId)?.chats.find((chat) => chat.rowId === rowId) ?? []);
  const followActivity = (): void => {
    current();
    const version = dataVersion();
    if (version === orderVersion) return;
    if (!activity.catchUp()) {
      load(version);
      return;
    }
    orderVersion = version;
    sort();
  };
  const visible = (limit: number, offset: number): DirectoryEntry[] => {
    const shown = hidden().length > 0 ? order.filter(({ filter }) => filter !== "dropped") : order;
    return shown.slice(offset, offset + limit);
  };
  const hidden = (): readonly number[] => {
    current();
    return loaded?.hidden ?? [];
  };
  /** What Messages says of this chat; no chat of a conversation that is shown is itself out of sight. */
  const filterIn = (chat: Chat): MessageFilter =>
    chat.filter === "dropped" ? (ofChat(chat.rowId)?.filter ?? "dropped") : chat.filter;

  return {
    idsOf(chatRowIds) {
      const ids = new Set<string>();
      for (const rowId of chatRowIds) {
        const entry = ofChat(rowId);
        if (entry) ids.add(entry.id);
      }
      for (const chat of chatsOf(chatRowIds)) ids.add(chat.guid);
      return [...ids];
    },
    filterOf: (chatRowIds) => mildest(chatsOf(chatRowIds).map(filterIn)),
    ofChat,
    find(id) {
      const keys = [chatKey(id), chatKey(id.replaceAll(" ", "+")), withoutSuffix(chatKey(id))];
      const lookUp = ({ byKey }: Merged): DirectoryEntry | null => {
        for (const key of keys) {
          const entry = byKey.get(key);
          if (entry) return entry;
        }
        return null;
      };
      return lookUp(current()) ?? lookUp(currentAtOnce());
    },
    page(limit, offset) {
      followActivity();
      for (let corrections = 0; corrections < MOST_CORRECTIONS; corrections += 1) {
        const entries = visible(limit, offset);
        if (activity.verify(entries.flatMap((entry) => entry.chats.map((chat) => chat.rowId))))
          return entries;
        sort();
      }
      load(dataVersion());
      return visible(limit, offset);
    },
    all: () => current().entries,
    liveliest(entry) {
      followActivity();
      return byActivity(entry)[0] ?? entry.chats[0];
    },
    lineOf(entry) {
      if (entry.chats.length === 1) return entry.chats[0].line;
      followActivity();
      return byActivity(entry).find((chat) => chat.line !== null)?.line ?? null;
    },
    activityOf,
    refresh: () => void currentAtOnce(),
    prints() {
      const { entries } = currentAtOnce();
      prints ??= new Map(
        entries.map(({ id, displayName, participants, isArchived, filter }) => [
          id,
          JSON.stringify([displayName, participants, isArchived, filter]),
        ]),
      );
      return prints;
    },
    hidden,
  };
}
