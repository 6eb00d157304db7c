import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { KillableGateway } from "../faults/killable-gateway.ts";
import type { PlannedSend } from "./send-plan.ts";

/** What became of a send, as the client knows it. */
export interface Asked {
  send: PlannedSend;
  /** By the answer that it ended with; null when there was none of 200. */
  outboxId: string | null;
  /** Every answer in order: a status with its code, or "lost" for a connection that broke. */
  answers: string[];
}

const Sent = z.object({ outbox_id: z.string() });
const Refused = z.object({ code: z.string() });

/** Between two tries while the gateway is down. */
const DOWN_MS = 60;
/** A client does not wait for longer than that before it repeats, whatever it is told. */
const LONGEST_REST_MS = 1_000;
const ANSWER_MS = 30_000;
/** After so long it gives up, and the checks say so. */
const PATIENCE_MS = 240_000;

/**
 * Asks for one send as a careful client does: the same key with every try, again after a broken connection, and after
 * an answer that says so (409 in flight, 429, 503).
 */
export async function askFor(
  { url, key }: Pick<KillableGateway, "url" | "key">,
  send: PlannedSend,
  recipient: string,
  over: AbortSignal,
): Promise<Asked> {
  const asked: Asked = { send, outboxId: null, answers: [] };
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    over.throwIfAborted();
    const answer = await once(url, key, send, recipient);
    if (answer === null) {
      // Refused again and again while it is down: that is one loss.
      if (asked.answers.at(-1) !== "lost") asked.answers.push("lost");
      await sleep(DOWN_MS);
      continue;
    }
    const { status, text, retryAfter } = answer;
    if (status === 200) {
      asked.answers.push("200");
      asked.outboxId = Sent.parse(JSON.parse(text)).outbox_id;
      return asked;
    }
    const { code } = Refused.parse(JSON.parse(text));
    asked.answers.push(`${status} ${code}`);
    const isLater = code === "idempotency_in_flight" || status === 429 || status === 503;
    if (!isLater) return asked;
    await sleep(Math.min(LONGEST_REST_MS, Math.max(DOWN_MS, retryAfter * 1_000)));
  }
  return asked;
}

/** Null when no whole answer came. */
async function once(
  url: string,
  key: string,
  { idempotencyKey, text, waitMs }: PlannedSend,
  recipient: string,
): Promise<{ status: number; text: string; retryAfter: number } | null> {
  try {
    const answer = await fetch(`${url}/api/v1/messages`, {
      method: "POST",
      headers: {
        "x-api-key": key,
        "content-type": "application/json",
        "idempotency-key": idempotencyKey,
        connection: "close",
      },
      body: JSON.stringify({
        ...(recipient.includes(";") ? { conversation_id: recipient } : { recipient }),
        body: text,
        wait: waitMs,
      }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { status, headers } = answer;
    return { status, text: await answer.text(), retryAfter: Number(headers.get("retry-after") ?? 0) };
  } catch {
    return null;
  }
}
