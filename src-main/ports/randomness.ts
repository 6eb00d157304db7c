/** Where chance comes from. */
export interface Randomness {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array;
  /** A number from 0 to below 1. */
  fraction(): number;
  /** A version 4 UUID in lower case. */
  uuid(): string;
}
