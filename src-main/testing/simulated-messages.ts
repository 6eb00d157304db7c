import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock } from "../ports/clock.ts";
import { realPorts } from "../ports/real.ts";
import { type FailureName, type FailureOptions, planFailure } from "../simulator/failures.ts";
import type { Macos } from "../simulator/macos.ts";
import {
  type Conversation,
  closeMessageStore,
  ensureDirect,
  type Inserted,
  openMessageStore,
  receiveMessage,
  type Store,
  sendMessage,
} from "../simulator/message-store.ts";
import { typingIn } from "../simulator/typing.ts";

/** A chat.db that only the test writes to, through a connection of its own. */
export interface SimulatedMessages {
  path: string;
  store: Store;
  /** The direct chat with this person. */
  chatWith(address: string): Conversation;
  /** `from` writes; `at` in ms since 1970, default now. */
  receive(text: string, options?: { from?: string; at?: number }): Inserted;
  /** A row of this Mac's own. */
  send(text: string, options?: { to?: string; state?: "sending" | "sent" }): Inserted;
  /** Runs SQL on chat.db as Messages would. */
  sql(statement: string, ...values: unknown[]): void;
  /** Plans a failure for the next calls of the stand-in, behind those planned already. */
  failNext(name: FailureName, options?: FailureOptions): void;
  /** The guids of the chats in which this Mac's owner is seen typing. */
  typing(): string[];
  close(): void;
}

/** Who writes when nobody is named. */
export const MAYA = "+15550111";

/** An empty simulated chat.db in `folder`. */
export function simulatedMessages(
  folder: string,
  options: { name?: string; macos?: Macos; clock?: Pick<Clock, "now"> } = {},
): SimulatedMessages {
  const { clock, randomness } = realPorts();
  const path = join(folder, options.name ?? "chat.db");
  const store = openMessageStore({
    path,
    macos: options.macos ?? 26,
    clock: options.clock ?? clock,
    randomness,
  });
  const chatWith = (address: string): Conversation => ensureDirect(store, address);
  const close = (): void => {
    if (store.database.open) closeMessageStore(store);
  };
  onTestFinished(close);
  return {
    path,
    store,
    chatWith,
    close,
    receive(text, { from = MAYA, at } = {}) {
      return receiveMessage(store, { chat: chatWith(from), from, text, ...(at === undefined ? {} : { at }) });
    },
    send(text, { to = MAYA, state = "sent" } = {}) {
      return sendMessage(store, { chat: chatWith(to), text, state });
    },
    failNext: (failure, wanted) => void planFailure(dirname(path), failure, wanted ?? {}, Date.now),
    typing: () => typingIn(dirname(path)),
    sql: (statement, ...values) => void store.database.prepare(statement).run(...values),
  };
}
