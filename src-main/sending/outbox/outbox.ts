import type { Message } from "../../../src-shared/domain/message.ts";
import type { OutboxState, SendService } from "../../../src-shared/domain/outbox.ts";
import { Fault } from "../../../src-shared/faults.ts";
import type { Change } from "../../apple-messages/change.ts";
import type { ChatDb } from "../../apple-messages/chat-db.ts";
import type { OutgoingRow } from "../../apple-messages/feed/news.ts";
import { toMessage } from "../../apple-messages/row-to-domain.ts";
import type { OutboxChange } from "../../journal/entry.ts";
import type { Bubble, MessagesApp } from "../../messages-app/messages-app.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Randomness } from "../../ports/randomness.ts";
import type { Timers } from "../../ports/timers.ts";
import { isChatMeant } from "../recipient.ts";
import { openConfirmation } from "./confirmation.ts";
import { type Deadlines, openDeadlines } from "./deadlines.ts";
import { type Moves, openMoves } from "./moves.ts";
import { openAttemptTimes } from "./outbox-attempts.ts";
import { isUnderWay, type OutboxItem } from "./outbox-item.ts";
import { cancelled, counts, retried, type Step } from "./outbox-machine.ts";
import { startPruning } from "./outbox-pruning.ts";
import type { ChatCount, NewPart, OutboxStore } from "./outbox-store.ts";
import { openQueue, type Permission } from "./queue.ts";
import { openWaitingRoom } from "./waiting-room.ts";

const COUNTED_MS = 60 * 60 * 1_000;
/** Items that may be on their way at once. */
const MOST_WAITING = 10_000;

/** What is to be sent, to a chat given by its guid; a direct one may not exist yet. */
export interface SendRequest {
  chat: string;
  /** What it is to go by; null for what the conversation goes by. */
  service: SendService | null;
  /** The guid of the message that it answers. */
  replyTo: string | null;
  /** Everything is done but the sending. */
  isDryRun: boolean;
  /** Only pause and caps hold for it: the self-test's own. */
  isExempt?: boolean | undefined;
  parts: readonly NewPart[];
}

export type { Permission };

/** Everything on its way to Messages. */
export interface Outbox {
  /**
   * Commits the request and returns its id; from here on it is not forgotten. `alongside` runs in the same
   * transaction. Throws `shutting_down` after a stop, and `busy` where 10,000 items wait.
   */
  accept(request: SendRequest, alongside?: (id: string) => void): string;
  /**
   * Waits until nothing of the item is on its way, or until it is clear that what is stays queued because sending is
   * paused or a rule has it wait, at most `ms` milliseconds; then says what is known. Throws `not_found`.
   */
  wait(id: string, ms: number): Promise<{ item: OutboxItem; message: Message | null }>;
  get(id: string): OutboxItem | null;
  /** Newest first; `before` is an item's id. Throws `invalid_request` when there is no such item. */
  list(question: { state?: OutboxState; before?: string; limit: number }): OutboxItem[];
  /**
   * By a person: tries again what surely did not leave; where there is none, repeats what failed or is unknown.
   * Throws `not_found`, and `conflict` where there is nothing to retry.
   */
  retry(id: string): OutboxItem;
  /** What is still queued does not go. Throws `not_found`, and `conflict` where nothing is. */
  cancel(id: string): OutboxItem;
  /**
   * Claims rows for awaited parts, and follows the messages that were claimed; call it inside the one transaction.
   * Returns the items that moved, and what there is to tell.
   */
  confirm(
    rows: readonly OutgoingRow[],
    changes: readonly Change[],
  ): { moved: string[]; changes: OutboxChange[] };
  /** After the commit: wakes whoever waits for these items. */
  tell(ids: readonly string[]): void;
  /** Something may have changed that kept parts waiting: pause, permission, chat.db. */
  wake(): void;
  /** The last reason why Messages could not be driven at all; null once a send went well. */
  denied(): Fault | null;
  /** Items under way, and parts that went out within the last hour. */
  counts(): { waiting: number; sent: number };
  /**
   * Items accepted at `since` (ms since 1970) or later that are not surely unsent, to all or to this chat in any
   * spelling, and when the oldest of them was. Dry runs are none.
   */
  accepted(since: number, chat: string | null): { count: number; oldestAt: number | null };
  /**
   * Items of which something was given to Messages at `since` (ms since 1970) or later, and not surely refused, to all
   * or to this chat in any spelling; each counts once, by the last that was given of it. And when the oldest of these was.
   */
  dispatched(since: number, chat: string | null): { count: number; oldestAt: number | null };
  /** The item that the message with this guid went out as; null for every other message. */
  itemOf(guid: string): string | null;
  /** Whether a staged file is still to be sent. */
  needsFile(path: string): boolean;
  /** Lets the running attempt end, and starts no other. */
  stop(): Promise<void>;
}

