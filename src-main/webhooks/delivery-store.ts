import type { DeadBecause } from "../../src-shared/domain/webhook.ts";
import type { Database } from "../storage/database.ts";
import { IS_THERE } from "./endpoint-store.ts";
import { openQueueCounts, type QueueCounts } from "./queue-counts.ts";

/** A delivery at the head of an endpoint's queue. */
export interface PendingDelivery {
  readonly seq: number;
  /** How often it was tried, and refused (4xx). */
  readonly attempts: number;
  readonly refusals: number;
  readonly queuedAt: number;
}

/** The queues of deliveries in bellhop.db. Times in ms since 1970. */
export interface DeliveryStore {
  /** Puts an event into an endpoint's queue; call it inside the one transaction. */
  enqueue(webhookId: string, seq: number, queuedAt: number): void;
  /** What is to be delivered next; null when nothing waits. */
  head(webhookId: string): PendingDelivery | null;
  /** The sequence of what comes after the head, as far as that has been read ahead; null otherwise. */
  behindHead(webhookId: string): number | null;
  /**
   * Records that this attempt failed, or (with `state`) what the delivery came to. False when the delivery is no
   * longer what it was when the attempt began; nothing has happened then. Call it inside a transaction, and `forget`
   * when that fails.
   */
  tried(
    webhookId: string,
    tried: PendingDelivery,
    result: { refused: boolean; status: number | null },
  ): boolean;
  settle(webhookId: string, tried: PendingDelivery, result: Settled): boolean;
  /**
   * Gives up at most `limit` of what was queued until `queuedUntil`, oldest first: their sequences. Call it inside a
   * transaction, and `forget` when that fails.
   */
  expire(webhookId: string, queuedUntil: number, at: number, limit: number): number[];
  /** Puts a delivery that came to an end into the queue again; false when there is none. */
  requeue(webhookId: string, seq: number, at: number): boolean;
  /** The same with at most `limit` of those after this sequence that were given up at `since` or later: their sequences. */
  requeueDead(webhookId: string, after: number, since: number, at: number, limit: number): number[];
  /** Puts events into the queue that never were in it; how many of them. */
  add(webhookId: string, seqs: readonly number[], queuedAt: number): number;
  counts(webhookId: string): QueueCounts;
  /** The first event that still waits for an endpoint; null when none does. The journal keeps it. */
  oldestPending(): number | null;
  /** How many deliveries of events up to this one were given up, by endpoint. */
  deadUpTo(seq: number): { webhookId: string; count: number }[];
  /**
   * Drops at most `limit` deliveries of events up to this one that came to an end, with their attempts. Call it in
   * the transaction that drops the events.
   */
  dropUpTo(seq: number, limit: number): { dropped: number; dead: number };
  /** Drops at most `limit` deliveries of an endpoint, whatever their state; how many. */
  dropOf(webhookId: string, limit: number): number;
  /** What is in memory of this endpoint's queue (or of every) may not be what is stored: it is read again. */
  forget(webhookId?: string): void;
}

/** What a delivery came to. */
export interface Settled {
  state: "delivered" | "dead";
  because: DeadBecause | null;
  /** Whether a request was made for it. */
  attempted: boolean;
  refused: boolean;
  status: number | null;
  at: number;
}

/** How many deliveries are read ahead for an endpoint; they go out one by one all the same. */
const PAGE = 64;

