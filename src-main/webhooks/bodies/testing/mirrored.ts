import { z } from "zod";
import type { Conversation } from "../../../../src-shared/domain/conversation.ts";
import type { Event, MESSAGE_EVENTS } from "../../../../src-shared/domain/event.ts";
import type { GroupChange } from "../../../../src-shared/domain/group-change.ts";
import type { Message } from "../../../../src-shared/domain/message.ts";
import type { SentItem } from "../../../../src-shared/domain/outbox.ts";
import type { Reaction } from "../../../../src-shared/domain/reaction.ts";
import type { BodyFormat } from "../../../../src-shared/domain/webhook.ts";
import { Fault } from "../../../../src-shared/faults.ts";
import { eventLine } from "../../../control/event-lines.ts";
import { sampleMessage, sampleSentItem } from "../../../testing/sample-changes.ts";
import { bodies } from "../bodies.ts";

/** A group whose name a test chooses. */
export const GROUP = "any;+;chat7";
const DIRECT = "any;-;+15550111";
const stamp = { id: "evt_1", seq: 1, at: 1_700_000_000_000 };

const group = (displayName: string): Conversation => ({
  id: GROUP,
  spellings: [GROUP],
  participants: ["+15550111", "+15550112"],
  displayName,
  isGroup: true,
  services: ["iMessage"],
  line: null,
  isArchived: false,
  filter: "none",
  latestMessage: null,
});

/** What a test says of what surrounds an event: the group's name, and the message that a reaction is on. */
export interface Around {
  groupName?: string;
  target?: Message | null;
}

/** The body of an event in this format, by the window's own lines. */
export function bodyOf(
  format: BodyFormat,
  event: Event,
  { groupName = "Family", target = null }: Around = {},
): string | null {
  const missing = () => {
    throw new Fault("not_found", "gone");
  };
  const reading = {
    messages: { get: () => target ?? missing(), list: missing },
    conversations: {
      get: (id: string) => (id === GROUP ? group(groupName) : missing()),
      list: missing,
      find: missing,
    },
  };
  const table = bodies({
    bellhop: ({ id }) => id,
    lineOf: (one) => eventLine(one, reading),
    groupName: (id) => (id === GROUP ? groupName : null),
    messageOf: () => target,
  });
  return table[format](event);
}

/** The text that a chat is sent for an event; null when nothing is sent. */
export function mirrored(format: "slack" | "discord", event: Event, around: Around = {}): string | null {
  const body = bodyOf(format, event, around);
  if (body === null) return null;
  return format === "slack"
    ? z.strictObject({ text: z.string() }).parse(JSON.parse(body)).text
    : z.object({ content: z.string() }).parse(JSON.parse(body)).content;
}

/** An event about a message in the direct chat with +15550111. */
export function messageEvent(type: (typeof MESSAGE_EVENTS)[number], fields: Partial<Message> = {}): Event {
  return { ...stamp, type, data: sampleMessage({ ...(fields.isFromMe ? { sender: null } : {}), ...fields }) };
}

/** A tapback on the message `T`. */
export function reactionEvent(
  type: "reaction.added" | "reaction.removed",
  fields: Partial<Reaction> = {},
): Event {
  const data: Reaction = {
    rowId: 2,
    guid: "R",
    targetGuid: "T",
    targetRowId: 1,
    targetPart: null,
    conversationIds: [DIRECT],
    sender: "+15550111",
    isFromMe: false,
    kind: "love",
    emoji: null,
    removed: type === "reaction.removed",
    at: stamp.at,
    ...fields,
  };
  return { ...stamp, type, data };
}

/** A message that was deleted from a conversation. */
export function deletionEvent(conversationIds: string[]): Event {
  return {
    ...stamp,
    type: "message.deleted",
    data: { guid: "G", rowId: 1, conversationIds, isRecoverable: true, at: stamp.at },
  };
}

/** What became of a send to +15550111. */
export function outboxEvent(other: Partial<SentItem>): Event {
  return { ...stamp, type: "outbox.updated", data: sampleSentItem(other) };
}

/** What somebody did to the group. */
export function groupEvent(change: GroupChange | null, by: string | null, displayName = "Family"): Event {
  return { ...stamp, type: "conversation.updated", data: { conversation: group(displayName), change, by } };
}
