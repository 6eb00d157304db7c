import { Fault } from "../../src-shared/faults.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { chatKey } from "../apple-messages/chat-guid.ts";
import type { Bubble, MessagesApp, SendOutcome } from "../messages-app/messages-app.ts";
import type { Clock } from "../ports/clock.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import { attempt } from "./attempt.ts";
import { afterRefusal, type Dispatch, dispatchOf } from "./dispatch.ts";
import { type Moves, openMoves } from "./moves.ts";
import type { PartInput } from "./outbox-machine.ts";
import type { OutboxStore, Place } from "./outbox-store.ts";
import { laneOfTwin } from "./twins.ts";

/** After trouble of our own, such as a full disk, the queue rests this long. */
const TROUBLE_MS = 5_000;
/** How long a stop waits for the attempt that is under way; a little less than the server waits for its answers. */
const STOP_MS = 2_500;
/** As long as an osascript may run; until then what an earlier process gave to Messages may still leave. */
const ORPHAN_MS = 30_000;
const ORPHAN_EVERY_MS = 250;

/** The one who gives parts to Messages: one at a time, in order within each lane. */
export interface Queue {
  /** Something may go now. */
  wake(): void;
  /** The same, for when a lane may be free again; costs nothing where none was held. */
  wakeHeld(): void;
  /** The part whose attempt has not ended. */
  running(): Place | null;
  denied(): Fault | null;
  /** Lets the running attempt end, within a moment, and starts no other. */
  stop(): Promise<void>;
}

export interface QueueOptions {
  store: OutboxStore;
  chatDb: ChatDb;
  messagesApp: Pick<MessagesApp, "send">;
  clock: Clock;
  timers: Timers;
  isPaused(): boolean;
  bubbleOf(guid: string): Bubble | null;
  /** Commits what `work` does, and tells of it. Throws when nothing could be committed. */
  record(work: (moves: Moves) => void): void;
  /** A part was given to Messages: its row is awaited from now on. */
  dispatched(): void;
  complain(thrown: unknown): void;
}

const keyOf = ({ itemId, position }: Place): string => `${itemId}/${position}`;

