import type { Randomness } from "../ports/randomness.ts";

/**
 * Chance that repeats itself: the same seed gives the same numbers, bytes and UUIDs for ever.
 * A 32-bit mixing generator: good enough to scatter dates and choose words, and for nothing secret.
 */
export function seededChance(seed: number): Randomness {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const hex = (): string => next().toString(16).padStart(8, "0");
  return {
    fraction: () => next() / 2 ** 32,
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
    uuid() {
      const digits = hex() + hex() + hex() + hex();
      const variant = "89ab"[next() & 3];
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
    },
  };
}
