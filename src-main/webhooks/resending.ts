import { Fault } from "../../src-shared/faults.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock } from "../ports/clock.ts";
import type { Timers } from "../ports/timers.ts";
import type { Deliverer } from "./deliverer.ts";
import type { DeliveryStore } from "./delivery-store.ts";
import type { EndpointStore } from "./endpoint-store.ts";

/** How much is put into a queue at once; others wait that long for the database. */
const AT_ONCE = 100;

/** Puts into an endpoint's queue again what is not there any more, or never was, without holding up anybody. */
export interface Resending {
  /** One delivery that came to an end, or (if it waits) the endpoint's rest ends. */
  one(webhookId: string, seq: number): void;
  /**
   * What was given up at `since` (ms since 1970) or later; with `missed` also what happened then, is wanted, and never
   * was in the queue, such as while it was off. How many.
   */
  all(webhookId: string, choice: { since: number; missed: boolean }): Promise<number>;
}

/** What was asked for is durable when it is answered. */
export function openResending(options: {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  deliverer: Pick<Deliverer, "tryNow">;
  journal: Pick<Journal, "after" | "seqBefore" | "newest">;
  isOurs(guid: string): boolean;
  clock: Clock;
  timers: Timers;
}): Resending {
  const { endpoints, deliveries, deliverer, journal, clock, timers } = options;
  const turn = (): Promise<void> => new Promise((resolve) => void timers.after(0, resolve));

  async function queueDead(webhookId: string, since: number): Promise<number> {
    const now = clock.now();
    let sum = 0;
    let after = -1;
    for (;;) {
      const seqs = deliveries.requeueDead(webhookId, after, since, now, AT_ONCE);
      sum += seqs.length;
      after = seqs.at(-1) ?? after;
      if (seqs.length < AT_ONCE) return sum;
      await turn();
    }
  }

  async function queueMissed(webhookId: string, since: number): Promise<number> {
    let at = journal.seqBefore(since);
    const upTo = journal.newest();
    let sum = 0;
    for (;;) {
      const endpoint = endpoints.get(webhookId);
      if (endpoint === null) throw new Fault("not_found", `there is no webhook ${webhookId} any more`);
      const types = new Set(endpoint.webhook.events);
      const events = journal.after(at, { limit: AT_ONCE, types, upTo });
      const wanted = events.filter((event) => endpoint.wants(event, options.isOurs));
      const seqs = wanted.map(({ seq }) => seq);
      sum += deliveries.add(webhookId, seqs, clock.now());
      at = events.at(-1)?.seq ?? at;
      if (events.length < AT_ONCE) return sum;
      await turn();
    }
  }

  /** One after the other: everybody else has a turn between any two slices, however many ask. */
  let running: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = running.then(work);
    running = mine.catch(() => {});
    return mine;
  };

  return {
    one(webhookId, seq) {
      deliveries.requeue(webhookId, seq, clock.now());
      deliverer.tryNow(webhookId);
    },
    all: (webhookId, { since, missed }) =>
      inTurn(async () => {
        // All of it is in the queue before the first goes out, so that it goes out in order.
        const sum = missed ? await queueMissed(webhookId, since) : 0;
        const all = sum + (await queueDead(webhookId, since));
        if (endpoints.get(webhookId) !== null) deliverer.tryNow(webhookId);
        return all;
      }),
  };
}
