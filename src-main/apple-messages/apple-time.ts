/** Seconds from 1970 to Apple's own beginning, 2001-01-01 UTC. */
const EPOCH_SECONDS = 978_307_200;

/**
 * SQL that turns one of Apple's time columns into milliseconds since 1970, or NULL for none.
 * Nanoseconds exceed what a double holds, so the division happens in SQLite. Old rows hold seconds
 * (below 1e12); 0, NULL and INT64_MAX all mean that there is no time. Source: chat.db of macOS 10.12 to 27.
 */
export function unixMs(column: string): string {
  return `CASE WHEN ${column} IS NULL OR ${column} = 0 OR ${column} = 9223372036854775807 THEN NULL
    WHEN ${column} BETWEEN -999999999999 AND 999999999999 THEN (${column} + ${EPOCH_SECONDS}) * 1000
    ELSE ${column} / 1000000 + ${EPOCH_SECONDS}000 END`;
}

/** The latest and, negative, the earliest time that 64 bits hold: the years 2293 and 1708. */
const FURTHEST = 2n ** 63n - 1n;

/** Milliseconds since 1970 as Apple's nanoseconds, for a comparison in SQL; what is further away is cut off. */
export function appleNanoseconds(ms: number): bigint {
  const nanoseconds = (BigInt(Math.trunc(ms)) - BigInt(EPOCH_SECONDS) * 1000n) * 1_000_000n;
  if (nanoseconds > FURTHEST) return FURTHEST;
  return nanoseconds < -FURTHEST ? -FURTHEST : nanoseconds;
}
