import { z } from "zod";
import { EVENT_TYPES, type EventType, MESSAGE_EVENTS } from "../../../src-shared/domain/event.ts";
import { GroupChange } from "../../../src-shared/domain/group-change.ts";
import { ConversationName } from "../../../src-shared/domain/webhook.ts";
import { WireMessage } from "./message-shape.ts";
import { WireSentItem } from "./outbox-shapes.ts";
import { WireConversation, wholeNumber } from "./shapes.ts";

/** Events on the wire: AiMessage's two fields, what goes beyond them, and how they are asked for. */

export const WireReaction = z.object({
  id: z.string(),
  message_id: z.string(),
  message_guid: z.string(),
  sender: z.string(),
  reaction_type: z.enum([
    "love",
    "thumbs_up",
    "thumbs_down",
    "ha_ha",
    "exclamation",
    "question",
    "emoji",
    "sticker",
  ]),
  timestamp: z.string(),
  emoji: z.string().nullable(),
  part: z.int().nullable(),
  conversation_id: z.string(),
  is_from_me: z.boolean(),
});
export type WireReaction = z.infer<typeof WireReaction>;

/** + The data of `message.deleted`. */
export const WireDeletion = z.object({
  id: z.string(),
  guid: z.string(),
  conversation_id: z.string(),
  conversation_ids: z.array(z.string()),
  recoverable: z.boolean(),
  timestamp: z.string(),
});
export type WireDeletion = z.infer<typeof WireDeletion>;

/** + The data of `conversation.updated`. */
export const WireConversationUpdate = WireConversation.extend({
  change: GroupChange.nullable(),
  by: z.string().nullable(),
});
export type WireConversationUpdate = z.infer<typeof WireConversationUpdate>;

/** What every event carries beside AiMessage's two fields. */
const stamp = { id: z.string(), seq: z.int(), timestamp: z.string() };

export const WireEvent = z.discriminatedUnion("type", [
  z.object({ type: z.enum(MESSAGE_EVENTS), data: WireMessage, ...stamp }),
  z.object({ type: z.literal("message.deleted"), data: WireDeletion, ...stamp }),
  z.object({ type: z.enum(["reaction.added", "reaction.removed"]), data: WireReaction, ...stamp }),
  z.object({ type: z.literal("conversation.updated"), data: WireConversationUpdate, ...stamp }),
  z.object({ type: z.literal("outbox.updated"), data: WireSentItem, ...stamp }),
]);
export type WireEvent = z.infer<typeof WireEvent>;

const TYPES_WORDS = `must be *, or some of ${EVENT_TYPES.join(", ")}, separated by commas`;

/** Several in one place of a query: separated by commas, or the name given again. */
const several = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((texts) => texts.split(",")));

/** `*` is all of them; undefined where none is given. */
const types = several
  .transform((names) => names.map((name) => name.trim()).filter((name) => name !== ""))
  .transform((names) => (names.includes("*") ? [...EVENT_TYPES] : names))
  .pipe(z.array(z.enum(EVENT_TYPES, { error: TYPES_WORDS })))
  .transform((names): EventType[] | undefined => (names.length === 0 ? undefined : [...new Set(names)]))
  .optional();

const conversations = several
  // A literal + arrives as a space.
  .transform((ids) => ids.map((id) => id.replaceAll(" ", "+")).filter((id) => id !== ""))
  .pipe(z.array(ConversationName).max(100, "at most 100"))
  .default([]);

const sequence = wholeNumber(Number.MAX_SAFE_INTEGER);

export const StreamQuery = z.strictObject({
  since: sequence.optional(),
  types,
  conversation_id: conversations,
  /** Read before: an EventSource, and a socket in a browser, can send no header. */
  api_key: z.unknown().optional(),
});

/** + `wait`: so many milliseconds are waited for an event when there is none yet. */
export const EventsQuery = StreamQuery.extend({
  limit: wholeNumber(500)
    .refine((limit) => limit > 0, "must be at least 1")
    .default(100),
  wait: wholeNumber(30_000).default(0),
});

/** An EventSource that comes back says here how far it was. */
export const StreamHeaders = z.object({ "last-event-id": z.string().optional() });

/** A page of events, oldest first; `next_since` is what `since` takes to go on behind it. */
export const eventsPage = z.object({
  data: z.array(WireEvent),
  count: z.int(),
  next_since: z.int(),
  has_more: z.boolean(),
});
