/** A timer that has been set. */
export interface Timer {
  cancel(): void;
}

/** Where waiting comes from. */
export interface Timers {
  /** Calls `run` once, `ms` milliseconds from now. */
  after(ms: number, run: () => void): Timer;
}
