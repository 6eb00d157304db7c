import { z } from "zod";
import { EVENT_TYPES, EventType } from "../../../src-shared/domain/event.ts";
import {
  BODY_FORMATS,
  BodyFormat,
  ConversationName,
  DeadBecause,
  DisabledBecause,
  SIGNATURES,
  Signature,
} from "../../../src-shared/domain/webhook.ts";
import { wholeNumber, wholeTime } from "./shapes.ts";

/** Webhooks and their deliveries on the wire. AiMessage knows `url`, `events`, `secret`, `id` and `created_at`. */

const oneOf = (names: readonly string[]) => ({ error: `must be one of ${names.join(", ")}` });

const events = z
  .array(z.enum([...EVENT_TYPES, "*"], oneOf([...EVENT_TYPES, "*"])), {
    error: "must be a list of event types",
  })
  .min(1, "must name at least one event type")
  .transform((types): EventType[] =>
    types.includes("*") ? [...EVENT_TYPES] : EVENT_TYPES.filter((type) => types.includes(type)),
  );

const secret = z.string({ error: "must be a text" }).min(1, "must not be empty").max(500, "is too long");

/** + Everything but url and events may be left out, and keeps what it was. */
const choices = {
  secret: secret.nullish(),
  name: z.string({ error: "must be a text" }).trim().max(100, "is too long").nullish(),
  signature: z.enum(SIGNATURES, oneOf(SIGNATURES)).optional(),
  format: z.enum(BODY_FORMATS, oneOf(BODY_FORMATS)).optional(),
  conversations: z
    .array(ConversationName, { error: "must be a list of conversation ids" })
    .max(200, "at most 200")
    .optional(),
  only_incoming: z.boolean({ error: "must be true or false" }).optional(),
  include_own: z.boolean({ error: "must be true or false" }).optional(),
  headers: z
    .record(z.string(), z.string({ error: "must be texts" }), { error: "must be an object" })
    .optional(),
  enabled: z.boolean({ error: "must be true or false" }).optional(),
};

const url = z.string({ error: "must be an http or https address" }).max(2_000, "is too long");

export const WebhookBody = z.object({ url, events, ...choices });
export const WebhookPatch = z.strictObject({ url: url.optional(), events: events.optional(), ...choices });
export type WebhookPatch = z.output<typeof WebhookPatch>;

export const RotateBody = z.strictObject({ secret: secret.nullish() });

/** Since a moment; what had been given up, and with `missed` also what was never queued. */
export const ResendBody = z.strictObject({
  since: z
    .string({ error: "must be a time in ISO 8601, such as 2026-03-23T23:49:54Z" })
    .transform((text) => wholeTime(text))
    .pipe(
      z.iso.datetime({ offset: true, message: "must be a time in ISO 8601, such as 2026-03-23T23:49:54Z" }),
    )
    .transform((text) => Date.parse(text))
    .nullish(),
  missed: z.boolean({ error: "must be true or false" }).default(false),
});

export const Resent = z.object({ queued: z.int() });

const time = z.string().nullable();

export const WireHealthOfWebhook = z.object({
  failures: z.int(),
  failing_since: time,
  last_attempt_at: time,
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  next_attempt_at: time,
  waiting: z.int(),
  waiting_since: time,
  dead: z.int(),
  delivered_today: z.int(),
});

/** AiMessage's four fields, then +. */
export const WireWebhook = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(EventType),
  created_at: z.string(),
  name: z.string().nullable(),
  enabled: z.boolean(),
  disabled_because: DisabledBecause.nullable(),
  disabled_at: time,
  signature: Signature,
  format: BodyFormat,
  conversations: z.array(z.string()),
  only_incoming: z.boolean(),
  include_own: z.boolean(),
  /** Names alone: their values are never shown again. */
  headers: z.array(z.string()),
  has_secret: z.boolean(),
  /** Until then the secret before this one signs as well. */
  rotates_until: time,
  allows_local: z.boolean(),
  health: WireHealthOfWebhook,
});
export type WireWebhook = z.infer<typeof WireWebhook>;

/** The secret that was made, this once. */
export const RotatedWebhook = WireWebhook.extend({ secret: z.string() });

/** What a test event was answered with. */
export const Tested = z.object({
  ok: z.boolean(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  took_ms: z.number(),
});

export const DeliveriesQuery = z.strictObject({
  state: z
    .enum(["pending", "delivered", "dead"], { error: "must be one of pending, delivered, dead" })
    .optional(),
  before: wholeNumber(Number.MAX_SAFE_INTEGER).optional(),
  limit: wholeNumber(200)
    .refine((limit) => limit > 0, "must be at least 1")
    .default(50),
});

export const WireDelivery = z.object({
  id: z.string(),
  webhook_id: z.string(),
  seq: z.int(),
  event_id: z.string(),
  type: EventType,
  state: z.enum(["pending", "delivered", "dead"]),
  dead_because: DeadBecause.nullable(),
  attempts: z.int(),
  queued_at: z.string(),
  settled_at: time,
  last_status: z.int().nullable(),
});
export type WireDelivery = z.infer<typeof WireDelivery>;

/** Newest first; `next_before` is what `before` takes for the older ones. */
export const deliveriesPage = z.object({
  data: z.array(WireDelivery),
  count: z.int(),
  next_before: z.int().nullable(),
});

/** A delivery with its request and attempts. What the other side answered is for the window alone. */
export const WireDeliveryInFull = WireDelivery.extend({
  request: z
    .object({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() })
    .nullable(),
  history: z.array(
    z.object({
      number: z.int(),
      at: z.string(),
      took_ms: z.number(),
      status: z.int().nullable(),
      error: z.string().nullable(),
    }),
  ),
});
