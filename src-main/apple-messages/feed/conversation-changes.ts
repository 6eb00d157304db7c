import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import { toConversations } from "../conversation.ts";
import { guidHash } from "./fingerprint.ts";

/** What a conversation looked like when it was last told: hashes, since neither names nor numbers are kept. */
export interface ConversationPrint {
  id: number;
  print: number;
}

/** What has become of the conversations. */
export interface ConversationChanges {
  changes: Change[];
  told: ConversationPrint[];
  /** The hashes of ids that are no more. */
  forgotten: number[];
  /** What is seen to differ for the first time: it is told when it still does at the next look. */
  pending: ReadonlyMap<number, number>;
}

/** Told apart from a change: when Bellhop begins to look at more, nothing has happened in Messages. */
const FORM = 1;
/** Conversations that are told in one look. */
const MOST_TOLD = 10;

/**
 * Compares the conversations with `known` (hashed id to hashed print): a name, the participants, archiving or the
 * filter. One that is not known yet is remembered without a word: its first message tells of it. A change waits
 * for the next look, since Messages writes who made it in a row of its own, a moment later.
 */
export function takeConversationChanges(
  database: ChatDatabase,
  known: ReadonlyMap<number, number>,
  pending: ReadonlyMap<number, number>,
  now: number,
): ConversationChanges {
  const still = new Map<number, number>();
  const found: ConversationChanges = { changes: [], told: [], forgotten: [], pending: still };
  const here = new Set<number>();
  for (const [id, text] of database.directory.prints()) {
    const hashed = { id: idHash(id), print: printHash(text) };
    here.add(hashed.id);
    const before = known.get(hashed.id);
    if (before === hashed.print) continue;
    const entry =
      before === undefined || !sameForm(before, hashed.print) ? null : database.directory.find(id);
    if (entry === null) {
      found.told.push(hashed);
      continue;
    }
    if (pending.get(hashed.id) !== hashed.print || found.changes.length >= MOST_TOLD) {
      still.set(hashed.id, hashed.print);
      continue;
    }
    found.told.push(hashed);
    for (const conversation of toConversations(database, [entry])) {
      const data = { conversation, change: null, by: null };
      found.changes.push({ type: "conversation.updated", data, version: now });
    }
  }
  for (const id of known.keys()) if (!here.has(id)) found.forgotten.push(id);
  return found;
}

/** The print that stands for this conversation now; null when it is none. */
export function printOf(database: ChatDatabase, id: string): ConversationPrint | null {
  const text = database.directory.prints().get(id);
  return text === undefined ? null : { id: idHash(id), print: printHash(text) };
}

/** 53 bits: two conversations that share them are as good as never. */
function idHash(id: string): number {
  return (guidHash(id) >>> 0) * 2 ** 21 + (guidHash(`${id}#`) >>> 11);
}

const printHash = (text: string): number => FORM * 2 ** 32 + (guidHash(text) >>> 0);

const sameForm = (a: number, b: number): boolean => Math.floor(a / 2 ** 32) === Math.floor(b / 2 ** 32);
