import type { Clock } from "../ports/clock.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import { type Database, withoutSync } from "../storage/database.ts";
import type { DeliveryStore } from "../webhooks/delivery-store.ts";
import type { Journal } from "./journal.ts";
import { watchForJumps } from "./time-jumps.ts";

const SWEEP_EVERY_MS = 60_000;
/** Events, and deliveries of them, that one transaction drops: others must have their turn. */
const SLICE = 500;
const SLICE_DELIVERIES = 2_000;
const DAY_MS = 86_400_000;

/** Keeps the journal from growing without end. */
export interface Retention {
  /** Drops what is too old or too much, now and in slices; nothing more happens while it is at it. */
  sweep(): void;
  stop(): void;
}

export interface RetentionOptions {
  journal: Pick<Journal, "oldest" | "count" | "prune">;
  deliveries: Pick<DeliveryStore, "oldestPending" | "deadUpTo" | "dropUpTo">;
  database: Database;
  settings(): { eventsKeptDays: number; eventsKept: number };
  clock: Clock;
  timers: Timers;
  /** What people call an endpoint, such as its host. */
  nameOf(webhookId: string): string;
  /** Hears, in a sentence, of deliveries that could have been resent and went with their events. */
  said(sentence: string, detail: { webhook_id: string; count: number }): void;
  complain(thrown: unknown): void;
}

/**
 * Drops the oldest events and their deliveries every minute: those older than `eventsKeptDays`, and those beyond the
 * newest `eventsKept`; never one that waits to be delivered, nor any after it. For an hour after the clock was set or
 * the machine slept nothing is dropped for its age.
 */
export function startRetention(options: RetentionOptions): Retention {
  const { journal, deliveries, database, clock, timers } = options;
  const time = watchForJumps(clock, SWEEP_EVERY_MS);
  /** Deliveries that went, by endpoint. */
  const gone = new Map<string, number>();
  let next: Timer | undefined;
  let slicing: Timer | undefined;

  /** The sequence of the last event that the next slice drops; 0 for none. */
  const lastToGo = (): number => {
    time.look();
    const { eventsKeptDays, eventsKept } = options.settings();
    const now = clock.now();
    const oldest = journal.oldest(SLICE);
    const excess = Math.min(journal.count() - eventsKept, oldest.length);
    let last = oldest[excess - 1]?.seq ?? 0;
    if (time.isTrusted()) {
      for (const { seq, at } of oldest) {
        if (at < now - eventsKeptDays * DAY_MS) last = Math.max(last, seq);
        // One that is dated in the future says nothing: the clock was wrong when it was told.
        else if (at <= now + DAY_MS) break;
      }
    }
    const pending = deliveries.oldestPending();
    if (pending === null || pending > last) return last;
    return oldest.findLast(({ seq }) => seq < pending)?.seq ?? 0;
  };

  /** How many deliveries that could have been resent it dropped, by endpoint. */
  const dropUpTo = (seq: number): Map<string, number> => {
    const dead = new Map(deliveries.deadUpTo(seq).map(({ webhookId, count }) => [webhookId, count]));
    const { dropped } = deliveries.dropUpTo(seq, SLICE_DELIVERIES);
    // No event goes before all of its deliveries have gone.
    if (dropped < SLICE_DELIVERIES) journal.prune(seq, SLICE);
    for (const { webhookId, count } of deliveries.deadUpTo(seq)) {
      dead.set(webhookId, (dead.get(webhookId) ?? 0) - count);
    }
    return dead;
  };

  const dropSlice = (): void => {
    slicing = undefined;
    try {
      const seq = lastToGo();
      if (seq > 0) {
        const dead = withoutSync(database, () => dropUpTo(seq));
        for (const [id, count] of dead) gone.set(id, (gone.get(id) ?? 0) + count);
        slicing = timers.after(0, dropSlice);
        return;
      }
    } catch (thrown) {
      options.complain(thrown);
    }
    tell();
  };

  const tell = (): void => {
    const all = [...gone];
    gone.clear();
    try {
      for (const [id, count] of all) {
        if (count > 0) options.said(sentenceOf(count, options.nameOf(id)), { webhook_id: id, count });
      }
    } catch (thrown) {
      options.complain(thrown);
    }
  };

  const sweep = (): void => {
    if (slicing === undefined) dropSlice();
  };
  const sweepAndAgain = (): void => {
    next = timers.after(SWEEP_EVERY_MS, sweepAndAgain);
    sweep();
  };
  next = timers.after(SWEEP_EVERY_MS, sweepAndAgain);

  return {
    sweep,
    stop() {
      next?.cancel();
      slicing?.cancel();
      tell();
    },
  };
}

function sentenceOf(count: number, name: string): string {
  return count === 1
    ? `1 delivery to ${name} that was given up was dropped with its event`
    : `${count} deliveries to ${name} that were given up were dropped with their events`;
}
