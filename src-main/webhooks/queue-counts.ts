import type { Database } from "../storage/database.ts";

/** How many deliveries of an endpoint wait, and how many were given up. */
export interface QueueCounts {
  waiting: number;
  dead: number;
}

/** How long queues are, without counting them anew for everybody who asks. */
export interface KnownCounts {
  of(webhookId: string): QueueCounts;
  /** One that was pending came to an end. */
  settled(webhookId: string, seq: number, state: "delivered" | "dead"): void;
  forget(webhookId?: string): void;
}

/**
 * Counts of deliveries, kept in memory. Sequences only grow, so all that can have been queued since the last count
 * lies above `upTo`: what is new is counted there, and what was counted is taken off when it comes to an end. A commit
 * that was rolled back cannot mislead it, since nothing is counted before it is stored.
 */
export function openQueueCounts(database: Database): KnownCounts {
  const pending = database.prepare<[string, number], { count: number; last: number | null }>(
    `SELECT COUNT(*) AS count, MAX(seq) AS last FROM delivery
     WHERE webhook_id = ? AND state = 'pending' AND seq > ?`,
  );
  const dead = database
    .prepare<[string], number>("SELECT COUNT(*) FROM delivery WHERE webhook_id = ? AND state = 'dead'")
    .pluck();
  const known = new Map<string, QueueCounts & { upTo: number }>();

  return {
    of(webhookId) {
      let counted = known.get(webhookId);
      if (counted === undefined) {
        counted = { waiting: 0, dead: dead.get(webhookId) ?? 0, upTo: -1 };
        known.set(webhookId, counted);
      }
      const more = pending.get(webhookId, counted.upTo);
      counted.waiting += more?.count ?? 0;
      counted.upTo = more?.last ?? counted.upTo;
      return { waiting: counted.waiting, dead: counted.dead };
    },
    settled(webhookId, seq, state) {
      const counted = known.get(webhookId);
      if (counted === undefined) return;
      if (seq <= counted.upTo) counted.waiting -= 1;
      if (state === "dead") counted.dead += 1;
    },
    forget(webhookId) {
      if (webhookId === undefined) known.clear();
      else known.delete(webhookId);
    },
  };
}
