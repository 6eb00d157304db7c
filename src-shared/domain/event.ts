import { z } from "zod";
import { Conversation } from "./conversation.ts";
import { Deletion } from "./deletion.ts";
import { GroupChange } from "./group-change.ts";
import { Message } from "./message.ts";
import { SentItem } from "./outbox.ts";
import { Reaction } from "./reaction.ts";

/** Events whose data is a message as it stands then. */
export const MESSAGE_EVENTS = [
  "message.received",
  "message.sent",
  "message.delivered",
  "message.read",
  "message.failed",
  "message.edited",
  "message.unsent",
  // What came late: a body, a file, a link's preview, a transcription, a vote.
  "message.updated",
] as const;

export const EVENT_TYPES = [
  ...MESSAGE_EVENTS,
  "message.deleted",
  "reaction.added",
  "reaction.removed",
  "conversation.updated",
  // What became of a send, also of one that no message tells of.
  "outbox.updated",
] as const;
export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** A conversation as it stands now, and what somebody did to it; null when only its figures changed. */
export const ConversationUpdate = z.object({
  conversation: Conversation,
  change: GroupChange.nullable(),
  /** Who did it: a handle; null when it was done on this Mac or Messages does not say. */
  by: z.string().nullable(),
});
export type ConversationUpdate = z.infer<typeof ConversationUpdate>;

/** What every event carries: `id` repeats on a redelivery, `seq` is its place in the journal. */
const stamp = { id: z.string(), seq: z.int(), at: z.int() };

export const Event = z.discriminatedUnion("type", [
  z.object({ ...stamp, type: z.enum(MESSAGE_EVENTS), data: Message }),
  z.object({ ...stamp, type: z.literal("message.deleted"), data: Deletion }),
  z.object({ ...stamp, type: z.enum(["reaction.added", "reaction.removed"]), data: Reaction }),
  z.object({ ...stamp, type: z.literal("conversation.updated"), data: ConversationUpdate }),
  z.object({ ...stamp, type: z.literal("outbox.updated"), data: SentItem }),
]);
export type Event = z.infer<typeof Event>;
