import { z } from "zod";
import { EventType } from "./event.ts";

/**
 * How a delivery proves who sent it: AiMessage's header together with those of Standard Webhooks, the latter alone, or
 * those that receivers written for messages.dev or Spectrum check.
 */
export const SIGNATURES = ["aimessage", "standard", "messages_dev", "spectrum"] as const;
export const Signature = z.enum(SIGNATURES);
export type Signature = z.infer<typeof Signature>;

/** What a delivery's body looks like: the event itself, or a line that a chat of Slack or Discord shows. */
export const BODY_FORMATS = ["bellhop", "slack", "discord"] as const;
export const BodyFormat = z.enum(BODY_FORMATS);
export type BodyFormat = z.infer<typeof BodyFormat>;

/**
 * What names a conversation in a filter: its id in any spelling (`any;-;+1555…`, `iMessage;+;chat123`), or for the
 * direct chat with somebody their phone number, short code or address.
 */
export const ConversationName = z
  .string()
  .trim()
  .max(320, "is too long")
  .regex(
    /^([^;]*;[-+];.+|\+?\d[\d ().-]+|[^\s@;]+@[^\s@;]+|urn:\S+)$/s,
    "must be a conversation's id, a phone number or an email address",
  );

/** Which events an endpoint is told of. */
export const WebhookFilter = z.object({
  events: z.array(EventType),
  /** Ids of conversations in any spelling; empty for all. */
  conversations: z.array(z.string()),
  /** Leaves out what was done from this account, on whatever device. */
  onlyIncoming: z.boolean(),
  /** Whether it is also told of messages that went out through Bellhop, such as its own. */
  includeOwn: z.boolean(),
});
export type WebhookFilter = z.infer<typeof WebhookFilter>;

/** Who switched an endpoint off: a person, itself by answering 410, or Bellhop after days of failures. */
export const DisabledBecause = z.enum(["person", "gone", "failing"]);
export type DisabledBecause = z.infer<typeof DisabledBecause>;

/** An endpoint that is told of events. Its secret and the values of its headers never leave the gateway. */
export const Webhook = WebhookFilter.extend({
  id: z.string(),
  /** What people call it; null to go by its host. */
  name: z.string().nullable(),
  url: z.string(),
  signature: Signature,
  format: BodyFormat,
  /** Names of the headers of its own. */
  headerNames: z.array(z.string()),
  hasSecret: z.boolean(),
  /** Until when (ms since 1970) the secret before this one signs as well; null when there is none. */
  rotatesUntil: z.int().nullable(),
  /** Whether somebody allowed that it is on this machine or its network. */
  allowsLocal: z.boolean(),
  createdAt: z.int(),
  enabled: z.boolean(),
  disabledBecause: DisabledBecause.nullable(),
  disabledAt: z.int().nullable(),
});
export type Webhook = z.infer<typeof Webhook>;

/** How an endpoint has been doing. Times in ms since 1970. */
export const WebhookHealth = z.object({
  /** Attempts in a row that have failed. */
  failures: z.int(),
  failingSince: z.int().nullable(),
  lastAttemptAt: z.int().nullable(),
  /** The last attempt's HTTP status; null when no answer came, or none was made yet. */
  lastStatus: z.int().nullable(),
  /** Why no answer came, in words; null otherwise. */
  lastError: z.string().nullable(),
  /** When it is tried again; null while it need not wait. */
  nextAttemptAt: z.int().nullable(),
  waiting: z.int(),
  /** Since when the first of its queue waits. */
  waitingSince: z.int().nullable(),
  /** Deliveries that were given up and can be resent. */
  dead: z.int(),
  deliveredToday: z.int(),
});
export type WebhookHealth = z.infer<typeof WebhookHealth>;

/** Why a delivery was given up: refused three times with a 4xx, waited too long, or its event cannot be read any more. */
export const DeadBecause = z.enum(["refused", "expired", "unreadable"]);
export type DeadBecause = z.infer<typeof DeadBecause>;

/** One event on its way to one endpoint. */
export const Delivery = z.object({
  /** `dlv_…`, the same on every attempt. */
  id: z.string(),
  webhookId: z.string(),
  seq: z.int(),
  eventId: z.string(),
  type: EventType,
  state: z.enum(["pending", "delivered", "dead"]),
  deadBecause: DeadBecause.nullable(),
  /** How often it was tried. */
  attempts: z.int(),
  /** When it was put into the queue, or put there again. */
  queuedAt: z.int(),
  /** When it was delivered or given up. */
  settledAt: z.int().nullable(),
  /** The last attempt's HTTP status; null when no answer came, or none was made yet. */
  lastStatus: z.int().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

/** One request that was made for a delivery. */
export const Attempt = z.object({
  /** 1 for the first. */
  number: z.int(),
  at: z.int(),
  tookMs: z.number(),
  status: z.int().nullable(),
  /** Why no answer came, in words; null when one did. */
  error: z.string().nullable(),
  /** As sent; of headers of the endpoint's own, the name alone. */
  requestHeaders: z.record(z.string(), z.string()),
  /** What came back, its text cut off at 4 KB; null when nothing did. Shown in the window only. */
  answer: z.object({ headers: z.record(z.string(), z.string()), text: z.string() }).nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/** What can be chosen of an endpoint beside its address and events. What is left out stays as it was. */
export const WebhookChoices = z.object({
  name: Webhook.shape.name.optional(),
  conversations: WebhookFilter.shape.conversations.optional(),
  onlyIncoming: z.boolean().optional(),
  includeOwn: z.boolean().optional(),
  signature: Signature.optional(),
  format: BodyFormat.optional(),
  /** Headers of its own, in place of all it had. */
  headers: z.record(z.string(), z.string()).optional(),
  secret: z.string().optional(),
  enabled: z.boolean().optional(),
});
export type WebhookChoices = z.infer<typeof WebhookChoices>;

/** Who is to be told of what. */
export const WebhookOrder = WebhookChoices.extend({ url: z.string(), events: z.array(EventType) });
export type WebhookOrder = z.infer<typeof WebhookOrder>;

/** What is to be changed of an endpoint. */
export const WebhookPatch = WebhookOrder.partial();
export type WebhookPatch = z.infer<typeof WebhookPatch>;

/** An endpoint as it is listed. */
export const WebhookView = z.object({ webhook: Webhook, health: WebhookHealth });
export type WebhookView = z.infer<typeof WebhookView>;

/** What became of a test event. */
export const TestResult = z.object({
  status: z.int().nullable(),
  /** Why no answer came, in words; null when one did. */
  error: z.string().nullable(),
  tookMs: z.number(),
  answer: Attempt.shape.answer,
});
export type TestResult = z.infer<typeof TestResult>;

/**
 * A delivery, its attempts in order, and its request: the headers as they were last sent, address and body as they
 * are now. Null when its event is gone.
 */
export const DeliveryInFull = z.object({
  delivery: Delivery,
  attempts: z.array(Attempt),
  request: z
    .object({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() })
    .nullable(),
});
export type DeliveryInFull = z.infer<typeof DeliveryInFull>;
