/** Waits between attempts while an endpoint is down; the last one repeats. */
const BACKOFF_MS = [1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000];
/** So that many gateways do not come back in the same instant. */
const JITTER = 0.2;
/** An event that an endpoint refuses this often is the event's fault, not the endpoint's. */
const REFUSALS = 3;
/** How long an event is tried before it is given up. */
const KEEP_MS = 3 * 24 * 60 * 60 * 1_000;
/** The longest `Retry-After` that is honoured, and the longest an endpoint rests whatever its clock says. */
export const LONGEST_WAIT_MS = 60 * 60 * 1_000;
/** Answers in the 400s that speak of the moment rather than of the event. */
const PASSING = new Set([408, 425, 429]);

/** How an attempt ended: an HTTP status, or null when no answer came. */
export interface AttemptResult {
  status: number | null;
  retryAfter: string | null;
}

/** What is known about an endpoint and the delivery at the head of its queue. */
export interface DeliveryState {
  /** Attempts in a row that this endpoint has failed. */
  failures: number;
  /** How often it has refused this very event (4xx). */
  refusals: number;
}

/** What follows: it is delivered; or again at `at`; or this event is given up; or the endpoint is gone. */
export type Next =
  | { step: "delivered" }
  | { step: "retry"; at: number; refused: boolean }
  | { step: "give up" }
  | { step: "disable" };

/**
 * The rule of retries, as a pure function. Backoff belongs to the endpoint: while it is down its queue stands
 * still, and moves within five minutes once it is back. A refused event is given up after three tries, so
 * that one poisonous event blocks nothing. 410 means that nobody listens there any more.
 * @param chance from 0 to 1, for the jitter.
 */
export function afterAttempt(state: DeliveryState, result: AttemptResult, now: number, chance: number): Next {
  const { status } = result;
  if (status !== null && status >= 200 && status < 300) return { step: "delivered" };
  if (status === 410) return { step: "disable" };
  const refused = status !== null && status >= 400 && status < 500 && !PASSING.has(status);
  if (refused && state.refusals + 1 >= REFUSALS) return { step: "give up" };
  const base = BACKOFF_MS[Math.min(refused ? state.refusals : state.failures, BACKOFF_MS.length - 1)] ?? 0;
  const jittered = base * (1 - JITTER + 2 * JITTER * chance);
  const asked = status === 429 || status === 503 ? parseRetryAfter(result.retryAfter, now) : 0;
  return { step: "retry", at: now + Math.max(jittered, asked), refused };
}

/** Whether an event (its time in ms since 1970) has been waiting for too long to be told any more. */
export function isTooOld(eventAt: number, now: number): boolean {
  return now - eventAt >= KEEP_MS;
}

/** `Retry-After` in seconds or as a date, as ms from now; 0 for none or nonsense. */
function parseRetryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  const wait = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(wait) && wait > 0 ? Math.min(wait, LONGEST_WAIT_MS) : 0;
}
