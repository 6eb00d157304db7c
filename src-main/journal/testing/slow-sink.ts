import type { Event } from "../../../src-shared/domain/event.ts";
import type { Fault } from "../../../src-shared/faults.ts";
import type { Sink } from "../following.ts";

/** A client that takes what it is given only when told to. */
export interface SlowSink extends Sink {
  /** Sequences that were written. */
  readonly written: number[];
  /** How it ended; null while it has not. */
  ended(): "expired" | "too slow" | null;
  /** The client takes so many bytes, all by default. */
  take(bytes?: number): void;
}

/** `sizeOf` says how many bytes an event is; 0 by default, so that the client keeps up by itself. */
export function slowSink(sizeOf: (event: Event) => number = () => 0): SlowSink {
  const written: number[] = [];
  let backlog = 0;
  let ended: "expired" | "too slow" | null = null;
  let drained = (): void => {};
  return {
    written,
    ended: () => ended,
    take(bytes = backlog) {
      backlog = Math.max(0, backlog - bytes);
      drained();
    },
    write(event) {
      if (ended !== null) throw new Error(`${event.seq} was written after the end`);
      written.push(event.seq);
      backlog += sizeOf(event);
    },
    backlog: () => backlog,
    onDrain(listener) {
      drained = listener;
    },
    expired(_fault: Fault) {
      ended = "expired";
    },
    tooSlow() {
      ended = "too slow";
    },
  };
}
