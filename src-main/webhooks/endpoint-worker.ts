import type { Event } from "../../src-shared/domain/event.ts";
import type { Attempt, TestResult } from "../../src-shared/domain/webhook.ts";
import type { OutboundAnswer } from "../ports/outbound.ts";
import type { Timer } from "../ports/timers.ts";
import { isSqliteError } from "../storage/database.ts";
import { testBody, testEventId } from "./bodies/test-body.ts";
import { deliveryId } from "./delivery-id.ts";
import type { PendingDelivery } from "./delivery-store.ts";
import type { Endpoint } from "./endpoint.ts";
import { restTimer } from "./endpoint-rest.ts";
import { type Recorded, toRecord } from "./recorded.ts";
import { afterAttempt, type Outcome } from "./retry.ts";
import type { WorkerSurroundings } from "./worker-surroundings.ts";

export type { AttemptReport, DeliveryNews } from "./delivery-news.ts";

/** One endpoint's queue being worked off. */
export interface EndpointWorker {
  /** There may be something to do: something queued, or the endpoint was changed. */
  wake(): void;
  /** Sends a test event as soon as nothing else is under way. */
  test(): Promise<TestResult>;
  isBusy(): boolean;
  /** Whatever is under way goes to the wrong place now. */
  abort(): void;
  /** Does nothing more by itself; tests that wait are told why they are not sent. */
  stop(why: string): void;
}

/** After trouble of our own, such as a full disk, a queue rests this long at first, and this long at most, in ms. */
const FIRST_TROUBLE_MS = 1_000;
const LONGEST_TROUBLE_MS = 4_000;
/** How many deliveries are dealt with at a stretch when none of them needs a request. */
const STRETCH = 32;
/** How many are given up in one transaction; others wait that long for the database. */
export const EXPIRED_AT_ONCE = 1_000;

/** What an attempt ended with. */
interface Ended {
  answer: OutboundAnswer | null;
  error: string | null;
  tookMs: number;
}

