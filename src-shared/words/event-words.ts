import type { EventLine } from "../control.ts";
import type { GroupChange } from "../domain/group-change.ts";
import type { ReactionKind } from "../domain/reaction.ts";

/** A line under "Last events" in three parts, of which the person is drawn strong. */
export interface EventWords {
  before: string;
  person: string;
  after: string;
}

const ADDED: Record<ReactionKind, string> = {
  love: "loved",
  like: "liked",
  dislike: "disliked",
  laugh: "laughed at",
  emphasize: "emphasized",
  question: "questioned",
  emoji: "reacted to",
  sticker: "put a sticker on",
};

const REMOVED: Record<ReactionKind, string> = {
  love: "a heart",
  like: "a thumbs up",
  dislike: "a thumbs down",
  laugh: "a laugh",
  emphasize: "an exclamation",
  question: "a question mark",
  emoji: "a reaction",
  sticker: "a sticker",
};

function reactionWords(line: EventLine): string {
  const kind = line.reaction ?? "emoji";
  if (line.type === "reaction.removed")
    return `took ${line.emoji ?? REMOVED[kind]} back from ${quoted(line)}`;
  if (line.emoji !== null) return `reacted ${line.emoji} to ${quoted(line)}`;
  return `${ADDED[kind]} ${quoted(line)}`;
}

function quoted({ text }: EventLine): string {
  return text === null || text === "" ? "a message" : `“${text}”`;
}

/** What a message is, where its text alone does not say it. */
const WHAT: Partial<Record<NonNullable<EventLine["kind"]>, string>> = {
  audio: "Voice message",
  link: "Shared a link",
  poll: "Sent a poll",
  sticker: "Sent a sticker",
  handwriting: "Sent a handwritten message",
};

function contentWords(line: EventLine): string {
  const what = line.kind === null ? undefined : WHAT[line.kind];
  const hasText = line.text !== null && line.text !== "";
  if (what !== undefined) {
    return hasText && line.kind !== "sticker" && line.kind !== "handwriting" ? `${what}: ${line.text}` : what;
  }
  const files = line.attachments === 0 ? "" : line.attachments === 1 ? "1 file" : `${line.attachments} files`;
  if (!hasText) return files === "" ? "A message without text" : files;
  return files === "" ? `${line.text}` : `${line.text} (${files})`;
}

/** What came late. */
function updateWords(line: EventLine): string {
  const own = line.isFromMe ? " poll" : "’s poll";
  if (line.kind === "poll") {
    const votes = line.votes === 1 ? "1 vote" : `${line.votes} votes`;
    return `${own} ${line.text === null ? "" : `“${line.text}” `}now has ${votes}`;
  }
  return `\u2002Now complete: ${contentWords(line)}`;
}

/** What was done to a conversation, by somebody, and as it is told when nobody knows by whom. */
function changeWords({ action, handle, name }: GroupChange): { active: string; passive: string } {
  const whom = handle ?? "somebody";
  switch (action) {
    case "member_added":
      return { active: `added ${whom}`, passive: `has a new member: ${whom}` };
    case "member_removed":
      return { active: `removed ${whom}`, passive: `lost a member: ${whom}` };
    case "member_left":
      return { active: "left the group", passive: "lost a member" };
    case "number_changed":
      return { active: "has another number", passive: "has a member with another number" };
    case "renamed":
      return { active: `renamed the group to “${name}”`, passive: "was renamed" };
    case "name_removed":
      return { active: "took the group’s name away", passive: "has no name any more" };
    case "photo_set":
      return { active: "changed the group’s picture", passive: "has a new picture" };
    case "photo_removed":
      return { active: "removed the group’s picture", passive: "has no picture any more" };
    case "background_set":
      return { active: "changed the background", passive: "has a new background" };
    case "background_removed":
      return { active: "removed the background", passive: "has no background any more" };
  }
}

function conversationWords({ person, change, by }: EventLine): EventWords {
  const conversation = person ?? "A conversation";
  if (change === null) return { before: "", person: conversation, after: " was changed" };
  // Whose name it is now, of what it was called before.
  if (change.action === "renamed" && by === null) {
    return { before: "The group is now called ", person: change.name ?? conversation, after: "" };
  }
  const words = changeWords(change);
  if (by === null) return { before: "", person: conversation, after: ` ${words.passive}` };
  return { before: "", person: by, after: ` ${words.active}` };
}

/** An event as it is read aloud: who, then what. */
export function eventWords(line: EventLine): EventWords {
  const person = line.person ?? "Unknown sender";
  const other = line.person ?? "unknown";
  const who = line.isFromMe ? "You" : person;
  switch (line.type) {
    case null:
      return { before: "", person: "", after: line.text ?? "" };
    case "message.received":
      return { before: "", person, after: `\u2002${contentWords(line)}` };
    case "message.sent":
      return { before: "To ", person: other, after: `\u2002${contentWords(line)}` };
    case "message.delivered":
      return { before: "Delivered to ", person: other, after: `\u2002${contentWords(line)}` };
    case "message.read":
      // Read by the other side, or on this Mac.
      if (line.isFromMe) return { before: "", person: other, after: ` read ${quoted(line)}` };
      return { before: "You read ", person, after: `\u2002${contentWords(line)}` };
    case "message.failed":
      return { before: "Not sent to ", person: other, after: `\u2002${contentWords(line)}` };
    case "message.edited":
      return { before: "", person: who, after: ` edited: ${contentWords(line)}` };
    case "message.unsent":
      return { before: "", person: who, after: " unsent a message" };
    case "message.updated":
      if (line.kind === "poll" && line.isFromMe)
        return { before: "", person: "Your", after: updateWords(line) };
      return {
        before: line.isFromMe ? "To " : "",
        person: line.isFromMe ? other : person,
        after: updateWords(line),
      };
    case "message.deleted":
      return { before: "A message was deleted from ", person: line.person ?? "a conversation", after: "" };
    case "reaction.added":
    case "reaction.removed":
      return { before: "", person: who, after: ` ${reactionWords(line)}` };
    case "conversation.updated":
      return conversationWords(line);
    case "outbox.updated":
      return outboxWords(line);
  }
}

/** What became of a send. The messages of it have their own lines, which say what it was. */
function outboxWords({ person, outbox }: EventLine): EventWords {
  const to = person ?? "unknown";
  const why = outbox?.reason ? `: ${outbox.reason}` : "";
  switch (outbox?.state) {
    case "queued":
      return { before: "Waiting to be sent to ", person: to, after: why };
    case "dispatching":
      return { before: "Given to Messages for ", person: to, after: "" };
    case "sent":
      return { before: "A send to ", person: to, after: " is in chat.db" };
    case "delivered":
      return { before: "A send to ", person: to, after: " was delivered" };
    case "read":
      return { before: "A send to ", person: to, after: " was read" };
    case "failed":
      return { before: "Not sent to ", person: to, after: why };
    case "unknown":
      return { before: "Not known whether it was sent to ", person: to, after: why };
    case "dry_run":
      return { before: "Dry run: nothing was sent to ", person: to, after: "" };
    case undefined:
      return { before: "A send to ", person: to, after: " was updated" };
  }
}
