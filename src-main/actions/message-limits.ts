import { isPersonal, type Message } from "../../src-shared/domain/message.ts";
import type { Part } from "../../src-shared/domain/text.ts";
import { Fault } from "../../src-shared/faults.ts";
import { hasText } from "./bubble.ts";

/** How long Messages offers both after sending, and how often an edit. Source: Apple's guide to Messages, macOS 13 to 26. */
const EDIT_MS = 15 * 60_000;
const MOST_EDITS = 5;
const UNSEND_MS = 2 * 60_000;

const conflict = (sentence: string): Fault => new Fault("conflict", sentence);

/** The guid of the chat in which a message can be pointed at. Throws `conflict` where there is no bubble to point at. */
export function chatOnScreen(message: Message): string {
  if (!isPersonal(message.kind)) {
    throw conflict(`this is no message that somebody wrote, but a ${message.kind.replaceAll("_", " ")}`);
  }
  if (message.deletedAt !== null) throw conflict("the message was deleted");
  if (message.status === "failed") throw conflict("the message failed: the other side never had it");
  if (message.scheduledFor !== null) throw conflict("the message is scheduled, and was not sent yet");
  const [chat] = message.conversationIds;
  if (chat === undefined) throw conflict("the message belongs to no conversation");
  return chat;
}

/** The one text of a message of one's own. Throws `conflict` where Messages would not let it be changed at all. */
export function ownText(message: Message, change: "edited" | "unsent"): Part {
  if (!message.isFromMe) throw conflict(`only messages of one's own can be ${change}`);
  if (message.service !== "iMessage") {
    throw conflict(`it went as ${message.service ?? "something else"}: only iMessages can be ${change}`);
  }
  const [text, another] = message.parts.filter(hasText);
  if (text === undefined || (message.kind !== "message" && message.kind !== "link")) {
    throw conflict(`only a text can be ${change}: nothing else is known by what its bubble says`);
  }
  if (another !== undefined) {
    throw conflict(`it has several texts, and it cannot be told which one is to be ${change}`);
  }
  return text;
}

/** Throws `conflict` once Messages does not offer to edit this part any more. */
export function checkEditable(message: Message, part: Part, now: number): void {
  if (now - message.at > EDIT_MS) throw conflict("Messages lets a message be edited for 15 minutes only");
  const versions = message.edits.find((edit) => edit.part === part.index)?.versions.length ?? 0;
  // The first version is what was sent.
  if (versions - 1 >= MOST_EDITS) throw conflict("Messages lets a message be edited five times only");
}

/** Throws `conflict` where Messages does not offer to unsend it any more, or would take back only a part of it. */
export function checkUnsendable(message: Message, now: number): void {
  if (message.parts.length > 1) {
    throw conflict("it has several parts, which Messages unsends one by one: do it there");
  }
  if (now - message.at > UNSEND_MS) throw conflict("Messages lets a message be unsent for 2 minutes only");
}
