import { z } from "zod";
import { OutboxState, SendService } from "../../../src-shared/domain/outbox.ts";
import { wholeNumber } from "./shapes.ts";

/** + What has been accepted for sending, and what became of it. */

/** ISO 8601, whole seconds; null where there is none. */
const moment = z.string().nullable();

export const WireSentPart = z.object({
  kind: z.enum(["text", "file"]),
  text: z.string().nullable().describe("Null for a file, and in events."),
  name: z.string().nullable(),
  size: z.int(),
  state: OutboxState,
  code: z.string().nullable(),
  reason: z.string().nullable(),
  error_code: z.int().describe("Messages' own error number, 0 when there is none."),
  dispatched_at: moment,
  message_guid: z.string().nullable(),
  retried_as: z.int().nullable().describe("Tried again as the part at this position, from 0."),
});

export const WireSentItem = z.object({
  id: z.string(),
  created_at: z.string(),
  revision: z.int(),
  conversation_id: z.string(),
  service: SendService.nullable(),
  reply_to: z.string().nullable(),
  state: OutboxState,
  code: z.string().nullable().describe("Why it failed, for programs."),
  reason: z.string().nullable().describe("Why it failed or is unknown, for people."),
  parts: z.array(WireSentPart),
});
export type WireSentItem = z.infer<typeof WireSentItem>;

export const OutboxQuery = z.strictObject({
  state: OutboxState.optional(),
  /** The `id` of an item: only what was accepted before it. */
  before: z.string().max(100, "is too long").optional(),
  limit: wholeNumber(200)
    .refine((limit) => limit > 0, "must be at least 1")
    .default(50),
});
