import type { Message } from "../../src-shared/domain/message.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import type { OutgoingRow } from "../apple-messages/feed/news.ts";
import { toMessage } from "../apple-messages/row-to-domain.ts";
import type { MessagesApp, SendOutcome } from "../messages-app/messages-app.ts";
import { faultOfCode } from "../messages-app/osascript-errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import { attempt, targetsOf } from "./attempt.ts";
import { openConfirmation } from "./confirmation.ts";
import type { OutboxItem, OutboxPart } from "./outbox-item.ts";
import type { OutboxStore } from "./outbox-store.ts";

/** How often it is looked whether something has waited too long for its row. */
const DEADLINE_EVERY_MS = 1_000;
/** After trouble of our own, such as a full disk, the queue rests this long. */
const TROUBLE_MS = 5_000;
/** How long a stop waits for the attempt that is under way; a little less than the server waits for its answers. */
const STOP_MS = 2_500;

/** As long as an osascript may run; until then what an earlier process gave to Messages may still leave. */
const ORPHAN_MS = 30_000;
const ORPHAN_EVERY_MS = 250;

const keyOf = ({ itemId, position }: OutboxPart): string => `${itemId}/${position}`;

/** What is to be sent, to a chat given by its guid. */
export interface SendRequest {
  chat: string;
  parts: readonly Pick<OutboxPart, "kind" | "content">[];
}

/** Everything on its way to Messages. */
export interface Outbox {
  /** Commits the request and returns its id; from here on it is not forgotten. */
  accept(request: SendRequest): string;
  /** Waits until the item is settled, at most `ms` milliseconds; then says what is known. */
  wait(id: string, ms: number): Promise<{ item: OutboxItem; message: Message | null }>;
  /** Claims rows for awaited parts; call it inside the one transaction. Returns the items that moved. */
  confirm(rows: readonly OutgoingRow[]): string[];
  /** After the commit: wakes whoever waits for these items. */
  tell(ids: readonly string[]): void;
  /** Something may have changed that kept parts waiting: pause, permission, chat.db. */
  wake(): void;
  /** The last reason why Messages could not be driven at all; null once a send went well. */
  denied(): Fault | null;
  counts(): { waiting: number; sent: number };
  /** Whether the message with this guid went out through the outbox. */
  isOurs(guid: string): boolean;
  /** Whether a staged file is still to be sent. */
  needsFile(path: string): boolean;
  /** Lets the running attempt end, and starts no other. */
  stop(): Promise<void>;
}

export interface OutboxOptions {
  store: OutboxStore;
  chatDb: ChatDb;
  messagesApp: MessagesApp;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  isPaused(): boolean;
  /** Whether the feed has looked at every row, so that a missing one is really missing. */
  isCaughtUp(): boolean;
  /** An item came to an end, or (after `unknown`) to another one. */
  ended?(item: OutboxItem): void;
  complain(thrown: unknown): void;
}

