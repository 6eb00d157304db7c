import { asFault, Fault } from "../../../src-shared/faults.ts";
import type { ChatDb } from "../../apple-messages/chat-db.ts";
import { isSqliteError } from "../../apple-messages/reading-failure.ts";
import type { Bubble, MessagesApp, SendOutcome } from "../../messages-app/messages-app.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Timer, Timers } from "../../ports/timers.ts";
import { laneOf } from "../recipient.ts";
import { attempt } from "./attempt.ts";
import { afterRefusal, type Dispatch, dispatchOf } from "./dispatch.ts";
import { type Moves, openMoves } from "./moves.ts";
import type { AttemptTimes } from "./outbox-attempts.ts";
import type { OutboxItem, OutboxPart } from "./outbox-item.ts";
import type { PartInput } from "./outbox-machine.ts";
import type { OpenPart, OutboxStore, Place } from "./outbox-store.ts";
import { laneOfTwin } from "./twins.ts";

/** After trouble of our own, such as a full disk, the queue rests this long. */
const TROUBLE_MS = 5_000;
/** How long a stop waits for the attempt that is under way; a little less than the server waits for its answers. */
const STOP_MS = 2_500;
/** A script gives up after 25 s: so long after our start what an earlier process was giving to Messages may still leave. */
const ORPHAN_MS = 30_000;
const ORPHAN_EVERY_MS = 250;
/** The rules may change meanwhile: whoever may not go yet is asked for again after this long at most. */
const ASK_AGAIN_MS = 60_000;
/** A cap may hold up thousands of lanes: after so many others have their turn. */
const PUT_OFF_AT_ONCE = 50;

/** What the owner's rules say of an item whose turn it is. */
export type Permission =
  | { go: true }
  /** Everything but the sending is done. */
  | { go: "dry run" }
  /** It does not go: it surely did not leave. */
  | { refused: Fault }
  /** In so many milliseconds it is asked again; until then its lane rests. */
  | { notBefore: number };

/** The one who gives parts to Messages: one at a time, in order within each lane. */
export interface Queue {
  /** Something may go now. */
  wake(): void;
  /** The same, for when a lane may be free again; costs nothing where none was held. */
  wakeHeld(): void;
  /** Whether the rules have what goes to this chat wait. */
  isPutOff(chat: string): boolean;
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
  attempts: Pick<AttemptTimes, "begins" | "ends">;
  isPaused(): boolean;
  mayGo?(item: OutboxItem): Permission;
  bubbleOf(guid: string): Bubble | null;
  /** Commits what `work` does, and tells of it. Throws when nothing could be committed. */
  record(work: (moves: Moves) => void): void;
  /** A part was given to Messages: its row is awaited from now on. */
  dispatched(): void;
  /** Something has to wait, though nothing else is before it. */
  putOff(): void;
  complain(thrown: unknown): void;
}

/** How a part goes, or why not (now). */
type Going = { go: true; dispatch: Dispatch } | Exclude<Permission, { go: true }> | "waits";

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
  /** Lanes in which the rules let nothing go yet. */
  const putOff = new Map<string, Timer>();
  let running: Promise<void> | null = null;
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
    const held = [...[...unclear, ...resting.values()].map(({ lane }) => lane), ...putOff.keys()];
    let part = store.nextQueued(held);
    for (; part !== null; part = store.nextQueued(held)) {
      const lane = twinOf(part, open);
      if (lane === null) break;
      held.push(lane);
    }
    isHolding = part === null && held.length > 0 && store.isAnythingQueued();
    return part;
  }

  /** What cannot be compared ends where it is worked out. */
  function twinOf(place: Place, open: readonly OpenPart[]): string | null {
    try {
      return laneOfTwin(store, place, open);
    } catch (thrown) {
      if (isSqliteError(thrown)) throw thrown;
      return null;
    }
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
    const going = workOut(item, part);
    if (going === "waits") return false;
    if ("refused" in going) {
      const { code, message } = going.refused;
      end(place, { it: "did not leave", fault: code, reason: message });
      return true;
    }
    if ("notBefore" in going) {
      putOffLane(laneOf(item.chat), going.notBefore);
      if (putOff.size % PUT_OFF_AT_ONCE !== 0) return true;
      rest = timers.after(0, wake);
      return false;
    }
    if (going.go === "dry run") {
      end(place, { it: "was tried out" });
      return true;
    }
    const { targets, content, afterRowId, afterGuid } = going.dispatch;
    // Committed before Messages hears of it: whatever happens from here on, it is not given again.
    const moves = openMoves(store, clock);
    turn += 1;
    const input = { it: "dispatches" as const, at: clock.now(), turn, afterRowId, afterGuid };
    if (!moves.happens(place, input)) return false;
    options.attempts.begins(place);
    options.dispatched();
    let outcome: SendOutcome;
    try {
      outcome = await attempt(options.messagesApp, targets, content);
    } finally {
      options.attempts.ends(place);
    }
    if (!abandoned) conclude(place, laneOf(item.chat), outcome);
    return true;
  }

  /** How a part goes, or why it does not. What cannot be worked out does not go: it must not hold up the others. */
  function workOut(item: OutboxItem, part: OutboxPart): Going {
    try {
      const dispatch = dispatchOf(item, part, options);
      if (dispatch === null) return "waits";
      if (item.isDryRun) return { go: "dry run" };
      const may = options.mayGo?.(item) ?? { go: true };
      return "go" in may && may.go === true ? { go: true, dispatch } : may;
    } catch (thrown) {
      // Trouble of our own file, not of this one part.
      if (isSqliteError(thrown)) throw thrown;
      if (thrown instanceof Fault && thrown.code === "reading_unavailable") return "waits";
      if (!(thrown instanceof Fault)) options.complain(thrown);
      return { refused: asFault(thrown) };
    }
  }

  function putOffLane(lane: string, ms: number): void {
    const again = (): void => {
      putOff.delete(lane);
      wake();
    };
    putOff.get(lane)?.cancel();
    putOff.set(lane, timers.after(Math.min(Math.max(ms, 1), ASK_AGAIN_MS), again));
    options.putOff();
  }

  function conclude(place: Place, lane: string, outcome: SendOutcome): void {
    if (outcome.outcome === "taken") {
      denied = null;
      taken.add(keyOf(place));
    }
    if (outcome.outcome !== "not left") return;
    // As it stands now: what is before it may have failed meanwhile, and then it is not tried again.
    const part = store.get(place.itemId)?.parts[place.position];
    const next = afterRefusal(outcome, part?.isLastTry ? null : (part?.tries ?? 0));
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
    isPutOff: (chat) => putOff.has(laneOf(chat)),
    denied: () => denied,
    async stop() {
      stopped = true;
      rest?.cancel();
      for (const { timer } of resting.values()) timer.cancel();
      for (const timer of putOff.values()) timer.cancel();
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
