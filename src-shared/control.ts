import { z } from "zod";
import { EventType } from "./domain/event.ts";
import { GroupChange } from "./domain/group-change.ts";
import { MessageKind } from "./domain/message.ts";
import { ReactionKind } from "./domain/reaction.ts";
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
});
export type EventLine = z.infer<typeof EventLine>;

/** What became of a message that the window sent. `unknown`: Messages took it, its row has not appeared yet. */
export const SendResult = z.object({
  outcome: z.enum(["sent", "waiting", "unknown", "failed"]),
  /** What happened, in words. */
  sentence: z.string(),
  tookMs: z.number(),
});
export type SendResult = z.infer<typeof SendResult>;

const nothing = z.object({});

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
} as const;
export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]["input"]>;
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]["output"]>;

/** What the settings window is told without asking. */
export const Push = z.discriminatedUnion("push", [
  z.object({ push: z.literal("status"), value: Status }),
  z.object({ push: z.literal("event"), value: EventLine }),
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
