import type { IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import type { OutboundAnswer } from "../ports/outbound.ts";
import type { Timers } from "../ports/timers.ts";

/** How much of an answer is kept, in bytes. */
const KEPT_BYTES = 4 * 1024;
/** How much more is read so that the connection can be used again. */
const DRAINED_BYTES = 64 * 1024;
/** How long the body may take once the status is there, in ms. */
const BODY_MS = 1_000;

/**
 * Reads an answer's body and then calls `done`, once. The status is what counts: a server that goes on talking, stops
 * in the middle or resets is cut off, and changes nothing about it. Gives a function that ends the reading now.
 */
export function readAnswer(
  response: IncomingMessage,
  timers: Timers,
  done: (answer: OutboundAnswer) => void,
): () => void {
  const kept: Buffer[] = [];
  let total = 0;
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    limit.cancel();
    if (!response.complete) response.destroy();
    // Half a character at the end is left out.
    const text = new StringDecoder("utf8").write(Buffer.concat(kept).subarray(0, KEPT_BYTES));
    done({ status: response.statusCode ?? 0, headers: headersOf(response), text });
  };
  const limit = timers.after(BODY_MS, finish);
  response.on("data", (part: Buffer) => {
    if (total < KEPT_BYTES) kept.push(part);
    total += part.length;
    if (total > KEPT_BYTES + DRAINED_BYTES) finish();
  });
  response.on("end", finish);
  response.on("close", finish);
  response.on("error", finish);
  return finish;
}

/** Names in lower case; a header that came several times is one, with commas. */
export function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) read[name] = typeof value === "string" ? value : value.join(", ");
  }
  return read;
}
