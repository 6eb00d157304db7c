import type { RequestHandler, Response } from "express";
import { requestWords } from "../../src-shared/words/activity-words.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "./log.ts";
import { redactedText } from "./redact.ts";

/** Refusals that a person may want to know of: somebody tries keys, asks too much, or is not let in. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 429]);
/** Of warnings, so many a minute; a client that asks in a loop must not fill file and screen. The tail has all. */
const MOST_WARNINGS = 30;
const MINUTE_MS = 60_000;
/** Of an address, so many characters are written: it may have thousands, and anybody may send it. */
const LONGEST_PATH = 500;

/**
 * Logs one line for each request when it has ended: at debug, and as a warning what failed (5xx) or was not let in
 * (401, 403, 429). Put it before everything else; it reads `response.locals.requestId` and `.key` when all is done.
 * Event streams are told of by whoever serves them.
 */
export function requestLog({ log, clock }: { log: Log; clock: Clock }): RequestHandler {
  const mayWarn = fewEachMinute(clock);
  return (request, response, next) => {
    const started = clock.monotonic();
    const { method, originalUrl } = request;
    // Gone when the connection is.
    const from = request.socket.remoteAddress ?? null;
    response.once("close", () => {
      if (isStream(response)) return;
      const status = response.headersSent ? response.statusCode : null;
      const key = keyName(response);
      const path = redactedText(cut(originalUrl));
      const members = {
        area: "http",
        took_ms: Math.round((clock.monotonic() - started) * 10) / 10,
        method,
        path,
        status,
        key_name: key,
        from,
        request_id: requestId(response),
      };
      const isComplete = response.writableFinished;
      const sentence = requestWords({ method, path, status: isComplete ? status : null, key, from });
      const isWarning = status !== null && (status >= 500 || REFUSED.has(status));
      if (isWarning && mayWarn()) log.warn(members, sentence);
      else log.debug(members, sentence);
    });
    next();
  };
}

function cut(url: string): string {
  return url.length > LONGEST_PATH ? `${url.slice(0, LONGEST_PATH)}…` : url;
}

function isStream(response: Response): boolean {
  return String(response.getHeader("Content-Type") ?? "").startsWith("text/event-stream");
}

function requestId(response: Response): string | null {
  const id: unknown = response.locals.requestId;
  return typeof id === "string" ? id : null;
}

/** What the key is called, of a request that was let in. */
function keyName(response: Response): string | null {
  const key: unknown = response.locals.key;
  if (typeof key !== "object" || key === null || !("name" in key)) return null;
  return typeof key.name === "string" ? key.name : null;
}

function fewEachMinute(clock: Clock): () => boolean {
  let minute = 0;
  let count = 0;
  return () => {
    const now = Math.floor(clock.monotonic() / MINUTE_MS);
    if (now !== minute) count = 0;
    minute = now;
    count += 1;
    return count <= MOST_WARNINGS;
  };
}
