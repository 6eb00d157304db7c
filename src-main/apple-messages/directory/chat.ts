import type { MessageFilter } from "../../../src-shared/domain/message.ts";

/** A row of `chat` with what belongs to it. */
export interface Chat {
  rowId: number;
  guid: string;
  /** What the guid begins with: a service, or `any`; empty where it is no guid as Messages writes them. */
  prefix: string;
  /** The rest of it, which all spellings have in common (`chatKey`). */
  key: string;
  /** `chat.display_name`; null when nobody named it. */
  name: string | null;
  isGroup: boolean;
  services: readonly string[];
  /** The line of this Mac that was last used in it; null when Messages does not say. */
  line: string | null;
  isArchived: boolean;
  filter: MessageFilter;
  participants: readonly Participant[];
}

/** Somebody in a chat. */
export interface Participant {
  address: string;
  /** `handle.person_centric_id`: the same for all addresses of one person; null where Messages does not say. */
  person: string | null;
}

/** One conversation: every chat that Messages shows as one, the main one first. */
export interface DirectoryEntry {
  /** The main chat's guid. */
  id: string;
  chats: readonly [Chat, ...Chat[]];
  /** The guids of all of them. */
  spellings: readonly string[];
  participants: readonly string[];
  displayName: string | null;
  isGroup: boolean;
  services: readonly string[];
  isArchived: boolean;
  filter: MessageFilter;
}

const MILDEST_FIRST: readonly MessageFilter[] = ["none", "unknown_sender", "junk", "dropped"];

/** The mildest of them: who is known in one chat is no stranger in another. `none` when there is nothing to go by. */
export function mildest(filters: readonly MessageFilter[]): MessageFilter {
  return MILDEST_FIRST.find((filter) => filters.includes(filter)) ?? "none";
}
