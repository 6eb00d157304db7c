import { z } from "zod";
import { Message } from "./message.ts";
import { Reaction } from "./reaction.ts";

export const EVENT_TYPES = [
  "message.received",
  "message.sent",
  "reaction.added",
  "reaction.removed",
] as const;
export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** What every event carries: `id` repeats on a redelivery, `seq` is its place in the journal. */
const stamp = { id: z.string(), seq: z.int(), at: z.int() };

export const Event = z.discriminatedUnion("type", [
  z.object({ ...stamp, type: z.literal("message.received"), data: Message }),
  z.object({ ...stamp, type: z.literal("message.sent"), data: Message }),
  z.object({ ...stamp, type: z.literal("reaction.added"), data: Reaction }),
  z.object({ ...stamp, type: z.literal("reaction.removed"), data: Reaction }),
]);
export type Event = z.infer<typeof Event>;
