import type { EventLine } from "../../../src-shared/control.ts";
import type { Event } from "../../../src-shared/domain/event.ts";
import type { Message } from "../../../src-shared/domain/message.ts";
import type { SentItem } from "../../../src-shared/domain/outbox.ts";
import { eventWords } from "../../../src-shared/words/event-words.ts";
import { parseChatGuid } from "../../apple-messages/chat-guid.ts";
import { cleanName, cleanText, oneLine } from "./plain-text.ts";
import { spoken } from "./spoken.ts";

/** An event as a chat elsewhere shows it, before it is written in that chat's markup. Nothing in it is escaped. */
export interface MirrorLine {
  before: string;
  /** Drawn strong; never empty. */
  person: string;
  /** The group that it happened in, unless it is named already. */
  group: string | null;
  /** What they did; where it says all there is to say, `text` is null. */
  after: string;
  /** What they wrote, when that has several lines. */
  text: string | null;
}

/** What is asked about an event to tell it. */
export interface MirrorReading {
  /** The event as the window shows it. */
  lineOf(event: Event): EventLine;
  /** What the group with this id is called, by its members where it has no name; null when nobody knows. */
  groupName(conversationId: string): string | null;
  /** The message with this guid as it stands; null when it is gone or cannot be read. */
  messageOf(guid: string): Message | null;
}

/** As much of a message as is quoted when the event is not about what it says. In UTF-16 units. */
const LONGEST_QUOTE = 120;
/** The same of why something was not sent. */
const LONGEST_REASON = 500;

/**
 * An event in words; null when there is nothing to tell: only figures of a conversation changed, or a send goes
 * its way, which the events of its messages tell.
 */
export function mirrorLine(event: Event, reading: MirrorReading): MirrorLine | null {
  if (event.type === "conversation.updated" && event.data.change === null) return null;
  if (event.type === "outbox.updated" && !isLost(event.data)) return null;
  const line = told(event, reading);
  const words = eventWords(line);
  const person = cleanName(words.person) || "Somebody";
  const group = groupOf(event, line, reading);
  return {
    before: words.before,
    person,
    group: group === null || group === person ? null : group,
    ...placed(words.after.replace(/^\u2002/, ": "), line.text),
  };
}

/** Whether no message may ever tell of this send. */
function isLost({ state }: SentItem): boolean {
  return state === "failed" || state === "unknown";
}

/** The window's line with what is said in full, and without what a mirror does not show. */
function told(event: Event, reading: MirrorReading): EventLine {
  const line = reading.lineOf(event);
  switch (event.type) {
    case "message.deleted":
      return line;
    case "outbox.updated": {
      const reason = line.outbox?.reason ?? null;
      return {
        ...line,
        outbox: line.outbox && { ...line.outbox, reason: reason && oneLine(reason, LONGEST_REASON) },
      };
    }
    case "conversation.updated": {
      const { change, by } = line;
      return {
        ...line,
        change: change && {
          ...change,
          handle: change.handle === null ? null : cleanName(change.handle),
          name: change.name === null ? null : cleanName(change.name),
        },
        by: by === null ? null : cleanName(by),
      };
    }
    case "reaction.added":
    case "reaction.removed": {
      const target = reading.messageOf(event.data.targetGuid);
      const emoji = line.emoji === null ? null : cleanName(line.emoji);
      return { ...line, emoji, text: target && quoted(spoken(target)) };
    }
    case "message.delivered":
    case "message.read":
      return { ...line, attachments: 0, text: quoted(spoken(event.data)) };
    case "message.updated":
      // Of a poll, who voted is the news.
      if (event.data.kind === "poll") return { ...line, text: quoted(line.text) };
  }
  const text = spoken(event.data);
  return { ...line, attachments: 0, text: text && cleanText(text) };
}

function quoted(text: string | null): string | null {
  return text && oneLine(text, LONGEST_QUOTE);
}

/** Text of several lines is taken out of the sentence, and stands below it. */
function placed(after: string, text: string | null): Pick<MirrorLine, "after" | "text"> {
  const at = text?.includes("\n") === true ? after.indexOf(text) : -1;
  return at === -1 ? { after, text: null } : { after: after.slice(0, at).trimEnd(), text };
}

function groupOf(event: Event, line: EventLine, { groupName }: MirrorReading): string | null {
  // A conversation names itself, unless somebody of it is named.
  if (event.type === "conversation.updated") {
    return line.by === null || line.person === null ? null : cleanName(line.person);
  }
  // A send names where it goes.
  if (event.type === "outbox.updated") return null;
  const group = event.data.conversationIds.find((id) => parseChatGuid(id)?.separator === "+");
  const name = group === undefined ? null : groupName(group);
  return name === null ? null : cleanName(name) || null;
}
