import type { Message } from "../../src-shared/domain/message.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Tapback } from "../messages-app/messages-app.ts";
import { bubbleOf, mainPart } from "./bubble.ts";
import { chatOnScreen, checkEditable, checkUnsendable, ownText } from "./message-limits.ts";
import type { Known, Plan } from "./plan.ts";
import { saysTheSame } from "./says-the-same.ts";

/** A tapback of this Mac's owner. `message` is a ROWID or guid. */
export interface ReactOrder {
  message: string;
  tapback: Tapback;
  /** To take it back. */
  remove: boolean;
}

/** What it takes to react. Throws `not_found`, `conflict`. */
export function planReaction({ message: id, tapback, remove }: ReactOrder, known: Known): Plan {
  const message = known.messages.get(id);
  const { guid } = message;
  const about = { about: guid, chat: chatOnScreen(message) };
  if (message.isUnsent) throw new Fault("conflict", "the message was unsent: there is nothing to react to");
  const main = mainPart(message)?.index ?? 0;
  const isOn = (part: number): boolean => known.own.tapback(guid, part) === tapback;
  if (isOn(main) !== remove) {
    if (remove && message.parts.some(({ index }) => isOn(index))) {
      throw new Fault("conflict", "your tapback is on another part of the message: take it back in Messages");
    }
    const sentence = remove ? "there is no such tapback of yours on it" : "that tapback is on it already";
    return { ...about, step: "already so", sentence };
  }
  return {
    ...about,
    step: "act",
    action: { do: "react", on: bubbleOf(message), tapback, remove },
    showing: {
      inEvent: ({ type, data }) =>
        type === (remove ? "reaction.removed" : "reaction.added") &&
        data.targetGuid === guid &&
        data.isFromMe &&
        data.kind === tapback,
      isSo: () => isOn(main) !== remove,
    },
    sentence: remove ? "the tapback is gone" : "the tapback is on the message",
  };
}

/** What it takes to change the text of a message. Throws `not_found`, `conflict`. */
export function planEdit({ message: id, text }: { message: string; text: string }, known: Known): Plan {
  const message = known.messages.get(id);
  const { guid } = message;
  const about = { about: guid, chat: chatOnScreen(message) };
  if (message.isUnsent) throw new Fault("conflict", "the message was unsent: there is nothing left to edit");
  const part = ownText(message, "edited");
  const says = ({ parts }: Message): boolean =>
    saysTheSame(parts.find(({ index }) => index === part.index)?.text ?? null, text);
  if (says(message)) return { ...about, step: "already so", sentence: "the message says that already" };
  checkEditable(message, part, known.clock.now());
  return {
    ...about,
    step: "act",
    action: { do: "edit", on: bubbleOf(message), text },
    showing: {
      inEvent: ({ type, data }) => type === "message.edited" && data.guid === guid && says(data),
      isSo: () => says(known.messages.get(guid)),
    },
    sentence: "the message says the new text",
  };
}

/** What it takes to take a message back. Throws `not_found`, `conflict`. */
export function planUnsend(id: string, known: Known): Plan {
  const message = known.messages.get(id);
  const { guid } = message;
  const about = { about: guid, chat: chatOnScreen(message) };
  if (message.isUnsent) return { ...about, step: "already so", sentence: "the message was unsent already" };
  ownText(message, "unsent");
  checkUnsendable(message, known.clock.now());
  return {
    ...about,
    step: "act",
    action: { do: "unsend", on: bubbleOf(message) },
    showing: {
      inEvent: ({ type, data }) => type === "message.unsent" && data.guid === guid && data.isUnsent,
      isSo: () => known.messages.get(guid).isUnsent,
    },
    sentence: "the message is unsent",
  };
}