/** Opens it; nothing goes before it is woken. */
export function openQueue(options: QueueOptions): Queue {
  const { store, clock, timers } = options;
  // A dead process leaves its last osascript running for a while, which may still send.
  const orphan = store.lastGiven();
  const orphanUntil = clock.monotonic() + ORPHAN_MS;
  let turn = orphan?.turn ?? 0;
  /** Parts that Messages has taken: whatever comes after them in their lane may go. */
  const taken = new Set<string>();
  /** Lanes of parts that are tried again in a moment. */
  const resting = new Map<string, { lane: string; timer: Timer }>();
  /** Ends of attempts that could not be written down. */
  const unwritten: (() => void)[] = [];
  let running: Promise<void> | null = null;
  let current: Place | null = null;
  let wakeAgain = false;
  let isHolding = false;
  let stopped = false;
  let abandoned = false;
  let rest: Timer | undefined;
  let denied: Fault | null = null;

  const wake = (): void => {
    if (stopped) return;
    if (running !== null) {
      // What came in while the last round was ending must not wait for somebody else's send.
      wakeAgain = true;
      return;
    }
    rest?.cancel();
    // Begun a moment later, when `running` is set: whatever it reads may wake us, and two rounds would send twice.
    running = Promise.resolve()
      .then(work)
      .catch((thrown: unknown) => {
        options.complain(thrown);
        if (!stopped) rest = timers.after(TROUBLE_MS, wake);
      })
      .then(() => {
        running = null;
        if (!wakeAgain) return;
        wakeAgain = false;
        wake();
      });
  };

  async function work(): Promise<void> {
    while (!stopped) {
      for (let write = unwritten[0]; write !== undefined; write = unwritten[0]) {
        write();
        unwritten.shift();
      }
      if (options.isPaused()) return;
      const part = nextPart();
      if (part === null || !(await give(part))) return;
    }
  }

  /** The part whose turn it is. */
  function nextPart(): Place | null {
    if (isOrphanAtWork()) {
      rest = timers.after(ORPHAN_EVERY_MS, wake);
      return null;
    }
    const open = store.open();
    for (const key of taken) if (!open.some((part) => keyOf(part) === key)) taken.delete(key);
    // What may have left, and whose row has not come: what is behind it in its lane would overtake it.
    const unclear = open.filter((part) => part.messageGuid === null && !taken.has(keyOf(part)));
    const held = [...unclear, ...resting.values()].map(({ lane }) => lane);
    let part = store.nextQueued(held);
    for (;;) {
      const lane = part === null ? null : laneOfTwin(store, part, open);
      if (lane === null) break;
      held.push(lane);
      part = store.nextQueued(held);
    }
    isHolding = part === null && held.length > 0 && store.isAnythingQueued();
    return part;
  }

  function isOrphanAtWork(): boolean {
    // Counted from our own start: what the clock said before it may have been set since.
    if (orphan === null || clock.monotonic() >= orphanUntil) return false;
    const part = store.get(orphan.itemId)?.parts[orphan.position];
    return part?.messageGuid === null && (part.state === "dispatching" || part.state === "unknown");
  }

  /** Gives a part to Messages; false when it has to wait. */
  async function give(place: Place): Promise<boolean> {
    const item = store.get(place.itemId);
    const part = item?.parts[place.position];
    if (!item || !part) return false;
    let dispatch: Dispatch | null;
    try {
      dispatch = dispatchOf(item, part, options);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      end(place, { it: "did not leave", fault: thrown.code, reason: thrown.message });
      return true;
    }
    if (dispatch === null) return false;
    if (item.isDryRun) {
      end(place, { it: "was tried out" });
      return true;
    }
    const { targets, content, afterRowId, afterGuid } = dispatch;
    // Committed before Messages hears of it: whatever happens from here on, it is not given again.
    const moves = openMoves(store);
    turn += 1;
    const input = { it: "dispatches" as const, at: clock.now(), turn, afterRowId, afterGuid };
    if (!moves.happens(place, input)) return false;
    current = place;
    options.dispatched();
    try {
      const outcome = await attempt(options.messagesApp, targets, content);
      if (!abandoned) conclude(place, chatKey(item.chat), outcome);
    } finally {
      current = null;
    }
    return true;
  }

  function conclude(place: Place, lane: string, outcome: SendOutcome): void {
    if (outcome.outcome === "taken") {
      denied = null;
      taken.add(keyOf(place));
    }
    if (outcome.outcome !== "not left") return;
    // As it stands now: what is before it may have failed meanwhile, and then it is not tried again.
    const tries = store.get(place.itemId)?.parts[place.position]?.tries ?? 0;
    const next = afterRefusal(outcome, tries);
    if ("againAfterMs" in next) {
      putBack(place, lane, next.againAfterMs);
      return;
    }
    const { code, message } = next.fault;
    if (code.startsWith("automation_")) denied = next.fault;
    end(place, { it: "did not leave", fault: code, reason: message });
  }

  function putBack(place: Place, lane: string, againAfterMs: number): void {
    const key = keyOf(place);
    const again = (): void => {
      resting.delete(key);
      wake();
    };
    resting.set(key, { lane, timer: timers.after(againAfterMs, again) });
    end(place, { it: "is put back" });
  }

  /** Writes down what became of a part; when that fails, again before anything else is given to Messages. */
  function end(place: Place, input: PartInput): void {
    const write = (): void => options.record((moves) => void moves.happens(place, input));
    try {
      write();
    } catch (thrown) {
      unwritten.push(write);
      throw thrown;
    }
  }

  return {
    wake,
    wakeHeld() {
      if (isHolding) wake();
    },
    running: () => current,
    denied: () => denied,
    async stop() {
      stopped = true;
      rest?.cancel();
      for (const { timer } of resting.values()) timer.cancel();
      // What Messages has not answered by then stays `dispatching`, and its row settles it next time.
      await new Promise<void>((resolve) => {
        const patience = timers.after(STOP_MS, resolve);
        Promise.resolve(running).then(() => {
          patience.cancel();
          resolve();
        });
      });
      abandoned = true;
    },
  };
}
