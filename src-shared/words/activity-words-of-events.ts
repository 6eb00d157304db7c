import type { EventLine } from "../control.ts";
import type { GroupChange } from "../domain/group-change.ts";
import type { ReactionKind } from "../domain/reaction.ts";
import { spelledWords } from "./numbers.ts";

const REACTED: Record<ReactionKind, string> = {
  love: "loved a message",
  like: "liked a message",
  dislike: "disliked a message",
  laugh: "laughed at a message",
  emphasize: "emphasized a message",
  question: "questioned a message",
  emoji: "reacted to a message",
  sticker: "put a sticker on a message",
};

const SENT: Partial<Record<NonNullable<EventLine["kind"]>, string>> = {
  audio: "sent a voice message",
  link: "sent a link",
  poll: "sent a poll",
  sticker: "sent a sticker",
  app: "sent something of an app",
  handwriting: "sent handwriting",
  digital_touch: "sent a Digital Touch",
};

const CHANGED: Record<GroupChange["action"], string> = {
  member_added: "has a new member",
  member_removed: "lost a member",
  member_left: "lost a member",
  number_changed: "has a member with another number",
  renamed: "has a new name",
  name_removed: "has no name any more",
  photo_set: "has a new picture",
  photo_removed: "has no picture any more",
  background_set: "has a new background",
  background_removed: "has no background any more",
};

/**
 * An event as a line of the log: "Maya Lindqvist wrote", "Noor Haddad loved a message". Says who and what, and never
 * what was written.
 */
export function eventActivityWords(line: EventLine): string {
  const person = line.person ?? "Somebody";
  const to = line.person ?? "somebody";
  const who = line.isFromMe ? "You" : person;
  switch (line.type) {
    case null:
      return line.text ?? "";
    case "message.received":
      return `${person} ${sentWords(line)}`;
    case "message.sent":
      return `You ${sentWords(line)} to ${to}`;
    case "message.delivered":
      return `Delivered to ${to}`;
    case "message.read":
      return line.isFromMe ? `${person} read a message` : `You read a message of ${to}`;
    case "message.failed":
      return `Not sent to ${to}: Messages says that it failed`;
    case "message.edited":
      return `${who} edited a message`;
    case "message.unsent":
      return `${who} unsent a message`;
    case "message.updated":
      return line.kind === "poll"
        ? `A poll of ${line.isFromMe ? "yours" : to} has another vote`
        : `A message ${line.isFromMe ? `to ${to}` : `of ${to}`} is now complete`;
    case "message.deleted":
      return `A message was deleted from ${line.person ?? "a conversation"}`;
    case "reaction.added":
      return `${who} ${REACTED[line.reaction ?? "emoji"]}`;
    case "reaction.removed":
      return `${who} took a reaction back`;
    case "conversation.updated":
      return `${line.person ?? "A conversation"} ${line.change === null ? "was changed" : CHANGED[line.change.action]}`;
    case "outbox.updated":
      return outboxWords(line, to);
  }
}

function sentWords({ kind, attachments }: EventLine): string {
  const special = kind === null ? undefined : SENT[kind];
  if (special !== undefined) return special;
  if (attachments === 0) return "wrote";
  return attachments === 1 ? "sent a file" : `sent ${spelledWords(attachments)} files`;
}

function outboxWords({ outbox }: EventLine, to: string): string {
  const why = outbox?.reason ? `: ${outbox.reason}` : "";
  switch (outbox?.state) {
    case "queued":
      return `Waiting to be sent to ${to}${why}`;
    case "dispatching":
      return `Given to Messages for ${to}; its row is awaited`;
    case "sent":
      return `Sent to ${to}; its row is in chat.db`;
    case "delivered":
      return `A send to ${to} was delivered`;
    case "read":
      return `A send to ${to} was read`;
    case "failed":
      return `Not sent to ${to}${why}`;
    case "unknown":
      return `Not known whether it was sent to ${to}${why}`;
    case "dry_run":
      return `Dry run: nothing was sent to ${to}`;
    case undefined:
      return `A send to ${to} was updated`;
  }
}
