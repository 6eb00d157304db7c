import { writeBinaryPlist } from "../binary-plist.ts";
import { messageBody } from "../message-body.ts";
import { type Actor, conversationById, handleOf, NotInMessages } from "./conversations.ts";
import { blankRow, findMessage, type Inserted, insertRow, textOf } from "./messages.ts";
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

function insertReaction(
  store: Store,
  { target, part = 0, by, kind, at }: Reaction,
  offset: number,
): Inserted {
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
    associated_message_guid: `p:${part}/${target}`,
    associated_message_type: (index < 0 ? EMOJI : FIRST + index) + offset,
    associated_message_range_length: original.length,
    associated_message_emoji: index < 0 ? kind : null,
    message_summary_info: writeBinaryPlist({ amc: 1, ams: original }),
  });
}

function dropEarlier(store: Store, { target, part = 0, by }: Reaction): number {
  const message = findMessage(store, target);
  const handle = handleOf(store, by, message.service);
  const earlier = store.sql.reactionsBy.all(`p:${part}/${target}`, by === "me" ? 1 : 0, handle);
  for (const row of earlier) store.sql.deleteMessage.run(row.id);
  return earlier.length;
}
