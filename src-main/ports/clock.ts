/** Where time comes from. Handed in, so that a test can run weeks in seconds. */
export interface Clock {
  /** Wall time in milliseconds since 1970, UTC. May jump. */
  now(): number;
  /** Milliseconds since some fixed moment, with fractions. Never jumps. */
  monotonic(): number;
}
