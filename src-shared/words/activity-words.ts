import type { DeliveryOutcome } from "../domain/stats.ts";
import type { DeadBecause, DisabledBecause } from "../domain/webhook.ts";
import { clockWords, lagWords } from "./moments.ts";
import { durationWords, figureWords } from "./numbers.ts";

const MINUTE_MS = 60_000;

/** What people call an endpoint: its name, or else the host it is at. Never its whole address, which may be a secret. */
export function endpointName({ name, url }: { name: string | null; url: string }): string {
  if (name !== null && name !== "") return name;
  return /^\w+:\/\/(?:[^/?#@]*@)?([^/?#]+)/.exec(url)?.[1] ?? "a webhook";
}

/** One attempt to deliver. Times in ms since 1970. */
export interface AttemptWords {
  name: string;
  seq: number;
  /** The HTTP status; null when no answer came. */
  status: number | null;
  /** Why none came, in words. */
  error: string | null;
  next: DeliveryOutcome;
  retryAt: number | null;
  at: number;
}

/** "home-assistant took 48,171", "home-assistant answered 502 to 48,190; next try in 1 s". */
export function attemptWords(attempt: AttemptWords, timeZone?: string): string {
  const { name, next, status } = attempt;
  const seq = figureWords(attempt.seq);
  if (next === "delivered") return `${name} took ${seq}`;
  const why = attempt.error === null ? "" : ` (${attempt.error})`;
  const did = status === null ? `did not take ${seq}${why}` : `answered ${status} to ${seq}`;
  if (next === "dead") return `${name} ${did}; given up`;
  if (next === "disabled") return `${name} ${did}; switched off`;
  return `${name} ${did}; next try ${untilWords(attempt.retryAt, attempt.at, timeZone)}`;
}

/** "in 1 s" within a minute, "at 14:10" after that, "soon" when nobody knows. */
function untilWords(then: number | null, now: number, timeZone?: string): string {
  if (then === null) return "soon";
  const left = Math.max(0, then - now);
  if (left < 1_000) return `in ${durationWords(left)}`;
  // Whole seconds: that is as exact as it is meant.
  if (left < MINUTE_MS) return `in ${Math.round(left / 1000)} s`;
  return `at ${clockWords(then, timeZone)}`;
}

/** "home-assistant was switched off: it has failed for days". */
export function switchedOffWords(name: string, because: DisabledBecause): string {
  switch (because) {
    case "person":
      return `${name} was switched off by hand`;
    case "gone":
      return `${name} was switched off: it answered 410, which says that it is gone`;
    case "failing":
      return `${name} was switched off: it has failed for days`;
  }
}

const GIVEN_UP: Record<DeadBecause, string> = {
  refused: "it refused it every time",
  expired: "it waited too long",
  unreadable: "the event can no longer be read",
};

/** "48,190 was given up for home-assistant: it refused it every time". */
export function deadLetterWords(name: string, seq: number, because: DeadBecause): string {
  return `${figureWords(seq)} was given up for ${name}: ${GIVEN_UP[because]}`;
}

/** "GET /api/v1/messages?limit=50: 200, key First key". `path` must be without secrets; no status: the client left. */
export function requestWords(request: {
  method: string;
  path: string;
  status: number | null;
  /** The name of the key; null when there was none, or none that is known. */
  key: string | null;
  /** The address it came from. */
  from: string | null;
}): string {
  const { method, path, status, key, from } = request;
  const answer = status === null ? "left before it had its answer" : `${status}`;
  const by = key === null ? "no key" : `key ${key}`;
  const isRefused = status === 401 || status === 403;
  const where = from !== null && (key === null || isRefused) ? `, from ${from}` : "";
  return `${method} ${path}: ${answer}, ${by}${where}`;
}

/** A WebSocket, or an event stream (SSE). */
export type ConnectionKind = "WebSocket" | "Event stream";

/** "WebSocket opened: key home-assistant, from 48,160"; without a sequence it is told what happens from now on. */
export function openedWords(kind: ConnectionKind, key: string, since: number | null): string {
  return `${kind} opened: key ${key}, ${since === null ? "from now on" : `from ${figureWords(since)}`}`;
}

/** "WebSocket closed: key home-assistant, after 4 min; it was too slow". */
export function closedWords(kind: ConnectionKind, key: string, tookMs: number, why: string | null): string {
  return `${kind} closed: key ${key}, after ${lagWords(0, tookMs)}${why === null ? "" : `; ${why}`}`;
}

/** How a send went. */
export interface SendWords {
  /** Whom it was for: a name or a handle. */
  person: string;
  outcome: "sent" | "delivered" | "read" | "failed" | "unknown" | "waiting" | "dry_run";
  /** Why it failed or waits, in words. */
  reason: string | null;
}

/** "Sent to Tomás Rivera; its row is in chat.db". */
export function sendActivityWords({ person, outcome, reason }: SendWords): string {
  const why = reason === null ? "" : `: ${reason}`;
  switch (outcome) {
    case "sent":
      return `Sent to ${person}; its row is in chat.db`;
    case "delivered":
      return `Delivered to ${person}`;
    case "read":
      return `Read by ${person}`;
    case "dry_run":
      return `Dry run: nothing was sent to ${person}`;
    case "failed":
      return `Not sent to ${person}${why}`;
    case "waiting":
      return `Waiting to be sent to ${person}${why}`;
    case "unknown":
      return `Messages took what is for ${person}; its row has not appeared`;
  }
}
