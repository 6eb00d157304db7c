import type { Event } from "../../src-shared/domain/event.ts";
import type { BodyFormat, TestResult } from "../../src-shared/domain/webhook.ts";
import type { Settings } from "../../src-shared/settings.ts";
import { watchForJumps } from "../journal/time-jumps.ts";
import type { Clock } from "../ports/clock.ts";
import type { Outbound } from "../ports/outbound.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import type { BodyOf } from "./bodies/bodies.ts";
import type { DeliveryNews } from "./delivery-news.ts";
import { bodyWriter, headerWriter } from "./delivery-request.ts";
import type { DeliveryStore } from "./delivery-store.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import { type EndpointWorker, EXPIRED_AT_ONCE, startWorker } from "./endpoint-worker.ts";
import type { Recording } from "./recording.ts";
import { recordTogether } from "./recording-together.ts";
import type { WorkerSurroundings } from "./worker-surroundings.ts";

/** What is under way when everything stops has so long to end, in ms. */
const GRACE_MS = 3_000;
/**
 * How often, in ms, the queues of endpoints that are switched off are looked through for what has waited too long, and
 * those of endpoints that were removed are dropped.
 */
const SWEEP_MS = 60 * 60 * 1_000;
/** The first time soon, since not every run lasts an hour. */
const FIRST_SWEEP_MS = 60_000;
/** How many deliveries of an endpoint that was removed are dropped in one transaction; others wait that long. */
const DROPPED_AT_ONCE = 500;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Works off the queue of every endpoint. */
export interface Deliverer {
  /** There may be something to deliver, for this endpoint or (without id) for any; or it was changed. */
  wake(webhookId?: string): void;
  /** The endpoint rests no longer. */
  tryNow(webhookId: string): void;
  /** Sends this endpoint a test event as soon as no delivery is under way, and says what came of it. */
  test(webhookId: string): Promise<TestResult>;
  /** What is under way to this endpoint goes to the wrong place now, and is given up. */
  abort(webhookId: string): void;
  /** The endpoint is no more. */
  forget(webhookId: string): void;
  /** Starts no other attempt, and gives those under way a moment; what is not answered then stays as it was. */
  stop(): Promise<void>;
}

export interface DelivererOptions extends Partial<DeliveryNews> {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  recording: Recording;
  /** The event of a delivery; null when it is no longer kept. */
  event(seq: number): Event | null;
  bodies: Readonly<Record<BodyFormat, BodyOf>>;
  settings(): Pick<Settings, "deliverForDays" | "webhookTimeoutMs">;
  clock: Clock;
  timers: Timers;
  randomness: Pick<Randomness, "fraction">;
  outbound: Outbound;
  complain(thrown: unknown): void;
  /** The database refuses what is to be recorded, or does so no longer. It is tried again until it works. */
  storageTrouble?(isTrouble: boolean): void;
  version: string;
}

/**
 * One queue and one request in flight for each endpoint, so that order holds and a slow endpoint slows
 * nobody else. What is in the queue when the process ends is delivered by the next one.
 */
