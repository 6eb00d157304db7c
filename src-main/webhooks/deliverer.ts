import type { Event } from "../../src-shared/domain/event.ts";
import type { Clock } from "../ports/clock.ts";
import type { Outbound } from "../ports/outbound.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import { isSqliteError } from "../storage/database.ts";
import { type AttemptResult, afterAttempt, isTooOld, LONGEST_WAIT_MS } from "./retry.ts";
import { signatureHeaders } from "./signature.ts";
import type { Endpoint, WebhookStore } from "./webhook-store.ts";

/** How long an endpoint may take to answer, in ms. */
const ANSWER_MS = 15_000;
/** After trouble of our own, such as a full disk, an endpoint's queue rests this long, in ms. */
const TROUBLE_MS = 60_000;

/** Works off the queue of every endpoint. */
export interface Deliverer {
  /** There may be something to deliver, for this endpoint or (without id) for any. */
  wake(webhookId?: string): void;
  /** Starts no other attempt and gives those under way a moment. */
  stop(): Promise<void>;
}

export interface DelivererOptions {
  store: WebhookStore;
  /** The event of a delivery; null when it is no longer kept. */
  event(seq: number): Event | null;
  /** An event as the endpoint's body. */
  bodyOf(event: Event): string;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  outbound: Outbound;
  complain(thrown: unknown): void;
  version: string;
}

/**
 * One queue and one request in flight for each endpoint, so that order holds and a slow endpoint slows
 * nobody else. What is in the queue when the process ends is delivered by the next one.
 */
export function startDeliverer(options: DelivererOptions): Deliverer {
  const { store, clock, timers } = options;
  const busy = new Map<string, Promise<void>>();
  const asleep = new Map<string, Timer>();
  const giveUpOnStop = new AbortController();
  let stopped = false;

  const wakeOne = (id: string): void => {
    if (stopped || busy.has(id)) return;
    asleep.get(id)?.cancel();
    asleep.delete(id);
    const run = work(id)
      .then(() => {
        busy.delete(id);
        if (stopped || asleep.has(id)) return;
        // Queued between the last look and now.
        const endpoint = store.endpoint(id);
        if (endpoint?.webhook.enabled && store.head(id)) wakeOne(id);
      })
      .catch((thrown: unknown) => {
        busy.delete(id);
        options.complain(thrown);
        if (!stopped) sleep(id, TROUBLE_MS);
      });
    busy.set(id, run);
  };

  /** Delivers until the queue is empty or the endpoint needs a rest. */
  async function work(id: string): Promise<void> {
    while (!stopped) {
      const endpoint = store.endpoint(id);
      const head = store.head(id);
      if (!endpoint?.webhook.enabled || head === null) return;
      const event = eventOf(head.seq);
      const body = event && writtenAs(event);
      if (event === null || body === null || isTooOld(event.at, clock.now())) {
        store.drop(id, head.seq, clock.now());
        continue;
      }
      const rest = endpoint.nextAttemptAt - clock.now();
      // Nobody rests longer than that: then the clock was set back, and the time says nothing any more.
      if (rest > 0 && rest <= LONGEST_WAIT_MS + 1_000) return sleep(id, rest);
      await deliver(endpoint, head.refusals, event, body);
    }
  }

  /** Null for an event that the dialect has no words for: it must not hold up those behind it either. */
  function writtenAs(event: Event): string | null {
    try {
      return options.bodyOf(event);
    } catch (thrown) {
      options.complain(thrown);
      return null;
    }
  }

  /** Null for an event that is gone, and for one that cannot be read: it must not hold up those behind it. */
  function eventOf(seq: number): Event | null {
    try {
      return options.event(seq);
    } catch (thrown) {
      // The database's own trouble passes; what was sealed under another key will never be read.
      if (isSqliteError(thrown)) throw thrown;
      options.complain(thrown);
      return null;
    }
  }

  function sleep(id: string, ms: number): void {
    asleep.set(
      id,
      timers.after(ms, () => {
        asleep.delete(id);
        wakeOne(id);
      }),
    );
  }

  async function deliver(endpoint: Endpoint, refusals: number, event: Event, body: string): Promise<void> {
    const { id } = endpoint.webhook;
    const result = await post(endpoint, event, body);
    if (stopped && result.status === null) return;
    const now = clock.now();
    const state = { failures: endpoint.failures, refusals };
    const next = afterAttempt(state, result, now, options.randomness.fraction());
    if (next.step === "delivered") store.delivered(id, event.seq, now, result.status ?? 0);
    if (next.step === "give up") store.giveUp(id, event.seq, now);
    if (next.step === "disable") store.disable(id);
    if (next.step === "retry") store.failed(id, event.seq, now, { ...result, ...next });
  }

  async function post(endpoint: Endpoint, event: Event, body: string): Promise<AttemptResult> {
    const signature = signatureHeaders({ secret: endpoint.secret, id: event.id, at: clock.now(), body });
    try {
      return await options.outbound.post({
        url: endpoint.webhook.url,
        headers: {
          "content-type": "application/json",
          "user-agent": `Bellhop/${options.version}`,
          ...signature,
        },
        body,
        timeoutMs: ANSWER_MS,
        signal: giveUpOnStop.signal,
      });
    } catch {
      // Refused, reset or timed out: there is no answer to speak of, and that is what the store keeps.
      return { status: null, retryAfter: null };
    }
  }

  return {
    wake(webhookId) {
      if (webhookId !== undefined) return wakeOne(webhookId);
      for (const { id } of store.list()) wakeOne(id);
    },
    async stop() {
      stopped = true;
      for (const timer of asleep.values()) timer.cancel();
      const grace = timers.after(3_000, () => giveUpOnStop.abort());
      await Promise.all(busy.values());
      grace.cancel();
    },
  };
}
