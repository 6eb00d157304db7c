import type { Event } from "../../src-shared/domain/event.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import { conversationFilter } from "../webhooks/filter.ts";
import type { Bus } from "./bus.ts";
import type { EventQuestion } from "./event-question.ts";
import type { Journal } from "./journal.ts";
import { takeTurns } from "./turns.ts";

/** A client with more than this before it, in bytes, is pushed nothing more. */
const MOST_BACKLOG = 1024 * 1024;
/** When it has come down to this, in bytes, the journal is read on. */
const LOW_BACKLOG = 256 * 1024;
/** Who has more than this before it, in bytes, is waited for only while it takes some of it. */
const LARGEST_BACKLOG = 8 * 1024 * 1024;
/** How often it is looked whether a backlog falls, in ms, and how often in vain. */
const LOOK_EVERY_MS = 5_000;
const LOOKS_IN_VAIN = 6;
/** Events read at once, and how far one look at the journal goes for them: others must have their turn, too. */
const SLICE_EVENTS = 64;
const SLICE_SPAN = 2_000;
/**
 * How many may follow at once. Each may have `MOST_BACKLOG` and one event more in memory, so these are 200 MB at worst,
 * and each is asked about every event; one person has a few.
 */
const MOST_FOLLOWERS = 200;
/** When somebody who found no place may come back, in seconds. */
const COME_BACK_S = 10;
/** After trouble of our own, such as a locked database, reading rests so long, in ms. */
const TROUBLE_MS = 1_000;

/** Where a follower's events go: a socket, a stream. */
export interface Sink {
  write(event: Event): void;
  /** Bytes that were written and that the client has not taken yet. */
  backlog(): number;
  /** Calls the listener whenever the backlog may have become smaller. */
  onDrain(listener: () => void): void;
  /** The end: what comes next is no longer kept. */
  expired(fault: Fault): void;
  /** The end: the client does not take what it is given. It may come back with its position. */
  tooSlow(): void;
}

/** What somebody wants to be told, and where; with no `since`, what comes from now on. */
export interface Following extends EventQuestion {
  sink: Sink;
}

/** One reader of the journal. */
export interface Follower {
  /** Its place is free again then, and not before, however it ended: call it when the connection is gone. */
  stop(): void;
  /** Everything up to this sequence was written, or is not wanted. */
  position(): number;
}

/** How to begin to follow. */
export interface Follow {
  /** Throws `cursor_expired` when what comes after `since` is no longer kept. */
  (following: Following): Follower;
  /** Throws `busy` when as many follow as may; to be asked before a connection is taken over. */
  checkPlace(): void;
}

/**
 * Readers of the journal, each with a position: told by the bus as long as its client keeps up, and reading the
 * journal on from there when it does not. So nothing is left out, nothing told twice, and little kept in memory.
 */
export function openFollowing(sources: {
  journal: Journal;
  bus: Bus;
  timers: Timers;
  complain(thrown: unknown): void;
}): Follow {
  const { journal, bus, timers } = sources;
  const turns = takeTurns(timers);
  let followers = 0;

  const begin = ({ since, conversations, sink, ...asked }: Following): Follower => {
    const types = new Set(asked.types);
    const isThere = conversationFilter(conversations);
    if (since !== null) journal.checkCursor(since);
    let position = since ?? journal.newest();
    // Reading: a slice of the journal is due. Waiting: for the client. Live: there is nothing that it was not told.
    let state: "reading" | "waiting" | "live" | "stopped" = "live";
    let timer: Timer | undefined;

    const stop = (): void => {
      state = "stopped";
      timer?.cancel();
      unsubscribe();
    };
    const later = (ms: number, work: () => void): void => {
      timer?.cancel();
      timer = timers.after(ms, work);
    };
    const readOn = (): void => {
      state = "reading";
      timer?.cancel();
      timer = turns.soon(readSlice);
    };

    /** Writes it if it is wanted; whether there may be more. */
    const tell = (event: Event): boolean => {
      position = event.seq;
      if (!isThere(event)) return true;
      sink.write(event);
      if (state === "stopped") return false;
      if (sink.backlog() <= MOST_BACKLOG) return true;
      waitForClient();
      return false;
    };

    const waitForClient = (): void => {
      state = "waiting";
      let lowest = sink.backlog();
      let inVain = 0;
      const look = (): void => {
        const backlog = sink.backlog();
        inVain = backlog < lowest ? 0 : inVain + 1;
        lowest = Math.min(lowest, backlog);
        // A single event may be larger: who is let go while it takes that would come back for it, again and again.
        const isTooMuch = inVain > 0 && backlog > LARGEST_BACKLOG;
        if (isTooMuch || inVain >= LOOKS_IN_VAIN) {
          stop();
          sink.tooSlow();
        } else later(LOOK_EVERY_MS, look);
      };
      later(LOOK_EVERY_MS, look);
    };

    const readSlice = (): void => {
      try {
        journal.checkCursor(position);
        const newest = journal.newest();
        const upTo = Math.min(newest, position + SLICE_SPAN);
        const events = journal.after(position, { limit: SLICE_EVENTS, types, upTo });
        for (const event of events) if (!tell(event)) return;
        if (events.length < SLICE_EVENTS) position = upTo;
        // Only what was looked at and found empty lets go of the journal: writing may have taken its time.
        if (events.length === 0 && upTo === newest) state = "live";
        else readOn();
      } catch (thrown) {
        if (thrown instanceof Fault && thrown.code === "cursor_expired") {
          stop();
          sink.expired(thrown);
          return;
        }
        sources.complain(thrown);
        // After the event that made trouble, if it was one.
        if (state === "reading") later(TROUBLE_MS, readSlice);
      }
    };

    const unsubscribe = bus.subscribe((event) => {
      if (state !== "live" || event.seq <= position) return;
      if (types.has(event.type)) tell(event);
      else position = event.seq;
    });
    sink.onDrain(() => {
      if (state === "waiting" && sink.backlog() <= LOW_BACKLOG) readOn();
    });
    if (since !== null) readOn();
    followers += 1;
    let hasPlace = true;
    return {
      stop() {
        stop();
        if (hasPlace) followers -= 1;
        hasPlace = false;
      },
      position: () => position,
    };
  };

  return Object.assign(begin, {
    checkPlace() {
      if (followers < MOST_FOLLOWERS) return;
      const sentence = `${MOST_FOLLOWERS} sockets and streams follow events already; close some of them`;
      throw new Fault("busy", sentence, { retryAfter: COME_BACK_S });
    },
  });
}