/** Gives what is queued to Messages, one part at a time, in the order it was accepted. */
export function openOutbox(options: OutboxOptions): Outbox {
  const { store, chatDb, messagesApp, clock, timers } = options;
  const confirmation = openConfirmation(store, clock);
  // A dead process leaves its osascript running for a while, which may still send.
  const inherited = new Set(store.awaited(clock.now()).map(({ part }) => keyOf(part)));
  const waiters = new Map<string, Set<() => void>>();
  let running: Promise<void> | null = null;
  let wakeAgain = false;
  let stopped = false;
  let abandoned = false;
  let deadline: Timer | undefined;
  let rest: Timer | undefined;
  let denied: Fault | null = null;

  const wakeWaiters = (id: string): void => {
    for (const wakeUp of waiters.get(id) ?? []) wakeUp();
  };
  const tell = (ids: readonly string[]): void => {
    for (const id of ids) {
      wakeWaiters(id);
      const item = options.ended && store.get(id);
      if (item && item.state !== "queued" && item.state !== "dispatching") options.ended?.(item);
    }
  };

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
        watchDeadlines();
        if (!wakeAgain) return;
        wakeAgain = false;
        wake();
      });
  };

  async function work(): Promise<void> {
    while (!stopped && !options.isPaused()) {
      if (isOrphanAtWork()) {
        rest = timers.after(ORPHAN_EVERY_MS, wake);
        return;
      }
      // Without chat.db a send could not be confirmed: it waits.
      const afterRowId = newestRow();
      const part = store.nextQueued();
      if (part === null || afterRowId === null) return;
      if (store.markDispatching(part, clock.now(), afterRowId)) await dispatch(part);
    }
  }

  function isOrphanAtWork(): boolean {
    if (inherited.size === 0) return false;
    const now = clock.now();
    const atWork = store.awaited(now).some(({ part }) => {
      const age = now - (part.dispatchedAt ?? 0);
      return inherited.has(keyOf(part)) && part.messageGuid === null && age >= 0 && age < ORPHAN_MS;
    });
    if (!atWork) inherited.clear();
    return atWork;
  }

  function newestRow(): number | null {
    try {
      return chatDb.read((database) => database.feed.newest()?.row_id ?? 0);
    } catch {
      return null;
    }
  }

  async function dispatch(part: OutboxPart): Promise<void> {
    const chat = store.get(part.itemId)?.chat ?? "";
    const outcome = await attempt(
      messagesApp,
      targetsOf(chat, isKnownChat(chat)),
      part.kind === "text" ? { kind: "text", text: part.content } : { kind: "file", path: part.content },
    );
    if (!abandoned) conclude(part, outcome);
  }

  function isKnownChat(chat: string): boolean {
    try {
      return chatDb.read((database) => database.conversations.byGuid(chat) !== null);
    } catch {
      return false;
    }
  }

  function conclude(part: OutboxPart, outcome: SendOutcome): void {
    watchDeadlines();
    if (outcome.outcome === "taken") denied = null;
    if (outcome.outcome !== "not left") return;
    const fault = faultOfCode(outcome.code, outcome.reason);
    if (fault.code.startsWith("automation_")) denied = fault;
    // A row that was claimed meanwhile knows better.
    if (store.get(part.itemId)?.parts[part.position]?.messageGuid !== null) return;
    store.settle(part, "failed", fault.code, fault.message);
    tell([part.itemId]);
  }

  /** Whoever has waited too long for a row is told that nobody knows. */
  function watchDeadlines(): void {
    if (stopped || deadline) return;
    deadline = timers.after(DEADLINE_EVERY_MS, () => {
      deadline = undefined;
      try {
        if (options.isCaughtUp() && chatDb.trouble() === null) tell(confirmation.giveUp());
        if (store.awaited(clock.now()).length > 0) watchDeadlines();
      } catch (thrown) {
        options.complain(thrown);
        watchDeadlines();
      }
    });
  }

  const firstMessage = (item: OutboxItem): Message | null => {
    const guid = item.parts[0]?.messageGuid;
    if (!guid) return null;
    try {
      return chatDb.read((database) => {
        const row = database.messages.byGuid(guid);
        return row ? toMessage(row, database) : null;
      });
    } catch {
      return null;
    }
  };

  watchDeadlines();
  return {
    accept(request) {
      if (stopped)
        throw new Fault("shutting_down", "Bellhop is stopping; try again in a moment", { retryAfter: 5 });
      const id = `out_${options.randomness.uuid().replaceAll("-", "")}`;
      store.add({ id, createdAt: clock.now(), chat: request.chat }, request.parts);
      wake();
      return id;
    },
    async wait(id, ms) {
      const known = () => store.get(id);
      await new Promise<void>((resolve) => {
        const check = (): void => {
          const state = known()?.state;
          if (abandoned || (state !== "queued" && state !== "dispatching")) finish();
        };
        const timer = timers.after(ms, finish);
        const mine = waiters.get(id) ?? new Set();
        waiters.set(id, mine.add(check));
        function finish(): void {
          timer.cancel();
          mine.delete(check);
          if (mine.size === 0) waiters.delete(id);
          resolve();
        }
        check();
      });
      const item = known();
      if (item === null) throw new Fault("not_found", `there is no outbox item ${id}`);
      return { item, message: firstMessage(item) };
    },
    confirm: confirmation.confirm,
    tell,
    wake,
    denied: () => denied,
    counts: () => store.counts(clock.now() - 3_600_000),
    isOurs: (guid) => store.claimedBy(guid) !== null,
    needsFile: (path) => store.needsFile(path),
    async stop() {
      stopped = true;
      deadline?.cancel();
      rest?.cancel();
      // What Messages has not answered by then stays `dispatching`, and its row settles it next time.
      await new Promise<void>((resolve) => {
        const patience = timers.after(STOP_MS, resolve);
        Promise.resolve(running).then(() => {
          patience.cancel();
          resolve();
        });
      });
      abandoned = true;
      // Whoever still waits is told what is known, rather than cut off.
      for (const id of [...waiters.keys()]) wakeWaiters(id);
    },
  };
}