export function startDeliverer(options: DelivererOptions): Deliverer {
  const { endpoints, recording, clock, timers } = options;
  const workers = new Map<string, EndpointWorker>();
  const troubled = new Set<string>();
  let isStopped = false;
  let isOver = false;
  let ended = (): void => {};

  const around: WorkerSurroundings = {
    endpoints,
    deliveries: options.deliveries,
    recording,
    record: recordTogether({
      recording,
      timers,
      isAlone: () => underWay(2) < 2,
      complain: options.complain,
    }),
    event: options.event,
    bodyOf: bodyWriter(options.bodies),
    headersOf: headerWriter(options.version),
    clock,
    timers,
    randomness: options.randomness,
    outbound: options.outbound,
    deliverForMs: () => options.settings().deliverForDays * DAY_MS,
    timeoutMs: () => options.settings().webhookTimeoutMs,
    news: {
      attempted: (report) => options.attempted?.(report),
      disabled: (webhook, because) => options.disabled?.(webhook, because),
      dead: (webhook, seq, because, count) => options.dead?.(webhook, seq, because, count),
    },
    complain: options.complain,
    storageTrouble,
    isStopped: () => isStopped,
    isOver: () => isOver,
    ended: () => ended(),
  };

  /** How many requests are under way, counted up to `most`. */
  function underWay(most: number): number {
    let count = 0;
    for (const worker of workers.values()) {
      if (worker.isBusy()) count += 1;
      if (count === most) break;
    }
    return count;
  }

  /** Said once, however many endpoints have it and however often. */
  function storageTrouble(id: string, thrown: unknown): void {
    const wasTrouble = troubled.size > 0;
    if (thrown === null) troubled.delete(id);
    else troubled.add(id);
    const isTrouble = troubled.size > 0;
    if (isTrouble && !wasTrouble) options.complain(thrown);
    if (isTrouble !== wasTrouble) options.storageTrouble?.(isTrouble);
  }

  const workerOf = (id: string): EndpointWorker => {
    let worker = workers.get(id);
    if (worker === undefined) {
      worker = startWorker(id, around);
      workers.set(id, worker);
    }
    return worker;
  };

  const time = watchForJumps(clock, SWEEP_MS);
  let sweeping: Timer = timers.after(FIRST_SWEEP_MS, sweep);
  function sweep(): void {
    let isDone = true;
    try {
      isDone = sweepOnce();
    } catch (thrown) {
      options.complain(thrown);
    }
    sweeping = timers.after(isDone ? SWEEP_MS : 0, sweep);
  }

  /** Does a part of what is to be done; whether there is no more. */
  function sweepOnce(): boolean {
    const [removed] = endpoints.removed();
    if (removed !== undefined) {
      recording.cleared(removed, DROPPED_AT_ONCE);
      return false;
    }
    time.look();
    // Nothing speaks for giving these up but the time, and that may just have been set.
    if (!time.isTrusted()) return true;
    const now = clock.now();
    for (const { webhook } of endpoints.list()) {
      if (webhook.enabled) continue;
      // It is not tried, so its deliveries are given up by their age alone.
      const seqs = recording.expired(webhook.id, now - around.deliverForMs(), now, EXPIRED_AT_ONCE);
      if (seqs[0] !== undefined) options.dead?.(webhook, seqs[0], "expired", seqs.length);
      if (seqs.length === EXPIRED_AT_ONCE) return false;
    }
    return true;
  }

  return {
    wake(webhookId) {
      if (isStopped) return;
      if (webhookId !== undefined) workerOf(webhookId).wake();
      else for (const { webhook } of endpoints.list()) workerOf(webhook.id).wake();
    },
    tryNow(webhookId) {
      recording.rested(webhookId);
      if (!isStopped) workerOf(webhookId).wake();
    },
    async test(webhookId) {
      const stopping = { status: null, error: STOPPING, tookMs: 0, answer: null };
      return isStopped ? stopping : await workerOf(webhookId).test();
    },
    abort: (webhookId) => workers.get(webhookId)?.abort(),
    forget(webhookId) {
      const worker = workers.get(webhookId);
      workers.delete(webhookId);
      worker?.stop("the webhook was removed");
      worker?.abort();
      storageTrouble(webhookId, null);
      options.outbound.forget(webhookId);
      sweeping.cancel();
      if (!isStopped) sweeping = timers.after(0, sweep);
    },
    async stop() {
      isStopped = true;
      sweeping.cancel();
      for (const worker of workers.values()) worker.stop(STOPPING);
      await new Promise<void>((resolve) => {
        const grace = timers.after(GRACE_MS, () => {
          isOver = true;
          for (const worker of workers.values()) worker.abort();
          resolve();
        });
        ended = () => {
          if ([...workers.values()].some((worker) => worker.isBusy())) return;
          grace.cancel();
          resolve();
        };
        ended();
      });
      isOver = true;
    },
  };
}

const STOPPING = "Bellhop is stopping";
