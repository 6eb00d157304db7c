import type { EventLine } from "../control.ts";
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
  const target = line.text === null ? "a message" : `“${line.text}”`;
  if (line.type === "reaction.removed") return `took ${line.emoji ?? REMOVED[kind]} back from ${target}`;
  if (line.emoji !== null) return `reacted ${line.emoji} to ${target}`;
  return `${ADDED[kind]} ${target}`;
}

function bodyWords(line: EventLine): string {
  const files = line.attachments === 0 ? "" : line.attachments === 1 ? "1 file" : `${line.attachments} files`;
  if (line.text === null || line.text === "") return files === "" ? "A message without text" : files;
  return files === "" ? line.text : `${line.text} (${files})`;
}

/** An event as it is read aloud: who, then what. */
export function eventWords(line: EventLine): EventWords {
  const person = line.person ?? "Unknown sender";
  switch (line.type) {
    case null:
      return { before: "", person: "", after: line.text ?? "" };
    case "message.received":
      return { before: "", person, after: `\u2002${bodyWords(line)}` };
    case "message.sent":
      return { before: "To ", person: line.person ?? "unknown", after: `\u2002${bodyWords(line)}` };
    case "reaction.added":
    case "reaction.removed":
      return { before: "", person: line.isFromMe ? "You" : person, after: ` ${reactionWords(line)}` };
  }
}
