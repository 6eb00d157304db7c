import { watchForJumps } from "../../journal/time-jumps.ts";
import type { Clock } from "../../ports/clock.ts";
import { type Database, withoutSync } from "../../storage/database.ts";
import type { Vault } from "../../storage/vault.ts";

/** How long a key is kept, in ms. */
const KEPT_MS = 24 * 3_600_000;
/** So many keys that have had their time are removed with each that is added. */
const MOST_PRUNED = 100;

/** A key that was used. */
export interface UsedKey {
  /** Of the order, in hex. */
  digest: string;
  /** What became of it, this item says. */
  outboxId: string;
}

/** Whose key it is, and the key. */
export interface KeyName {
  by: string;
  key: string;
}

/**
 * Idempotency keys in bellhop.db, each for 24 hours; for an hour after the clock was set or the machine slept none of
 * them ends: by a clock that is wrong for a moment, all would, and what is asked for again would be sent again.
 */
export interface IdempotencyStore {
  find(name: KeyName): UsedKey | null;
  /** To be called in the transaction that adds the outbox item. */
  add(name: KeyName, used: { digest: string; outboxId: string }): void;
}

interface Row {
  created_at: number;
  sealed_digest: Buffer;
  outbox_id: string;
}

/** Opens the keys, and removes some that have had their time. */
export function openIdempotencyStore(database: Database, vault: Vault, clock: Clock): IdempotencyStore {
  const find = database.prepare<[string, string, number], Row>(
    `SELECT created_at, sealed_digest, outbox_id FROM idempotency_key
     WHERE by = ? AND key = ? AND created_at >= ?`,
  );
  const add = database.prepare(
    `INSERT OR REPLACE INTO idempotency_key (by, key, created_at, sealed_digest, outbox_id)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const prune = database.prepare(
    `DELETE FROM idempotency_key WHERE rowid IN
       (SELECT rowid FROM idempotency_key WHERE created_at < ? ORDER BY created_at LIMIT ${MOST_PRUNED})`,
  );
  // A clock that was set back leaves keys from the time to come: they have their 24 hours from now on.
  const bringBack = database.prepare("UPDATE idempotency_key SET created_at = ? WHERE created_at > ?");

  // It is looked at whenever a key is: how long nobody asks says nothing of a sleep.
  const time = watchForJumps(clock, Number.POSITIVE_INFINITY);
  /** What is older has had its time, in ms since 1970. */
  const endBefore = (now: number): number => {
    time.look();
    return time.isTrusted() ? now - KEPT_MS : Number.NEGATIVE_INFINITY;
  };
  const tidy = (now: number): void => {
    bringBack.run(now, now);
    prune.run(endBefore(now));
  };
  withoutSync(database, () => tidy(clock.now()));
  return {
    find({ by, key }) {
      const now = clock.now();
      const row = find.get(by, key, endBefore(now));
      if (!row) return null;
      if (row.created_at > now) withoutSync(database, () => bringBack.run(now, now));
      return { digest: vault.open(row.sealed_digest), outboxId: row.outbox_id };
    },
    add({ by, key }, { digest, outboxId }) {
      const now = clock.now();
      tidy(now);
      add.run(by, key, now, vault.seal(digest), outboxId);
    },
  };
}
