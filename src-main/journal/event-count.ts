import type { Database } from "../storage/database.ts";

/** How many events the journal holds, without going through all of them each time. */
export interface EventCount {
  /** `newest` and `prunedTo` as the database has them now. */
  now(at: { newest: number; prunedTo: number }): number;
  /** So many are being dropped, between what `prunedTo` was and what it will be when that is committed. */
  dropped(count: number, was: number, willBe: number): void;
}

/**
 * Counts once, and then only what is newer. What was counted holds as long as nothing was dropped since that it was
 * not told of: a transaction that was rolled back shows in `prunedTo`.
 */
export function openEventCount(database: Database): EventCount {
  const between = database
    .prepare<[number, number], number>("SELECT COUNT(*) FROM event WHERE seq > ? AND seq <= ?")
    .pluck();
  const all = database.prepare<[], number>("SELECT COUNT(*) FROM event").pluck();
  let counted: { count: number; upTo: number; prunedTo: number } | null = null;

  return {
    now({ newest, prunedTo }) {
      const count =
        counted?.prunedTo === prunedTo
          ? counted.count + (between.get(counted.upTo, newest) ?? 0)
          : (all.get() ?? 0);
      // What is not committed yet may never have been there.
      if (!database.inTransaction) counted = { count, upTo: newest, prunedTo };
      return count;
    },
    dropped(count, was, willBe) {
      // Counted anew where what was dropped before was rolled back, and where some were never counted.
      if (counted === null || counted.prunedTo !== was || counted.upTo < willBe) counted = null;
      else counted = { ...counted, count: counted.count - count, prunedTo: willBe };
    },
  };
}
