import { parseRetryAfter } from "./retry-after.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Waits between attempts while an endpoint is down; the last one repeats. */
const BACKOFF_MS = [1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000];
/** So that many gateways do not come back in the same instant. */
const JITTER = 0.2;
/** An event that an endpoint refuses this often is the event's fault, not the endpoint's. */
const REFUSALS = 3;
/** How long an endpoint may fail before it is switched off. */
const DISABLE_AFTER_MS = 5 * DAY_MS;
/** The longest `Retry-After` that is honoured, and the longest an endpoint rests whatever its clock says. */
export const LONGEST_WAIT_MS = 60 * 60 * 1_000;
/** Answers in the 400s that speak of the moment rather than of the event. */
const PASSING = new Set([408, 425, 429]);

/*
 * A clock can jump by days, and so does every clock of a Mac that slept: that something waited for days proves
 * nothing about the endpoint. So days count only together with failures in a row, which take time that was lived
 * through: at one attempt in five minutes, 30 are about two hours and 100 about eight.
 */
/** Failures in a row before anything is given up for having waited too long. */
export const FAILURES_TO_EXPIRE = 30;
/** Failures in a row before an endpoint is switched off. */
export const FAILURES_TO_DISABLE = 100;
/**
 * And that many of them without a pause between: what failed before the Mac slept is no news, and its first
 * attempts after may fail only because the network is not back yet.
 */
export const FAILURES_AFTER_A_PAUSE = 3;
/** No endpoint that is being tried goes without an attempt for so long. */
const PAUSE_MS = 2 * LONGEST_WAIT_MS;

/** How an attempt ended: an HTTP status, or null when no answer came. */
export interface AttemptResult {
  status: number | null;
  /** The header as it came; null for none. */
  retryAfter: string | null;
}

/** What is known of an endpoint. Times in ms since 1970. */
export interface EndpointState {
  /** Attempts in a row that have failed. */
  failures: number;
  failingSince: number | null;
  lastAttemptAt: number | null;
  /** How far the waits have grown; begins anew with the event after one that was given up. */
  backoff: number;
  /** The last of the failures, as far as no long pause lies between them. */
  fresh: number;
}

/** What follows for the delivery that was tried. */
export type Step =
  | { step: "delivered" }
  /** Again, when the endpoint has rested. */
  | { step: "retry" }
  /** It is refused for good; the queue goes on. */
  | { step: "dead" }
  | { step: "disabled"; because: "gone" | "failing" };

/** What follows, and how the endpoint stands after it. */
export interface Outcome {
  next: Step;
  endpoint: EndpointState;
  /** When the attempt ended. */
  at: number;
  /** Whether it was the event that was refused (4xx). */
  refused: boolean;
  /** How long the endpoint rests, in ms; 0 when its queue may go on at once. */
  restMs: number;
  /** Whether what has waited for too long may be given up now: the endpoint has had its chances. */
  mayExpire: boolean;
}

/**
 * The rule of retries, as a pure function. Backoff belongs to the endpoint: while it is down its queue stands
 * still, and moves within five minutes once it is back. A refused event is given up after three tries, so
 * that one poisonous event blocks nothing; that makes no endpoint well, and one that refuses everything is failing.
 * 410 means that nobody listens there any more.
 * @param refusals how often the endpoint has refused this very event (4xx) before.
 * @param chance from 0 to 1, for the jitter.
 */
export function afterAttempt(
  state: EndpointState,
  refusals: number,
  result: AttemptResult,
  now: number,
  chance: number,
): Outcome {
  const { status } = result;
  if (status !== null && status >= 200 && status < 300) {
    const well = { failures: 0, failingSince: null, lastAttemptAt: now, backoff: 0, fresh: 0 };
    return {
      next: { step: "delivered" },
      endpoint: well,
      at: now,
      refused: false,
      restMs: 0,
      mayExpire: false,
    };
  }
  const refused = status !== null && status >= 400 && status < 500 && !PASSING.has(status);
  const failed: EndpointState = {
    failures: state.failures + 1,
    // A beginning that lies ahead was told by a clock that has been set back since.
    failingSince: Math.min(state.failingSince ?? now, now),
    lastAttemptAt: now,
    backoff: refused ? state.backoff : state.backoff + 1,
    fresh: isAfterPause(state, now) ? 1 : state.fresh + 1,
  };
  const next = nextStep(failed, refused, refusals, status, now);
  const isSame = failed.fresh >= FAILURES_AFTER_A_PAUSE;
  return {
    next,
    at: now,
    refused,
    endpoint: next.step === "dead" ? { ...failed, backoff: 0 } : failed,
    restMs: next.step === "retry" ? rest(state, refused ? refusals : null, result, now, chance) : 0,
    mayExpire: isSame && failed.failures >= FAILURES_TO_EXPIRE,
  };
}

function nextStep(
  failed: EndpointState,
  refused: boolean,
  refusals: number,
  status: number | null,
  now: number,
): Step {
  if (status === 410) return { step: "disabled", because: "gone" };
  const failingFor = now - (failed.failingSince ?? now);
  const isProven = failed.failures >= FAILURES_TO_DISABLE && failed.fresh >= FAILURES_AFTER_A_PAUSE;
  if (isProven && failingFor >= DISABLE_AFTER_MS) return { step: "disabled", because: "failing" };
  return refused && refusals + 1 >= REFUSALS ? { step: "dead" } : { step: "retry" };
}

function isAfterPause({ lastAttemptAt }: EndpointState, now: number): boolean {
  return lastAttemptAt === null || Math.abs(now - lastAttemptAt) > PAUSE_MS;
}

/** @param refusals of this event; null when it is the endpoint that fails. */
function rest(
  { backoff }: EndpointState,
  refusals: number | null,
  { status, retryAfter }: AttemptResult,
  now: number,
  chance: number,
): number {
  const base = BACKOFF_MS[Math.min(refusals ?? backoff, BACKOFF_MS.length - 1)] ?? 0;
  const jittered = base * (1 - JITTER + 2 * JITTER * chance);
  const asked = status === 429 || status === 503 ? parseRetryAfter(retryAfter, now) : 0;
  return Math.round(Math.max(jittered, Math.min(asked, LONGEST_WAIT_MS)));
}
