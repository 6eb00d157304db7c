import { z } from "zod";
import { OutboxState, SEND_SERVICES, type SendService } from "../../../src-shared/domain/outbox.ts";
import { WireMessage } from "./message-shape.ts";

/** A send on the wire: AiMessage's three fields going in, its message coming out, and + what goes beyond them. */

const recipient = z
  .string({ error: "must be a phone number, an email address or a conversation id" })
  .trim()
  .min(1, "must not be empty")
  .max(320, "is too long");

const FILE_WORDS = "must be an absolute path, or the id of an uploaded file";

/** An absolute path, or + the id that `POST /files` gave. */
const fileRef = z
  .string({ error: FILE_WORDS })
  .max(4_096, "is too long")
  .refine((text) => text.startsWith("/") || FILE_ID.test(text), FILE_WORDS)
  .transform((text) => (text.startsWith("/") ? { path: text } : { file: text }));
const FILE_ID = /^file_[0-9a-f]{32}$/;

const SERVICE_WORDS = `must be auto, or one of ${SEND_SERVICES.join(", ")}`;

/** In any writing; `auto` is the conversation's own. */
const service = z
  .string({ error: SERVICE_WORDS })
  .transform((text) => text.trim().toLowerCase())
  .refine((text) => text === "auto" || serviceNamed(text) !== null, SERVICE_WORDS)
  .transform(serviceNamed);

function serviceNamed(text: string): SendService | null {
  return SEND_SERVICES.find((name) => name.toLowerCase() === text) ?? null;
}

export const MOST_ATTACHMENTS = 20;
const LONGEST_WAIT_MS = 60_000;

const fields = {
  recipient: recipient.nullish(),
  conversation_id: z
    .string({ error: "must be a conversation's id" })
    .trim()
    .regex(/^[^;]*;[-+];./s, "must be a conversation's id, such as any;-;+15551234567")
    .max(320, "is too long")
    .nullish(),
  body: z.string({ error: "must be a text" }).nullish(),
  attachments: z
    .array(fileRef, { error: "must be a list of absolute paths and ids of uploaded files" })
    .max(MOST_ATTACHMENTS, `at most ${MOST_ATTACHMENTS}`)
    .nullish(),
  /** + A sound that goes as a voice message. */
  audio_message: fileRef.nullish(),
  /** + The message that is answered, by its id or guid. */
  reply_to: z.string({ error: "must be a message's id or guid" }).min(1, "must not be empty").nullish(),
  service: service.nullish(),
  /** + How long the answer waits for the message to appear, in ms. */
  wait: z
    .int({ error: `must be a whole number of milliseconds, at most ${LONGEST_WAIT_MS}` })
    .min(0, "must not be negative")
    .max(LONGEST_WAIT_MS, `at most ${LONGEST_WAIT_MS}`)
    .nullish(),
  /** + Everything is done but the sending itself. */
  dry_run: z.boolean({ error: "must be true or false" }).nullish(),
};

/** A name as it is meant: `dryRun`, `dry-run` and `DRY_RUN` are one. */
const squeezed = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, "");
const KNOWN: ReadonlyMap<string, string> = new Map([
  ...Object.keys(fields).map((name) => [squeezed(name), name] as const),
  ["idempotencykey", "the header Idempotency-Key"],
]);

/**
 * To a `recipient`, + or to the conversation with an id. What AiMessage's clients may add is passed over, but not a
 * field of ours that is misspelt: what was meant to be a dry run would be sent.
 */
export const SendBody = z
  .looseObject(fields)
  .superRefine((body, context) => {
    for (const name of Object.keys(body)) {
      const meant = KNOWN.get(squeezed(name));
      if (meant === undefined || name in fields) continue;
      context.addIssue({
        code: "custom",
        path: [name],
        message: `is not a parameter of this call; ${meant} is`,
      });
    }
  })
  .transform(({ recipient, conversation_id: conversationId, ...rest }, context) => {
    const issue = (path: string, message: string) => {
      context.addIssue({ code: "custom", path: [path], message });
      return z.NEVER;
    };
    const isGiven = (text: string | null | undefined): text is string => text !== null && text !== undefined;
    if (isGiven(recipient) && isGiven(conversationId))
      return issue("conversation_id", "give a recipient or a conversation_id, not both");
    const to = recipient ?? conversationId;
    if (isGiven(to)) return { ...rest, to };
    return issue("recipient", "must be a phone number, an email address or a conversation id");
  });
export type SendBody = z.output<typeof SendBody>;

/** + What repeats the answer of a send that was asked for before, under the same key. */
export const SendHeaders = z.object({ "idempotency-key": z.string().optional() });

/** + What became of it so far: `outbox_id` is all there is to go by while the row has not appeared. */
export const SentMessage = WireMessage.extend({
  outbox_id: z.string(),
  outbox_state: OutboxState,
  outbox_reason: z.string().nullable().describe("Why it failed, or why nobody knows."),
});
export type SentMessage = z.infer<typeof SentMessage>;