/** Works off one endpoint's queue, in order, with one request in flight. */
export function startWorker(id: string, around: WorkerSurroundings): EndpointWorker {
  const { endpoints, deliveries, recording, clock, timers, outbound, news } = around;
  let isBusy = false;
  let timer: Timer | null = null;
  /** The timer is for trouble or a turn, and nobody wakes it. */
  let isDeaf = false;
  let controller = new AbortController();
  const tests: ((result: TestResult) => void)[] = [];
  let wasTest = false;

  // What is not worth storing: after a restart it is found out again.
  let backoff: number | null = null;
  let fresh = 0;
  const restLeft = restTimer(clock);
  /** What was queued until then is being given up. */
  let expireUntil: number | null = null;
  /** An attempt that could not be recorded: it is not made again for that. */
  let unrecorded: (() => void) | null = null;
  let troubleMs = 0;

  function go(): void {
    if (isBusy || around.isStopped()) return;
    timer?.cancel();
    timer = null;
    try {
      // After a test it is the queue's turn, if it has anything to do.
      if (!wasTest && sendTest()) return;
      wasTest = false;
      advance();
      if (!isBusy && sendTest()) return;
      if (troubleMs > 0) wellAgain();
    } catch (thrown) {
      rest(thrown);
    }
  }

  /** Does what is to be done until a request is under way, the endpoint needs a rest, or nothing is left. */
  function advance(): void {
    unrecorded?.();
    let wait: number | null = null;
    for (let dealtWith = 0; wait === null && !isBusy; dealtWith += 1) {
      wait = dealtWith < STRETCH ? next() : 0;
    }
    // Whoever has something left to do is not to be woken before; whoever rests may be told that it is over.
    if (wait !== null && wait < Number.POSITIVE_INFINITY) sleep(wait, wait === 0);
  }

  /**
   * Deals with one delivery: begins its request, or passes it over. Otherwise gives how long to wait: nothing (0)
   * when there is more of the same to do, for ever when there is nothing.
   */
  function next(): number | null {
    const endpoint = endpoints.get(id);
    if (!endpoint?.webhook.enabled) return Number.POSITIVE_INFINITY;
    // Not for one that was put anew since.
    if (endpoints.health(id).failures === 0) expireUntil = null;
    if (expireUntil !== null && !expireSome(endpoint, expireUntil)) return 0;
    const head = deliveries.head(id);
    if (head === null) return Number.POSITIVE_INFINITY;
    const left = restLeft(endpoints.health(id).nextAttemptAt);
    if (left > 0) return left;
    const event = eventOf(head.seq);
    const body = event && bodyOf(endpoint, event);
    if (event !== null && typeof body === "string") {
      send(endpoint, head, event, body);
      lookAhead(endpoint);
    } else passOver(endpoint, head, event !== null && body === null);
    return null;
  }

  /** While the other side works, what it will be told next is read and written; whatever fails shows in its turn. */
  function lookAhead({ webhook }: Endpoint): void {
    const seq = deliveries.behindHead(id);
    if (seq === null) return;
    try {
      const event = around.event(seq);
      if (event !== null) around.bodyOf(webhook.format, event);
    } catch {
      // It comes to that again.
    }
  }

  /** Null for an event that is gone, and for one that cannot be read: it must not hold up those behind it. */
  function eventOf(seq: number): Event | null {
    try {
      return around.event(seq);
    } catch (thrown) {
      // The database's own trouble passes; what was sealed under another key will never be read.
      if (isSqliteError(thrown)) throw thrown;
      around.complain(thrown);
      return null;
    }
  }

  /** Null for an event that this format has no words for; undefined when it cannot be written. */
  function bodyOf({ webhook }: Endpoint, event: Event): string | null | undefined {
    try {
      return around.bodyOf(webhook.format, event);
    } catch (thrown) {
      around.complain(thrown);
      return undefined;
    }
  }

  function passOver({ webhook }: Endpoint, head: PendingDelivery, isNothingToSay: boolean): void {
    recording.passedOver(id, head, isNothingToSay ? null : "unreadable", clock.now());
    if (!isNothingToSay) tell(() => news.dead(webhook, head.seq, "unreadable", 1));
  }

  /** Whether all is given up that is to be. */
  function expireSome({ webhook }: Endpoint, until: number): boolean {
    const seqs = recording.expired(id, until, clock.now(), EXPIRED_AT_ONCE);
    const [first] = seqs;
    if (first !== undefined) tell(() => news.dead(webhook, first, "expired", seqs.length));
    if (seqs.length === EXPIRED_AT_ONCE) return false;
    expireUntil = null;
    return true;
  }

  function sleep(ms: number, deaf: boolean): void {
    timer?.cancel();
    isDeaf = deaf;
    timer = timers.after(ms, () => {
      timer = null;
      go();
    });
  }

  function post(
    endpoint: Endpoint,
    headers: Record<string, string>,
    body: string,
    /** To be told what it ended with; `over` is to be called when that is dealt with. */
    then: (ended: Ended, over: () => void) => void,
  ): void {
    const { url, allowsLocal: local } = endpoint.webhook;
    const { signal } = controller;
    const began = clock.monotonic();
    const over = (): void => {
      isBusy = false;
      if (timer === null) go();
      around.ended();
    };
    const end = (answer: OutboundAnswer | null, error: string | null): void => {
      try {
        then({ answer, error, tookMs: clock.monotonic() - began }, over);
      } catch (thrown) {
        rest(thrown);
        over();
      }
    };
    const posted = outbound.post({
      url,
      headers,
      body,
      timeoutMs: around.timeoutMs(),
      pool: id,
      local,
      signal,
    });
    isBusy = true;
    posted.then(
      (answer) => end(answer, null),
      (thrown: unknown) => end(null, thrown instanceof Error ? thrown.message : String(thrown)),
    );
  }

  function send(endpoint: Endpoint, head: PendingDelivery, event: Event, body: string): void {
    const at = clock.now();
    const about = { eventId: event.id, deliveryId: deliveryId(id, head.seq), at, body };
    const headers = around.headersOf(endpoint, about);
    post(endpoint, headers.sent, body, (ended, over) => {
      if (around.isOver()) return over();
      record(
        event,
        endpoint.webhook.url,
        head,
        {
          number: head.attempts + 1,
          at,
          tookMs: ended.tookMs,
          status: ended.answer?.status ?? null,
          error: ended.error,
          requestHeaders: headers.shown,
          answer: ended.answer && { headers: ended.answer.headers, text: ended.answer.text },
        },
        ended.answer?.headers["retry-after"] ?? null,
        over,
      );
    });
  }

  function record(
    event: Event,
    url: string,
    head: PendingDelivery,
    attempt: Attempt,
    retryAfter: string | null,
    over: () => void,
  ): void {
    const health = endpoints.health(id);
    // After a restart the waits go on where they were: at the failures that this delivery has seen.
    backoff = Math.min(backoff ?? head.attempts - head.refusals, health.failures);
    const outcome = afterAttempt(
      { ...health, backoff, fresh },
      head.refusals,
      { status: attempt.status, retryAfter },
      clock.now(),
      around.randomness.fraction(),
    );
    const recorded = toRecord({ webhookId: id, url, delivery: head, attempt, health, outcome });
    // Should that fail, it is tried again before anything else.
    unrecorded = () => kept(event, recorded, outcome, recording.attempted([recorded])[0] === true)();
    around.record(recorded, (how) => {
      let said = (): void => {};
      try {
        if ("thrown" in how) throw how.thrown;
        if (!around.isOver()) said = kept(event, recorded, outcome, how.isRecorded);
      } catch (thrown) {
        if (!around.isOver()) rest(thrown);
      }
      // First the next request, then the talk about this one: the other side can work meanwhile.
      over();
      said();
    });
  }

  /** What follows when it is stored, or need not be any more; returns what says so to those who want to know. */
  function kept(event: Event, recorded: Recorded, outcome: Outcome, isRecorded: boolean): () => void {
    unrecorded = null;
    const webhook = endpoints.get(id)?.webhook;
    if (!isRecorded || webhook === undefined) return () => {};
    ({ backoff, fresh } = outcome.endpoint);
    const { next, attempt, delivery, health } = recorded;
    const mayExpire = outcome.mayExpire && next.step !== "disabled";
    expireUntil = mayExpire ? recorded.at - around.deliverForMs() : null;
    return () =>
      tell(() => {
        news.attempted({
          webhook,
          seq: delivery.seq,
          type: event.type,
          attempt: attempt.number,
          status: attempt.status,
          error: attempt.error,
          tookMs: attempt.tookMs,
          next: next.step,
          retryAt: next.step === "retry" ? health.nextAttemptAt : null,
        });
        if (next.step === "disabled") news.disabled(webhook, next.because);
        if (next.step === "dead") news.dead(webhook, delivery.seq, "refused", 1);
      });
  }

  /** Whether a test was waiting; it comes before what is queued, and does not mind that the endpoint rests. */
  function sendTest(): boolean {
    const endpoint = tests.length === 0 ? null : endpoints.get(id);
    if (endpoint === null) return false;
    const at = clock.now();
    const { webhook } = endpoint;
    const body = testBody(webhook.format, webhook, at);
    const told = { eventId: testEventId(at), deliveryId: `dlv_${id}_test`, at, body };
    const headers = around.headersOf(endpoint, told).sent;
    // Whoever asks while another waits gets the same answer: tests must not come before deliveries for ever.
    const asked = tests.splice(0);
    wasTest = true;
    post(endpoint, headers, body, ({ answer, error, tookMs }, over) => {
      const said = answer && { headers: answer.headers, text: answer.text };
      for (const test of asked) test({ status: answer?.status ?? null, error, tookMs, answer: said });
      over();
    });
    return true;
  }

  /** What is recorded stays so, whatever those who are told make of it. */
  function tell(say: () => void): void {
    try {
      say();
    } catch (thrown) {
      around.complain(thrown);
    }
  }

  function rest(thrown: unknown): void {
    if (isSqliteError(thrown)) around.storageTrouble(id, thrown);
    else around.complain(thrown);
    troubleMs = Math.min(Math.max(FIRST_TROUBLE_MS, 2 * troubleMs), LONGEST_TROUBLE_MS);
    if (!around.isStopped()) sleep(troubleMs, true);
  }

  function wellAgain(): void {
    troubleMs = 0;
    around.storageTrouble(id, null);
  }

  return {
    wake() {
      if (timer === null || !isDeaf) go();
    },
    test: () =>
      new Promise((resolve) => {
        tests.push(resolve);
        go();
      }),
    isBusy: () => isBusy,
    abort() {
      controller.abort();
      controller = new AbortController();
    },
    stop(why) {
      timer?.cancel();
      timer = null;
      for (const test of tests.splice(0)) test({ status: null, error: why, tookMs: 0, answer: null });
    },
  };
}
