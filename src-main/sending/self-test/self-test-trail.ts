import type { OutboxState } from "../../../src-shared/domain/outbox.ts";
import type { FaultCode } from "../../../src-shared/faults.ts";
import type { Bus } from "../../journal/bus.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Timers } from "../../ports/timers.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { AttemptsTold } from "./attempts-told.ts";

/** How often the outbox is looked at: a claimed row, as long as it does not settle, is told by no event. */
const LOOK_EVERY_MS = 10;

/** What is known of the message on its way. Moments in monotonic ms; null while it has not happened. */
export interface Trail {
  state: OutboxState;
  fault: FaultCode | null;
  reason: string | null;
  /** When Messages had it: it said so, or its row proves it. */
  takenAt: number | null;
  /** Why Messages has not said that it took it, though it may have. */
  doubt: string | null;
  /** Its row in chat.db. */
  guid: string | null;
  rowAt: number | null;
  /** Its message.sent in the journal. */
  event: { seq: number; at: number } | null;
}

/** Follows one message through the outbox and the journal. */
export interface Follower {
  /** The text that will be sent. */
  expect(text: string): void;
  /** From here on the outbox item with this id is meant. */
  follow(id: string): void;
  /** What is known now. Throws what the outbox throws. */
  look(): Trail;
  /** Waits until `isEnough`, or until the time of the test is over; says what is known then. */
  until(isEnough: (trail: Trail) => boolean): Promise<Trail>;
  /** Resolves when the time of the test is over. */
  over: Promise<void>;
  isOver(): boolean;
  /** Ends it, now rather than at the deadline. */
  stop(): void;
}

/** Begins to listen; whoever opens it stops it. It is over by itself after `ms` milliseconds. */
export function openFollower(
  options: {
    outbox: Pick<Outbox, "get">;
    attempts: AttemptsTold;
    bus: Pick<Bus, "subscribe">;
    clock: Clock;
    timers: Timers;
  },
  ms: number,
): Follower {
  const { outbox, bus, clock, timers } = options;
  // The event may be told before the row was seen to be claimed: what went out meanwhile is kept.
  const sent = new Map<string, { seq: number; at: number }>();
  const trail: Trail = {
    state: "queued",
    fault: null,
    reason: null,
    takenAt: null,
    doubt: null,
    guid: null,
    rowAt: null,
    event: null,
  };
  let id: string | null = null;
  let wake: (() => void) | null = null;
  let isOver = false;
  let end = (): void => {};
  let unsubscribeAttempts = (): void => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });

  const unsubscribe = bus.subscribe((event) => {
    if (event.type === "message.sent") sent.set(event.data.guid, { seq: event.seq, at: clock.monotonic() });
    if (event.type === "message.sent" || event.type === "outbox.updated") wake?.();
  });
  const stop = (): void => {
    isOver = true;
    deadline.cancel();
    unsubscribe();
    unsubscribeAttempts();
    end();
    wake?.();
  };
  const deadline = timers.after(ms, stop);

  const look = (): Trail => {
    const item = id === null ? null : outbox.get(id);
    const part = item?.parts[0];
    if (!item || !part) return trail;
    const now = clock.monotonic();
    const { state, messageGuid } = part;
    Object.assign(trail, { state, fault: item.fault, reason: item.reason, guid: messageGuid });
    if (messageGuid !== null) {
      trail.event ??= sent.get(messageGuid) ?? null;
      trail.rowAt ??= Math.min(now, trail.event?.at ?? now);
      trail.takenAt ??= trail.rowAt;
    }
    return trail;
  };

  return {
    expect(text) {
      unsubscribeAttempts = options.attempts.onEnd(text, (ended) => {
        if (ended.outcome === "taken") trail.takenAt ??= clock.monotonic();
        if (ended.outcome === "uncertain") trail.doubt = ended.reason;
        wake?.();
      });
    },
    follow(itemId) {
      id = itemId;
    },
    look,
    until: (isEnough) =>
      new Promise((resolve, reject) => {
        let next = timers.after(LOOK_EVERY_MS, check);
        wake = check;
        function check(): void {
          next.cancel();
          try {
            if (!isEnough(look()) && !isOver) {
              next = timers.after(LOOK_EVERY_MS, check);
              return;
            }
            wake = null;
            resolve(trail);
          } catch (thrown) {
            wake = null;
            reject(thrown);
          }
        }
        check();
      }),
    over,
    isOver: () => isOver,
    stop,
  };
}
