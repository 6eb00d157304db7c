import { writeBinaryPlist } from "../binary-plist.ts";
import { messageBody } from "../message-body.ts";
import { type Actor, conversationById, handleOf, NotInMessages } from "./conversations.ts";
import { blankRow, findMessage, type Inserted, insertRow } from "./messages.ts";
import { textOf } from "./parts.ts";
import { type Store, transact } from "./store.ts";

/** The classic tapbacks in the order of their codes, 2000 to 2005, with the words Messages puts in the row. */
const CLASSIC = [
  { kind: "love", set: "Loved", removed: "Removed a heart from" },
  { kind: "like", set: "Liked", removed: "Removed a like from" },
  { kind: "dislike", set: "Disliked", removed: "Removed a dislike from" },
  { kind: "laugh", set: "Laughed at", removed: "Removed a laugh from" },
  { kind: "emphasize", set: "Emphasized", removed: "Removed an exclamation from" },
  { kind: "question", set: "Questioned", removed: "Removed a question mark from" },
] as const;

/** The names of the classic tapbacks. */
export const REACTION_KINDS: readonly string[] = CLASSIC.map(({ kind }) => kind);

const FIRST = 2000;
const EMOJI = 2006;
const REMOVAL = 1000;

/** Who reacts to what. `kind` is a classic tapback's name or an emoji. `at` in milliseconds since 1970. */
export interface Reaction {
  target: string;
  part?: number;
  /** It is on an app's balloon or a link's preview (`bp:GUID`) rather than on a part (`p:N/GUID`). */
  onBalloon?: boolean;
  by: Actor;
  kind: string;
  at?: number;
}

/**
 * Puts a tapback on a message. A person has one per message: an earlier one disappears.
 * Throws NotInMessages, or an Error for an emoji before macOS 15.
 */
export function react(store: Store, reaction: Reaction): Inserted {
  return transact(store, () => {
    dropEarlier(store, reaction);
    return insertReaction(store, reaction, 0);
  });
}

/** Takes a tapback back: a removal row arrives and the tapback's own row is deleted, as Messages does it. */
export function removeReaction(store: Store, reaction: Reaction): Inserted {
  return transact(store, () => {
    if (dropEarlier(store, reaction) === 0) {
      throw new NotInMessages(`There is no tapback of that person on ${reaction.target}.`);
    }
    return insertReaction(store, reaction, REMOVAL);
  });
}

/**
 * Presses one of the tapbacks of this Mac's owner, as a person does: the one that is there already goes, any
 * other comes. Throws NotInMessages.
 */
export function toggleReaction(store: Store, reaction: Omit<Reaction, "by">): Inserted {
  return transact(store, () => {
    const own: Reaction = { ...reaction, by: "me" };
    const pressed = FIRST + CLASSIC.findIndex(({ kind }) => kind === reaction.kind);
    const isThere = store.sql.reactionsBy.all(targetOf(own), 1, 0).some(({ type }) => type === pressed);
    return (isThere ? removeReaction : react)(store, own);
  });
}

function insertReaction(store: Store, reaction: Reaction, offset: number): Inserted {
  const { target, by, kind, at } = reaction;
  const message = findMessage(store, target);
  const index = CLASSIC.findIndex((classic) => classic.kind === kind);
  if (index < 0 && store.macos < 15) {
    throw new Error(
      `Messages on macOS ${store.macos} knows no emoji tapbacks, only ${REACTION_KINDS.join(", ")}.`,
    );
  }
  const original = textOf(message);
  const words = CLASSIC[index] ?? { set: `Reacted ${kind} to`, removed: `Removed a ${kind} from` };
  const sentence = `${offset === 0 ? words.set : words.removed} “${original}”`;
  return insertRow(store, message.chatId === null ? null : conversationById(store, message.chatId), {
    ...blankRow(store, message.service, at ?? store.clock.now()),
    text: store.macos < 15 ? sentence : null,
    attributedBody: messageBody([{ text: sentence }]).encoded,
    handle_id: handleOf(store, by, message.service),
    is_from_me: by === "me" ? 1 : 0,
    is_sent: by === "me" ? 1 : 0,
    is_read: by === "me" ? 0 : 1,
    associated_message_guid: targetOf(reaction),
    associated_message_type: (index < 0 ? EMOJI : FIRST + index) + offset,
    associated_message_range_length: original.length,
    associated_message_emoji: index < 0 ? kind : null,
    message_summary_info: writeBinaryPlist({ amc: 1, ams: original }),
  });
}

function targetOf({ target, part = 0, onBalloon = false }: Reaction): string {
  return onBalloon ? `bp:${target}` : `p:${part}/${target}`;
}

function dropEarlier(store: Store, reaction: Reaction): number {
  const { target, by } = reaction;
  const message = findMessage(store, target);
  const handle = handleOf(store, by, message.service);
  const earlier = store.sql.reactionsBy.all(targetOf(reaction), by === "me" ? 1 : 0, handle);
  for (const row of earlier) store.sql.deleteMessage.run(row.id);
  return earlier.length;
}
