import type { Event } from "../../src-shared/domain/event.ts";

/** As many events stay in memory as a burst has while webhooks and sockets work on it. */
const MOST_EVENTS = 512;
/** As long as their data may be altogether, as JSON, in UTF-16 units. */
const MOST_TEXT = 2 * 1024 * 1024;

/** An event as it was appended. Until its commit was seen it may yet be rolled back. */
export interface RecentEvent {
  readonly event: Event;
  readonly size: number;
  isCommitted: boolean;
}

/** The newest events, as they were appended. */
export interface RecentEvents {
  /** `size` is the length of its data as JSON. Whatever is too old or too much then goes. */
  add(event: Event, size: number): void;
  get(seq: number): RecentEvent | undefined;
  forget(seq: number): void;
  /** Forgets everything up to this sequence. */
  forgetUpTo(seq: number): void;
}

/** Keeps none yet. */
export function keepRecentEvents(most = MOST_EVENTS, mostText = MOST_TEXT): RecentEvents {
  // In the order of their sequences, since they are appended in it.
  const entries = new Map<number, RecentEvent>();
  let text = 0;

  const forget = (seq: number): void => {
    const entry = entries.get(seq);
    if (entry === undefined) return;
    text -= entry.size;
    entries.delete(seq);
  };
  return {
    add(event, size) {
      entries.set(event.seq, { event, size, isCommitted: false });
      text += size;
      for (const oldest of entries.keys()) {
        if (entries.size <= most && text <= mostText) break;
        forget(oldest);
      }
    },
    get: (seq) => entries.get(seq),
    forget,
    forgetUpTo(seq) {
      for (const oldest of entries.keys()) {
        if (oldest > seq) break;
        forget(oldest);
      }
    },
  };
}
