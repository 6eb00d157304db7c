import type { OutboxState } from "../../../src-shared/domain/outbox.ts";
import { Fault } from "../../../src-shared/faults.ts";
import type { ApiKey } from "../../access/api-keys.ts";
import { type Call, type Route, route } from "../../http/route.ts";
import type { SendsLeft } from "../../sending/policy/policy.ts";
import type { Sending, SendReport } from "../../sending/send.ts";
import { SendBody, SendHeaders, SentMessage } from "./send-shapes.ts";
import { provisionalMessage, wireMessage } from "./translate-message.ts";

/** What sends. */
export interface SendingServices {
  sending: Sending;
  /** How long a send waits for its row where it does not say, in ms. */
  sendWaitMs(): number;
  isSendingPaused(): boolean;
}

/** Sends, + as a voice message, as an answer, by a service, once under a key, or only as if. */
export function sendingRoutes(
  prefix: string,
  { sending, sendWaitMs, isSendingPaused }: SendingServices,
): Route[] {
  return [
    route({
      method: "POST",
      path: `${prefix}/messages`,
      summary: "Sends a message and answers with it as it stands in Messages; of several the first.",
      scope: "messages:send",
      headers: SendHeaders,
      body: SendBody,
      output: SentMessage,
      async handler({ body, headers, key, header }) {
        const attachments = body.attachments ?? [];
        const voice = body.audio_message ?? null;
        checkPaths([...attachments, ...(voice === null ? [] : [voice])], key);
        const report = await sending.send(
          {
            recipient: body.to,
            body: body.body ?? "",
            attachments,
            voice,
            replyTo: body.reply_to ?? null,
            service: body.service ?? null,
            isDryRun: body.dry_run ?? false,
          },
          {
            waitMs: body.wait ?? sendWaitMs(),
            by: key.id,
            idempotencyKey: headers["idempotency-key"] ?? null,
            told: (left) => tellLeft(left, header),
          },
        );
        if (report.isReplay) header("Idempotent-Replayed", "true");
        return sentMessage(report, body.body ?? "", isSendingPaused());
      },
    }),
  ];
}

function checkPaths(files: readonly ({ path: string } | { file: string })[], key: ApiKey): void {
  if (files.some((file) => "path" in file) && !key.scopes.includes("files:path")) {
    throw new Fault("path_not_allowed", "this API key lacks the scope files:path; upload the file instead");
  }
}

/** What may still be sent this hour, where there is a limit. */
function tellLeft({ hour, recipient }: SendsLeft, header: Call<unknown, unknown, unknown>["header"]): void {
  if (hour !== null) header("X-Bellhop-Sends-Left", String(hour));
  if (recipient !== null) header("X-Bellhop-Sends-Left-To-Recipient", String(recipient));
}

/**
 * The first message of it, or what AiMessage answers while there is none: the same shape with nothing to go by. What
 * became of the whole is `outbox_state`; the message's own status stays its own.
 */
function sentMessage({ item, message }: SendReport, body: string, isPaused: boolean): SentMessage {
  const provisional = provisionalMessage(body, item.createdAt);
  const none = item.state === "failed" ? { ...provisional, status: "failed" as const } : provisional;
  return {
    ...(message === null ? none : wireMessage(message)),
    outbox_id: item.id,
    outbox_state: item.state,
    outbox_reason: item.reason ?? waitingFor(item.state, isPaused),
  };
}

function waitingFor(state: OutboxState, isPaused: boolean): string | null {
  if (state !== "queued") return null;
  return isPaused
    ? "sending is paused; it goes when sending is resumed"
    : "it waits for its turn; what became of an earlier message of this conversation may not be clear yet";
}
