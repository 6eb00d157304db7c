import type { Message } from "../../src-shared/domain/message.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { OutgoingRow } from "../apple-messages/change-feed.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { toMessage } from "../apple-messages/row-to-domain.ts";
import type { MessagesApp, SendOutcome } from "../messages-app/messages-app.ts";
import { faultOfCode } from "../messages-app/osascript-errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import { attempt, targetsOf } from "./attempt.ts";
import { partOf } from "./match.ts";
import type { OutboxItem, OutboxPart } from "./outbox-item.ts";
import type { OutboxStore } from "./outbox-store.ts";

/** After this long without its row, nobody can say what became of a part. */
const CONFIRM_MS = 60_000;
/** How long a stop waits for the attempt that is under way. */
const STOP_MS = 3_000;

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
  complain(thrown: unknown): void;
}

/** Gives what is queued to Messages, one part at a time, in the order it was accepted. */
export function openOutbox(options: OutboxOptions): Outbox {
  const { store, chatDb, messagesApp, clock, timers } = options;
  const waiters = new Map<string, Set<() => void>>();
  let running: Promise<void> | null = null;
  let wakeAgain = false;
  let stopped = false;
  let abandoned = false;
  let deadline: Timer | undefined;
  let denied: Fault | null = null;

  const tell = (ids: readonly string[]): void => {
    for (const id of ids) for (const wakeUp of waiters.get(id) ?? []) wakeUp();
  };

  const wake = (): void => {
    if (stopped) return;
    // What came in while the last round was ending must not wait for somebody else's send.
    wakeAgain = running !== null;
    running ??= work()
      .catch(options.complain)
      .finally(() => {
        running = null;
        watchDeadlines();
        if (wakeAgain) wake();
      });
  };

  async function work(): Promise<void> {
    while (!stopped && !options.isPaused()) {
      const part = store.nextQueued();
      if (part === null) return;
      const afterRowId = newestRow();
      // Without chat.db a send could not be confirmed: it waits.
      if (afterRowId === null) return;
      await dispatch(part, afterRowId);
    }
  }

  function newestRow(): number | null {
    try {
      return chatDb.read((database) => database.messages.newest()?.row_id ?? 0);
    } catch {
      return null;
    }
  }

  async function dispatch(part: OutboxPart, afterRowId: number): Promise<void> {
    const item = store.get(part.itemId);
    if (item === null) return;
    store.markDispatching(part, clock.now(), afterRowId);
    const targets = targetsOf(item.chat, isKnownChat(item.chat));
    const outcome = await attempt(
      messagesApp,
      targets,
      part.kind === "text" ? { kind: "text", text: part.content } : { kind: "file", path: part.content },
    );
    conclude(part, outcome);
  }

  function isKnownChat(chat: string): boolean {
    try {
      return chatDb.read((database) => database.conversations.byGuid(chat) !== null);
    } catch {
      return false;
    }
  }

  function conclude(part: OutboxPart, outcome: SendOutcome): void {
    if (abandoned) return;
    if (outcome.outcome === "taken") denied = null;
    if (
      outcome.outcome === "not left" &&
      store.get(part.itemId)?.parts[part.position]?.messageGuid === null
    ) {
      const fault = faultOfCode(outcome.code, outcome.reason);
      if (fault.code.startsWith("automation_")) denied = fault;
      store.settle(part, "failed", fault.code, fault.message);
      tell([part.itemId]);
    }
    watchDeadlines();
  }

  /** Whoever has waited too long for a row is told that nobody knows. */
  function watchDeadlines(): void {
    deadline?.cancel();
    if (stopped) return;
    const awaited = store.dispatching();
    if (awaited.length === 0) return;
    deadline = timers.after(1_000, () => {
      if (options.isCaughtUp() && chatDb.trouble() === null) giveUp(awaited);
      watchDeadlines();
    });
  }

  function giveUp(awaited: readonly OutboxPart[]): void {
    for (const { itemId, position } of awaited) {
      const part = store.get(itemId)?.parts.find((one) => one.position === position);
      if (part?.state !== "dispatching" || clock.now() - (part.dispatchedAt ?? 0) < CONFIRM_MS) continue;
      store.settle(part, "unknown", null, "Messages took it, but its row never appeared in chat.db");
      tell([itemId]);
    }
  }

  const firstMessage = (item: OutboxItem): Message | null => {
    const guid = item.parts[0]?.messageGuid;
    if (!guid) return null;
    try {
      return chatDb.read(({ messages }) => {
        const row = messages.byGuid(guid);
        return row ? toMessage(row, messages) : null;
      });
    } catch {
      return null;
    }
  };

  watchDeadlines();
  return {
    accept(request) {
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
          if (state !== "queued" && state !== "dispatching") finish();
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
    confirm(rows) {
      const moved: string[] = [];
      if (rows.length === 0) return moved;
      for (const row of rows) {
        const awaited = store.dispatching();
        const part =
          store.claimedBy(row.message.guid) ??
          partOf(
            row,
            awaited.map((one) => ({ part: one, chat: store.get(one.itemId)?.chat ?? "" })),
          );
        if (part?.state !== "dispatching") continue;
        if (part.messageGuid === null) store.claim(part, row.message.guid, row.message.rowId);
        if (row.settled) settleByRow(part, row.message);
        moved.push(part.itemId);
      }
      return moved;
    },
    tell,
    wake,
    denied: () => denied,
    counts: () => store.counts(clock.now() - 3_600_000),
    async stop() {
      stopped = true;
      deadline?.cancel();
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

  function settleByRow(part: OutboxPart, message: Message): void {
    if (message.errorCode === 0) store.settle(part, "sent", null, null);
    else store.settle(part, "failed", "send_failed", reasonOf(message.errorCode));
  }
}

function reasonOf(errorCode: number): string {
  if (errorCode === 22) return "the recipient is not registered with iMessage (error 22)";
  if (errorCode === 25) return "Messages could not read the attachment (error 25)";
  return `Messages could not deliver it (error ${errorCode})`;
}
