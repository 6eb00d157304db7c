import { Fault } from "../../../src-shared/faults.ts";
import type { ApiKey } from "../../access/api-keys.ts";
import { type Call, type Route, route } from "../../http/route.ts";
import type { SendsLeft } from "../../sending/policy.ts";
import type { Sending, SendReport } from "../../sending/send.ts";
import { SendBody, SendHeaders, SentMessage } from "./send-shapes.ts";
import { provisionalMessage, wireMessage } from "./translate-message.ts";

/** What sends. */
export interface SendingServices {
  sending: Sending;
  /** How long a send waits for its row where it does not say, in ms. */
  sendWaitMs(): number;
}

/** Sends, + as a voice message, as an answer, by a service, once under a key, or only as if. */
export function sendingRoutes(prefix: string, { sending, sendWaitMs }: SendingServices): Route[] {
  return [
    route({
      method: "POST",
      path: `${prefix}/messages`,
      summary: "Sends a message and answers with it as it stands in Messages.",
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
        return sentMessage(report, body.body ?? "");
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
 * The message, or what AiMessage answers while there is none: the same shape with nothing to go by. When some
 * part of the order failed, the whole is called failed, since repeating it would send the rest again.
 */
function sentMessage({ item, message }: SendReport, body: string): SentMessage {
  const wire = message === null ? provisionalMessage(body, item.createdAt) : wireMessage(message);
  return {
    ...wire,
    ...(item.state === "failed" ? { status: "failed" as const } : {}),
    outbox_id: item.id,
    outbox_state: item.state,
    outbox_reason: item.reason,
  };
}
