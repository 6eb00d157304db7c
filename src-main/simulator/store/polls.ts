import { z } from "zod";
import { type AppBalloon, appBalloon } from "../content/app-balloons.ts";
import { MAC_LINE } from "../macos.ts";
import { type Actor, type Conversation, conversationById, handleOf, NotInMessages } from "./conversations.ts";
import {
  blankRow,
  findMessage,
  type Inserted,
  insertRow,
  type MessageDraft,
  receiveMessage,
  sendMessage,
} from "./messages.ts";
import { setColumns } from "./set-columns.ts";
import { newGuid, type Store, transact } from "./store.ts";

/** One thing to vote for. `id` is a UUID in capitals. */
export interface PollOption {
  id: string;
  text: string;
}

/** A poll that was made: its message and what can be voted for. */
export interface Poll extends Inserted {
  options: PollOption[];
}

const VOTE = 4000;
const UPDATE = 2;

/** Somebody asks the conversation to choose. `at` in milliseconds since 1970, default now. */
export function createPoll(
  store: Store,
  poll: { chat: Conversation; by: Actor; title?: string; options: readonly string[]; at?: number },
): Poll {
  return transact(store, () => {
    const creator = addressOf(poll.by);
    const options = poll.options.map((text) => ({ id: newGuid(store), text }));
    const balloon = pollBalloon({
      title: poll.title ?? "",
      creatorHandle: creator,
      orderedPollOptions: options.map((option) => asStored(option, creator)),
    });
    const inserted = insertBalloon(store, poll, appBalloon(balloon));
    // A poll refers to itself; what refers to it from elsewhere is an update of its options.
    setColumns(store, "message", inserted.id, { associated_message_guid: inserted.guid });
    return { ...inserted, options };
  });
}

/**
 * Somebody votes: all they vote for now, so an earlier vote of theirs counts no more, and an empty list takes
 * it back. `options` are ids or texts. Throws NotInMessages, also for an option that the poll does not have.
 */
export function votePoll(
  store: Store,
  vote: { poll: string; by: Actor; options: readonly string[]; at?: number },
): Inserted {
  return transact(store, () => {
    const participantHandle = addressOf(vote.by);
    const known = pollOptions(store, vote.poll);
    const votes = vote.options.map((wanted) => {
      const option = known.find(({ id, text }) => id === wanted || text === wanted);
      if (option === undefined) {
        const there = known.map(({ text }) => text).join(", ");
        throw new NotInMessages(`"${wanted}" is not in the poll; there is: ${there}.`);
      }
      return { voteOptionIdentifier: option.id, participantHandle };
    });
    const balloon = appBalloon({ ...POLLS, url: dataUrl({ votes }) });
    const message = findMessage(store, vote.poll);
    const chat = message.chatId === null ? null : conversationById(store, message.chatId);
    const row = {
      ...blankRow(store, message.service, vote.at ?? store.clock.now()),
      handle_id: handleOf(store, vote.by, message.service),
      is_from_me: vote.by === "me" ? 1 : 0,
      is_sent: vote.by === "me" ? 1 : 0,
      is_read: vote.by === "me" ? 0 : 1,
      associated_message_guid: vote.poll,
      associated_message_type: VOTE,
    };
    return insertRow(store, chat, row, balloon.columns);
  });
}

/** Somebody adds something to vote for. Throws NotInMessages. */
export function addPollOption(
  store: Store,
  change: { poll: string; by: Actor; text: string; at?: number },
): Poll {
  return transact(store, () => {
    const message = findMessage(store, change.poll);
    const chat = conversationById(store, message.chatId ?? 0);
    const creator = addressOf(change.by);
    const options = [...pollOptions(store, change.poll), { id: newGuid(store), text: change.text }];
    const item = {
      title: "",
      creatorHandle: creator,
      orderedPollOptions: options.map((option) => asStored(option, creator)),
    };
    const { by, at } = change;
    const draft = { chat, by, ...(at === undefined ? {} : { at }) };
    const inserted = insertBalloon(store, draft, appBalloon(pollBalloon(item)));
    setColumns(store, "message", inserted.id, {
      associated_message_guid: change.poll,
      associated_message_type: UPDATE,
    });
    return { ...inserted, options };
  });
}

/** What can be voted for in a poll of this simulator, with what was added. Throws NotInMessages. */
export function pollOptions(store: Store, guid: string): PollOption[] {
  const payload = store.sql.latestPoll.get(guid, guid);
  const [, item = ""] = /data:,([\w-]+)\?src=p/.exec(payload?.toString("latin1") ?? "") ?? [];
  const read = storedPoll.safeParse(
    item === "" ? null : JSON.parse(Buffer.from(item, "base64url").toString()),
  );
  if (!read.success) throw new NotInMessages(`${guid} is no poll.`);
  return read.data.item.orderedPollOptions.map(({ optionIdentifier, text }) => ({
    id: optionIdentifier,
    text,
  }));
}

/** The guid of the poll that was made last. Throws NotInMessages. */
export function lastPoll(store: Store): string {
  const guid = store.sql.lastPoll.get();
  if (guid === undefined) throw new NotInMessages("Simulated Messages holds no poll yet.");
  return guid;
}

const storedPoll = z.object({
  item: z.object({
    orderedPollOptions: z.array(z.object({ optionIdentifier: z.string(), text: z.string() })),
  }),
});

const POLLS: AppBalloon = {
  bundle: "com.apple.messages.Polls",
  app: "Polls",
  url: "data:,",
};

function pollBalloon(item: object): AppBalloon {
  return { ...POLLS, summary: "Sent a poll", url: `${dataUrl(item)}?src=p&c=4` };
}

function dataUrl(item: object): string {
  return `data:,${Buffer.from(JSON.stringify({ version: 1, item })).toString("base64url")}`;
}

function asStored({ id, text }: PollOption, creatorHandle: string): object {
  return { optionIdentifier: id, creatorHandle, text, attributedText: text, canBeEdited: false };
}

function addressOf(who: Actor): string {
  return who === "me" ? MAC_LINE : who.address;
}

function insertBalloon(
  store: Store,
  { chat, by, at }: { chat: Conversation; by: Actor; at?: number },
  content: Pick<MessageDraft, "text" | "columns">,
): Inserted {
  const draft = { chat, ...content, ...(at === undefined ? {} : { at }) };
  return by === "me"
    ? sendMessage(store, { ...draft, state: "sent" })
    : receiveMessage(store, { ...draft, from: by.address });
}