export interface OutboxOptions {
  store: OutboxStore;
  chatDb: ChatDb;
  messagesApp: Pick<MessagesApp, "send">;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  isPaused(): boolean;
  /** Whether the feed has looked at every row, so that a missing one is really missing. */
  isCaughtUp(): boolean;
  /**
   * One transaction with the journal: the changes that `work` returns are events of the same commit, told after it.
   * Throws when nothing could be committed.
   */
  record(work: () => readonly OutboxChange[]): void;
  /**
   * Whether an item may go now: asked of each of its parts right before it is given to Messages, whatever was said when
   * it was accepted. Without it everything may. A `reading_unavailable` that it throws has the part wait.
   */
  mayGo?(item: OutboxItem): Permission;
  /** The bubble that an answer points at; null when the message is gone. */
  bubbleOf(guid: string): Bubble | null;
  /** Whether a staged file is still there; without it a retry does not look. */
  isFileThere?(path: string): boolean;
  /** An item came to an end, or to another one: it left (whatever its row says of it later), failed, is unknown. */
  ended?(item: OutboxItem): void;
  complain(thrown: unknown): void;
}

/** Gives what is queued to Messages, one part at a time, in order within each conversation. */
export function openOutbox(options: OutboxOptions): Outbox {
  const { store, chatDb, clock, timers } = options;
  const attempts = openAttemptTimes(clock);
  const confirmation = openConfirmation({
    ...options,
    attempts,
    lost: (place) => deadlines.lost(place),
  });
  const room = openWaitingRoom(timers);
  const toEnd = new Set<string>();
  let isStopped = false;
  let isOver = false;

  /** It is committed: whatever fails from here on must not make it look as if it were not. */
  const tell = (ids: readonly string[]): void => {
    for (const id of ids) {
      try {
        room.call(id);
        if (!toEnd.delete(id)) continue;
        const item = store.get(id);
        if (item && !isUnderWay(item)) options.ended?.(item);
      } catch (thrown) {
        options.complain(thrown);
      }
    }
    // A row that came may have let others go.
    if (ids.length > 0) queue.wakeHeld();
  };

  const noteEnds = (moves: Moves): void => {
    for (const id of moves.ended()) toEnd.add(id);
  };

  /** Commits what `work` does, and only then has it known. */
  const record = (work: (moves: Moves) => void): void => {
    let moves = openMoves(store, clock);
    options.record(() => {
      moves = openMoves(store, clock);
      work(moves);
      return moves.changes();
    });
    noteEnds(moves);
    deadlines.watch();
    tell(moves.moved());
  };

  const queue = openQueue({
    ...options,
    attempts,
    record,
    dispatched: () => deadlines.watch(),
    putOff: room.callAll,
  });

  const deadlines: Deadlines = openDeadlines({ ...options, attempts, confirmation, record });

  const known = (id: string): OutboxItem => {
    const item = store.get(id);
    if (item === null) throw new Fault("not_found", `there is no outbox item ${id}`);
    return item;
  };

  const byPerson = (id: string, step: (item: OutboxItem) => Step | null, refusal: string): OutboxItem => {
    refuseWhenStopped();
    const before = known(id);
    const taken = step(before);
    if (taken === null) throw new Fault("conflict", refusal);
    record((moves) => moves.takes(before, taken));
    queue.wake();
    return taken.item;
  };

  function refuseWhenStopped(): void {
    if (!isStopped) return;
    throw new Fault("shutting_down", "Bellhop is stopping; try again in a moment", { retryAfter: 5 });
  }

  /** What is to go again must still be there; what went before may be gone. */
  function checkParts(before: OutboxItem, after: OutboxItem): void {
    const { isFileThere } = options;
    for (const part of after.parts) {
      if (part.state !== "queued" || before.parts[part.position] === part) continue;
      if (part.isUnreadable)
        throw new Fault("conflict", "what was sent cannot be read any more; send it anew");
      if (part.kind !== "file" || isFileThere === undefined || isFileThere(part.content)) continue;
      throw new Fault("conflict", `${part.name} is kept no longer; send it anew`);
    }
  }

  /** Nothing of it is at Messages. */
  const isAtRest = ({ parts }: OutboxItem): boolean => parts.every(({ state }) => state !== "dispatching");
  const firstMessage = (item: OutboxItem): Message | null => {
    const guid = item.parts.find(counts)?.messageGuid;
    if (!guid) return null;
    try {
      return chatDb.read((database) => {
        const row = database.messages.byGuid(guid);
        return row ? { ...toMessage(row, database), outboxId: item.id } : null;
      });
    } catch {
      return null;
    }
  };

  deadlines.watch();
  const stopPruning = startPruning(options);

  return {
    accept(request, alongside) {
      refuseWhenStopped();
      if (store.isFull(MOST_WAITING)) {
        throw new Fault("busy", "10,000 sends wait already; try again when some of them have gone", {
          retryAfter: 60,
        });
      }
      const id = `out_${options.randomness.uuid().replaceAll("-", "")}`;
      const { parts, isExempt = false, ...asked } = request;
      store.add(
        { id, createdAt: clock.now(), ...asked, isExempt },
        parts,
        alongside && (() => alongside(id)),
      );
      queue.wake();
      return id;
    },
    async wait(id, ms) {
      await room.wait(id, ms, () => {
        const item = known(id);
        return (
          isOver || !isUnderWay(item) || (isAtRest(item) && (options.isPaused() || queue.isPutOff(item.chat)))
        );
      });
      const item = known(id);
      return { item, message: firstMessage(item) };
    },
    get: store.get,
    list: store.list,
    retry(id) {
      const stepOf = (item: OutboxItem): Step | null => {
        const step = retried(item);
        if (step !== null) checkParts(item, step.item);
        return step;
      };
      return byPerson(id, stepOf, "nothing of it failed, and nothing is unknown: there is nothing to retry");
    },
    cancel: (id) => byPerson(id, cancelled, "nothing of it waits any more: there is nothing to cancel"),
    confirm(rows, changes) {
      const moves = openMoves(store, clock);
      confirmation.confirm(rows, changes, moves);
      noteEnds(moves);
      return { moved: moves.moved(), changes: moves.changes() };
    },
    tell,
    wake() {
      if (options.isPaused()) room.callAll();
      queue.wake();
    },
    denied: queue.denied,
    counts: () => store.counts(clock.now() - COUNTED_MS),
    accepted: (since, chat) => summed(store.accepted(since), chat),
    dispatched: (since, chat) => summed(store.dispatched(since), chat),
    itemOf: (guid) => store.claimedBy(guid)?.itemId ?? null,
    needsFile: store.needsFile,
    async stop() {
      isStopped = true;
      stopPruning();
      deadlines.stop();
      await queue.stop();
      isOver = true;
      // Whoever still waits is told what is known, rather than cut off.
      room.callAll();
    },
  };
}

function summed(
  chats: readonly ChatCount[],
  meant: string | null,
): { count: number; oldestAt: number | null } {
  const counted = chats.filter(({ chat }) => meant === null || isChatMeant(chat, meant));
  const count = counted.reduce((sum, one) => sum + one.count, 0);
  return { count, oldestAt: count === 0 ? null : Math.min(...counted.map(({ oldestAt }) => oldestAt)) };
}