/** Opens the queues. This process is the only one that works on them: its data folder is locked. */
export function openDeliveryStore(database: Database): DeliveryStore {
  const enqueue = database.prepare(
    "INSERT INTO delivery (webhook_id, seq, queued_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const page = database.prepare<[string, number], PendingDelivery>(
    `SELECT seq, attempts, refusals, queued_at AS queuedAt FROM delivery
     WHERE webhook_id = ? AND state = 'pending' ORDER BY seq LIMIT ?`,
  );
  // Instead of a lease that is claimed and given back: nobody else works on this data folder, so it is enough that
  // a delivery is still the one that was sent, which its state and number of attempts tell.
  const tried = database.prepare(
    `UPDATE delivery SET attempts = attempts + 1, refusals = refusals + ?, last_status = ?
     WHERE webhook_id = ? AND seq = ? AND state = 'pending' AND attempts = ?`,
  );
  const settle = database.prepare(
    `UPDATE delivery SET state = ?, dead_because = ?, attempts = attempts + ?, refusals = refusals + ?,
       last_status = COALESCE(?, last_status), settled_at = ?
     WHERE webhook_id = ? AND seq = ? AND state = 'pending' AND attempts = ?`,
  );
  const expire = database
    .prepare<[number, string, string, number, number], number>(
      `UPDATE delivery SET state = 'dead', dead_because = 'expired', settled_at = ?
       WHERE webhook_id = ? AND seq IN (SELECT seq FROM delivery
         WHERE webhook_id = ? AND state = 'pending' AND queued_at <= ? ORDER BY seq LIMIT ?) RETURNING seq`,
    )
    .pluck();
  const requeue = database.prepare(
    `UPDATE delivery SET state = 'pending', dead_because = NULL, refusals = 0, settled_at = NULL, queued_at = ?
     WHERE webhook_id = ? AND seq = ? AND state <> 'pending'`,
  );
  const requeueDead = database
    .prepare<[number, string, string, number, number, number], number>(
      `UPDATE delivery SET state = 'pending', dead_because = NULL, refusals = 0, settled_at = NULL, queued_at = ?
       WHERE webhook_id = ? AND seq IN (SELECT seq FROM delivery
         WHERE webhook_id = ? AND state = 'dead' AND seq > ? AND settled_at >= ? ORDER BY seq LIMIT ?) RETURNING seq`,
    )
    .pluck();
  const oldest = database
    .prepare<[], number | null>(
      `SELECT MIN((SELECT seq FROM delivery WHERE webhook_id = webhook.id AND state = 'pending'
         ORDER BY seq LIMIT 1)) FROM webhook WHERE ${IS_THERE}`,
    )
    .pluck();
  const deadUpTo = database.prepare<[number], { webhookId: string; count: number }>(
    `SELECT id AS webhookId, count FROM (SELECT id, (SELECT COUNT(*) FROM delivery
       WHERE webhook_id = webhook.id AND state = 'dead' AND seq <= ?) AS count FROM webhook WHERE ${IS_THERE}) WHERE count > 0`,
  );
  const owners = database.prepare<[], string>("SELECT id FROM webhook").pluck();
  const drop = database
    .prepare<[string, string, number, number], number>(
      `DELETE FROM delivery WHERE webhook_id = ? AND seq IN (SELECT seq FROM delivery
         WHERE webhook_id = ? AND seq <= ? AND state <> 'pending' ORDER BY seq LIMIT ?)
       RETURNING state = 'dead'`,
    )
    .pluck();

  const dropOf = database.prepare(
    `DELETE FROM delivery WHERE webhook_id = ? AND seq IN (SELECT seq FROM delivery WHERE webhook_id = ?
       ORDER BY seq LIMIT ?)`,
  );

  const pages = new Map<string, { read: readonly PendingDelivery[]; next: number }>();
  const counts = openQueueCounts(database);
  const forget = (webhookId?: string): void => {
    if (webhookId === undefined) pages.clear();
    else pages.delete(webhookId);
    counts.forget(webhookId);
  };
  const add = database.transaction((webhookId: string, seqs: readonly number[], queuedAt: number) =>
    seqs.reduce((sum, seq) => sum + enqueue.run(webhookId, seq, queuedAt).changes, 0),
  );
  /** The head was dealt with: on to the one behind it. */
  const moveOn = (webhookId: string, seq: number): void => {
    const ahead = pages.get(webhookId);
    if (ahead?.read[ahead.next]?.seq === seq) ahead.next += 1;
    else pages.delete(webhookId);
  };

  return {
    enqueue: (webhookId, seq, queuedAt) => void enqueue.run(webhookId, seq, queuedAt),
    head(webhookId) {
      // What is queued meanwhile comes behind all that was read ahead; whatever else is put in makes it forgotten.
      const ahead = pages.get(webhookId);
      const known = ahead?.read[ahead.next];
      if (known !== undefined) return known;
      const read = page.all(webhookId, PAGE);
      const [first] = read;
      if (first === undefined) pages.delete(webhookId);
      else pages.set(webhookId, { read, next: 0 });
      return first ?? null;
    },
    behindHead(webhookId) {
      const ahead = pages.get(webhookId);
      return ahead?.read[ahead.next + 1]?.seq ?? null;
    },
    tried(webhookId, { seq, attempts }, { refused, status }) {
      const { changes } = tried.run(refused ? 1 : 0, status, webhookId, seq, attempts);
      pages.delete(webhookId);
      return changes > 0;
    },
    settle(webhookId, { seq, attempts }, { state, because, attempted, refused, status, at }) {
      const more = attempted ? 1 : 0;
      const { changes } = settle.run(
        state,
        because,
        more,
        refused ? 1 : 0,
        status,
        at,
        webhookId,
        seq,
        attempts,
      );
      if (changes === 0) {
        pages.delete(webhookId);
        return false;
      }
      moveOn(webhookId, seq);
      counts.settled(webhookId, seq, state);
      return true;
    },
    expire(webhookId, queuedUntil, at, limit) {
      const seqs = expire.all(at, webhookId, webhookId, queuedUntil, limit);
      if (seqs.length > 0) forget(webhookId);
      return inOrder(seqs);
    },
    requeue(webhookId, seq, at) {
      forget(webhookId);
      return requeue.run(at, webhookId, seq).changes > 0;
    },
    requeueDead(webhookId, after, since, at, limit) {
      forget(webhookId);
      return inOrder(requeueDead.all(at, webhookId, webhookId, after, since, limit));
    },
    add(webhookId, seqs, queuedAt) {
      forget(webhookId);
      return add(webhookId, seqs, queuedAt);
    },
    counts: counts.of,
    oldestPending: () => oldest.get() ?? null,
    deadUpTo: (seq) => deadUpTo.all(seq),
    dropUpTo(seq, limit) {
      let dropped = 0;
      let dead = 0;
      for (const webhookId of owners.all()) {
        const states = drop.all(webhookId, webhookId, seq, limit - dropped);
        dropped += states.length;
        dead += states.reduce((sum, isDead) => sum + isDead, 0);
        counts.forget(webhookId);
        if (dropped >= limit) break;
      }
      return { dropped, dead };
    },
    dropOf(webhookId, limit) {
      forget(webhookId);
      return dropOf.run(webhookId, webhookId, limit).changes;
    },
    forget,
  };
}

/** SQLite returns what it changed in no order that could be relied on. */
function inOrder(seqs: number[]): number[] {
  return seqs.sort((a, b) => a - b);
}
