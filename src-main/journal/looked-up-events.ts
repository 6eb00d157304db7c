import type { Event } from "../../src-shared/domain/event.ts";

/** Endpoints that work off the same outage come to an event at about the same time. */
const MOST_EVENTS = 64;
/** One whose data is longer than this, in bytes, is not worth the room. */
const LARGEST = 64 * 1024;

/** Events that were looked up lately, so that the next who asks need not open them again. */
export interface LookedUpEvents {
  get(seq: number): Event | undefined;
  /** `size` is the length of its sealed data in bytes. */
  add(event: Event, size: number): void;
  clear(): void;
}

/** Keeps none yet. What is kept is committed: it was read, and not just appended. */
export function keepLookedUp(): LookedUpEvents {
  const events = new Map<number, Event>();
  return {
    get: (seq) => events.get(seq),
    add(event, size) {
      if (size > LARGEST) return;
      events.set(event.seq, event);
      for (const oldest of events.keys()) {
        if (events.size <= MOST_EVENTS) break;
        events.delete(oldest);
      }
    },
    clear: () => events.clear(),
  };
}
