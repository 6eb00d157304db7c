import { z } from "zod";
import { EventType } from "./domain/event.ts";
import { GroupChange } from "./domain/group-change.ts";
import { LogBatch, LogFollow, LogFollowed, LogPage, LogQuery } from "./domain/log-line.ts";
import { MessageKind } from "./domain/message.ts";
import { OutboxState, SentItem } from "./domain/outbox.ts";
import { ReactionKind } from "./domain/reaction.ts";
import { SelfTest } from "./domain/self-test.ts";
import { Stats } from "./domain/stats.ts";
import {
  Delivery,
  DeliveryInFull,
  TestResult,
  WebhookChoices,
  WebhookOrder,
  WebhookPatch,
  WebhookView,
} from "./domain/webhook.ts";
import { Status } from "./status.ts";

/** One line under "Last events": an event, or (type null) a notice of the gateway about itself. */
export const EventLine = z.object({
  id: z.string(),
  seq: z.int().nullable(),
  type: EventType.nullable(),
  at: z.int(),
  /** The other side: a handle or a group's name; null in a notice. */
  person: z.string().nullable(),
  isFromMe: z.boolean(),
  /** What the message is; null of everything that is told of no message. */
  kind: MessageKind.nullable(),
  /**
   * What the message says: its text, a link's title, a poll's question, a voice message's words; of a reaction
   * the same of the message it is on; of a notice its sentence.
   */
  text: z.string().nullable(),
  attachments: z.int(),
  /** How many votes a poll has. */
  votes: z.int(),
  reaction: ReactionKind.nullable(),
  emoji: z.string().nullable(),
  /** What was done to a conversation, and by whom. */
  change: GroupChange.nullable(),
  by: z.string().nullable(),
  /** What became of a send, and why where it failed or is unknown; null of everything else. */
  outbox: z.object({ state: OutboxState, reason: z.string().nullable() }).nullable(),
});
export type EventLine = z.infer<typeof EventLine>;

/**
 * What became of a message that the window sent. `unknown`: Messages took it, its row has not appeared yet.
 * `dry_run`: everything was done but the sending.
 */
export const SendResult = z.object({
  outcome: z.enum(["sent", "waiting", "unknown", "failed", "dry_run"]),
  /** What happened, in words. */
  sentence: z.string(),
  tookMs: z.number(),
});
export type SendResult = z.infer<typeof SendResult>;

const nothing = z.object({});
const byId = z.object({ id: z.string().min(1).max(200) });
/** Whether somebody ticked that the target may be on this machine or its network. */
const allowsLocal = z.boolean();

/** What the settings window may ask: one row a call, with its input and its output. */
export const calls = {
  "status.get": { input: nothing, output: Status },
  "events.recent": { input: z.object({ limit: z.int().min(1).max(100) }), output: z.array(EventLine) },
  "key.reveal": { input: nothing, output: z.object({ key: z.string() }) },
  "sending.pause": { input: z.object({ paused: z.boolean() }), output: Status },
  "message.send": {
    input: z.object({ recipient: z.string().trim().min(1).max(320), body: z.string().min(1).max(100_000) }),
    output: SendResult,
  },
  /** What was sent or is to be, the newest first; `before` is the id of the last one that is known. */
  "outbox.list": {
    input: z.object({
      state: OutboxState.optional(),
      before: z.string().min(1).max(200).optional(),
      limit: z.int().min(1).max(200),
    }),
    output: z.array(SentItem),
  },
  "outbox.get": { input: byId, output: SentItem },
  /** By a person: what failed or is unknown goes once more. */
  "outbox.retry": { input: byId, output: SentItem },
  /** What is still queued does not go. */
  "outbox.cancel": { input: byId, output: SentItem },
  /** Sends to oneself, to this line or else to the one last used; takes up to a minute. */
  "selfTest.run": {
    input: z.object({ to: z.string().trim().min(1).max(320).nullable().optional() }),
    output: SelfTest,
  },
  "webhooks.list": { input: nothing, output: z.array(WebhookView) },
  "webhook.put": { input: WebhookOrder.extend({ allowsLocal }), output: WebhookView },
  "webhook.change": {
    input: byId.extend({ allowsLocal, patch: WebhookPatch }),
    output: WebhookView,
  },
  "webhook.remove": { input: byId, output: nothing },
  /** The secret is shown this once. */
  "webhook.rotate": {
    input: byId.extend({ secret: WebhookChoices.shape.secret }),
    output: z.object({ secret: z.string() }),
  },
  "webhook.test": { input: byId, output: TestResult },
  "webhook.retry": { input: byId, output: WebhookView },
  "webhook.redeliver": {
    input: byId.extend({ since: z.int().nullable(), missed: z.boolean() }),
    output: z.object({ queued: z.int() }),
  },
  "deliveries.list": {
    input: byId.extend({
      state: Delivery.shape.state.optional(),
      before: z.int().optional(),
      limit: z.int().min(1).max(200),
    }),
    output: z.array(Delivery),
  },
  "delivery.get": { input: byId, output: DeliveryInFull },
  "delivery.redeliver": { input: byId, output: Delivery },
  "stats.get": { input: nothing, output: Stats },
  "log.recent": { input: LogQuery, output: LogPage },
  /** Has new lines pushed for a while; to be asked again before its time is up. */
  "log.follow": { input: LogFollow, output: LogFollowed },
} as const;
export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]["input"]>;
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]["output"]>;

/** What the settings window is told without asking. */
export const Push = z.discriminatedUnion("push", [
  z.object({ push: z.literal("status"), value: Status }),
  z.object({ push: z.literal("event"), value: EventLine }),
  z.object({ push: z.literal("log"), value: LogBatch }),
]);
export type Push = z.infer<typeof Push>;

/** How a call ends on either transport. `message` is a sentence a person understands. */
export type ControlAnswer =
  | { ok: true; value: unknown }
  | { ok: false; error: { code: string; message: string } };

/** The bridge between window and gateway: what the preload exposes, and what the /ui socket offers. */
export interface ControlBridge {
  call(name: CallName, input: unknown): Promise<ControlAnswer>;
  /** Returns how to stop listening. */
  subscribe(listener: (push: Push) => void): () => void;
}
