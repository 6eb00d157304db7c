import type { Event } from "../../src-shared/domain/event.ts";
import type { Timers } from "../ports/timers.ts";
import { conversationFilter } from "../webhooks/filter.ts";
import type { Bus } from "./bus.ts";
import type { EventQuestion } from "./event-question.ts";
import type { Journal } from "./journal.ts";
import { takeTurns } from "./turns.ts";

/** How far one call goes through the journal: what has no match must not hold up everybody else. */
const MOST_OPENED = 2_000;
const MOST_PASSED = 20_000;
/** Events that are opened at once to see what conversation they are in. */
const SLICE = 250;

/** Which events a page is of; with no `since`, it begins with the oldest that is kept. */
export interface PageQuestion extends EventQuestion {
  /** At least 1. */
  limit: number;
}

/** A page of the journal. */
export interface EventPage {
  /** Oldest first. */
  events: Event[];
  /** What to ask with as `since` for what comes after. */
  nextSince: number;
  /** Whether it makes sense to ask at once: there are more events, though perhaps none that match. */
  hasMore: boolean;
}

/**
 * Reads a page of the journal. It looks at no more than so many events: where few match, a page may have none and not
 * be the last. Throws `cursor_expired`.
 */
export function readEvents(
  journal: Pick<Journal, "checkCursor" | "prunedTo" | "newest" | "after">,
  { since, types, conversations, limit }: PageQuestion,
): EventPage {
  if (since !== null) journal.checkCursor(since);
  let position = since ?? journal.prunedTo();
  const newest = journal.newest();
  const upTo = Math.min(newest, position + MOST_PASSED);
  const isAsked = conversationFilter(conversations);
  const slice = conversations.length > 0 ? SLICE : limit;
  const asked = { limit: slice, types: new Set(types), upTo };
  const events: Event[] = [];
  for (let opened = 0; opened < MOST_OPENED && position < upTo; opened += slice) {
    const found = journal.after(position, asked);
    for (const event of found) {
      position = event.seq;
      if (isAsked(event)) events.push(event);
      if (events.length === limit) return { events, nextSince: position, hasMore: position < newest };
    }
    if (found.length < slice) position = upTo;
  }
  return { events, nextSince: position, hasMore: position < newest };
}

/** Pages of the journal for those who ask again and again. */
export interface EventPages {
  /**
   * A page; when it would be the last and have no event, it waits up to `waitMs` for one. Rejects with
   * `cursor_expired`. `signal` says that nobody waits any more.
   */
  page(question: PageQuestion & { waitMs: number }, signal: AbortSignal): Promise<EventPage>;
  /** Lets nobody wait any longer. */
  close(): void;
}

/** Pages of `journal`; the bus says when there is more. */
export function openEventPages(sources: { journal: Journal; bus: Bus; timers: Timers }): EventPages {
  const { journal, bus, timers } = sources;
  const turns = takeTurns(timers);
  const waiting = new Set<() => void>();
  let closed = false;

  /** Until an event like this was published, time is up or nobody waits any more. */
  const published = (isAsked: (event: Event) => boolean, ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        unsubscribe();
        timer.cancel();
        waiting.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const unsubscribe = bus.subscribe((event) => {
        if (isAsked(event)) end();
      });
      const timer = timers.after(ms, end);
      waiting.add(end);
      signal.addEventListener("abort", end);
    });

  return {
    async page({ waitMs, ...question }, signal) {
      const page = readEvents(journal, question);
      const isLast = page.events.length === 0 && !page.hasMore;
      if (!isLast || waitMs <= 0 || closed || signal.aborted) return page;
      const isThere = conversationFilter(question.conversations);
      const types = new Set(question.types);
      await published((event) => types.has(event.type) && isThere(event), waitMs, signal);
      // One event wakes all who wait: they make their pages one after the other.
      await new Promise<void>((resolve) => void turns.soon(resolve));
      return readEvents(journal, { ...question, since: page.nextSince });
    },
    close() {
      closed = true;
      for (const end of [...waiting]) end();
    },
  };
}
