import { z } from "zod";
import { Message } from "../../src-shared/domain/message.ts";
import { SentItem } from "../../src-shared/domain/outbox.ts";
import { FaultCode } from "../../src-shared/faults.ts";
import type { Clock } from "../ports/clock.ts";
import { type Database, withoutSync } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";

/** How long a key is kept, in ms. */
const KEPT_MS = 24 * 3_600_000;
/** So many keys that have had their time are removed with each that is added. */
const MOST_PRUNED = 100;

/** What was answered under a key the first time. */
export const KeptAnswer = z.union([
  z.object({ item: SentItem, message: Message.nullable() }),
  z.object({
    fault: z.object({ code: FaultCode, sentence: z.string(), retryAfter: z.number().nullable() }),
  }),
]);
export type KeptAnswer = z.infer<typeof KeptAnswer>;

/** A key that was used. */
export interface UsedKey {
  /** Of the order, in hex. */
  digest: string;
  outboxId: string;
  /** Null when the process ended before it was known, or when it cannot be read any more. */
  answer: KeptAnswer | null;
}

/** Whose key it is, and the key. */
export interface KeyName {
  by: string;
  key: string;
}

/** Idempotency keys in bellhop.db, each for 24 hours. */
export interface IdempotencyStore {
  find(name: KeyName): UsedKey | null;
  /** To be called in the transaction that adds the outbox item. */
  add(name: KeyName, used: { digest: string; outboxId: string }): void;
  /** Loses at most itself in a power failure: the answer is made again from the item. */
  answer(name: KeyName, answer: KeptAnswer): void;
  remove(name: KeyName): void;
}

interface Row {
  created_at: number;
  sealed_digest: Buffer;
  outbox_id: string;
  sealed_answer: Buffer | null;
}

/** Opens the keys, and removes some that have had their time. */
export function openIdempotencyStore(
  database: Database,
  vault: Vault,
  clock: Pick<Clock, "now">,
): IdempotencyStore {
  const find = database.prepare<[string, string, number], Row>(
    `SELECT created_at, sealed_digest, outbox_id, sealed_answer FROM idempotency_key
     WHERE by = ? AND key = ? AND created_at >= ?`,
  );
  const add = database.prepare(
    `INSERT OR REPLACE INTO idempotency_key (by, key, created_at, sealed_digest, outbox_id)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const answer = database.prepare("UPDATE idempotency_key SET sealed_answer = ? WHERE by = ? AND key = ?");
  const remove = database.prepare("DELETE FROM idempotency_key WHERE by = ? AND key = ?");
  const prune = database.prepare(
    `DELETE FROM idempotency_key WHERE rowid IN
       (SELECT rowid FROM idempotency_key WHERE created_at < ? ORDER BY created_at LIMIT ${MOST_PRUNED})`,
  );
  // A clock that was set back leaves keys from the time to come: they have their 24 hours from now on.
  const bringBack = database.prepare("UPDATE idempotency_key SET created_at = ? WHERE created_at > ?");

  const tidy = (now: number): void => {
    bringBack.run(now, now);
    prune.run(now - KEPT_MS);
  };
  withoutSync(database, () => tidy(clock.now()));
  return {
    find({ by, key }) {
      const now = clock.now();
      const row = find.get(by, key, now - KEPT_MS);
      if (!row) return null;
      if (row.created_at > now) withoutSync(database, () => bringBack.run(now, now));
      return {
        digest: vault.open(row.sealed_digest),
        outboxId: row.outbox_id,
        answer: row.sealed_answer === null ? null : toAnswer(vault.open(row.sealed_answer)),
      };
    },
    add({ by, key }, { digest, outboxId }) {
      const now = clock.now();
      tidy(now);
      add.run(by, key, now, vault.seal(digest), outboxId);
    },
    answer({ by, key }, given) {
      withoutSync(database, () => answer.run(vault.seal(JSON.stringify(given)), by, key));
    },
    remove({ by, key }) {
      withoutSync(database, () => remove.run(by, key));
    },
  };
}

/** Another version may have kept it in another form. */
function toAnswer(text: string): KeptAnswer | null {
  const parsed = KeptAnswer.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
