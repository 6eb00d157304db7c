import type { Event } from "../../src-shared/domain/event.ts";

/** Tells everyone in this process of committed events, in order. */
export interface Bus {
  publish(events: readonly Event[]): void;
  /** Returns how to stop listening. */
  subscribe(listener: (event: Event) => void): () => void;
}

/** A bus whose listeners cannot harm each other: what one throws goes to `complain`. */
export function createBus(complain: (thrown: unknown) => void): Bus {
  const listeners = new Set<(event: Event) => void>();
  return {
    publish(events) {
      for (const event of events) {
        for (const listener of listeners) {
          try {
            listener(event);
          } catch (thrown) {
            complain(thrown);
          }
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
