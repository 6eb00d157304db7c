/** Apple counts from 2001-01-01 UTC: this many seconds after 1970. */
const APPLE_EPOCH_SECONDS = 978_307_200;

/**
 * Apple's nanoseconds for a moment in milliseconds since 1970. Exact to the microsecond: the product would
 * not fit a double, so it is multiplied as a BigInt.
 */
export function appleNanoseconds(ms: number): bigint {
  const microseconds = BigInt(Math.round(ms * 1000)) - BigInt(APPLE_EPOCH_SECONDS) * 1_000_000n;
  return microseconds * 1000n;
}

/** Apple's seconds for a moment in milliseconds since 1970, with fractions. */
export function appleSeconds(ms: number): number {
  return ms / 1000 - APPLE_EPOCH_SECONDS;
}

/** Milliseconds since 1970 for Apple's nanoseconds. */
export function fromAppleNanoseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1000 + APPLE_EPOCH_SECONDS * 1000;
}
