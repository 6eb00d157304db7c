import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import { fromAppleNanoseconds } from "./apple-time.ts";
import { CASUAL_ANSWERS, CASUAL_REACTIONS, contactAt, echoAnswer } from "./contacts.ts";
import { type Macos, STYLE_GROUP } from "./macos.ts";
import {
  type Conversation,
  closeMessageStore,
  conversationById,
  isOwnLine,
  type MessageRow,
  markDelivered,
  markRead,
  openMessageStore,
  participantsOf,
  react,
  receiveMessage,
  sendOff,
  sendScheduled,
  textOf,
} from "./message-store.ts";

/** How fast things happen, in milliseconds. */
export interface Pace {
  /** Between two looks at the database. */
  lookMs: number;
  /** From is_sent to delivered, read and answered. */
  deliveredMs: number;
  readMs: number;
  answerMs: number;
  /** A row left unsent for so long (its sender died) is sent by Messages itself. */
  adoptMs: number;
}

const USUAL_PACE: Pace = { lookMs: 50, deliveredMs: 300, readMs: 1200, answerMs: 1400, adoptMs: 1000 };
/** Rows taken up at one look; the rest waits for the next. */
const ROWS_PER_LOOK = 50;
/** How often a contact who answers sometimes does answer, and how often they only react. */
const ANSWER_CHANCE = 0.25;
const REACT_CHANCE = 0.2;

/** What the actor runs on. */
export interface SimulatedMessagesOptions {
  chatDbPath: string;
  /** Used when there is no database yet. */
  macos: Macos;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  /** Told what went wrong; the actor goes on. */
  log?: (message: string) => void;
  pace?: Partial<Pace>;
}

/**
 * Stands in for Messages.app and for everybody it talks to: what the Mac's owner sends after this moment is
 * delivered (not SMS), read (not SMS, not groups) and sometimes answered; what is scheduled goes out when it is due. Opens a connection of its own.
 * Throws RealMessagesRefused under ~/Library/Messages.
 */
export function startSimulatedMessages(options: SimulatedMessagesOptions): { stop(): void } {
  const { clock, timers, randomness } = options;
  const pace = { ...USUAL_PACE, ...options.pace };
  const store = openMessageStore({ path: options.chatDbPath, macos: options.macos, clock, randomness });
  const { sql, database } = store;
  const waiting = new Set<Timer>();
  const unsent = new Map<number, number>();
  let last = sql.lastRow.get()?.id ?? 0;
  let seenVersion: unknown;
  let more = false;

  /** Every step runs alone: one that fails (a locked or deleted row) must not stop the others. */
  function later(ms: number, step: () => void): void {
    const timer = timers.after(ms, () => {
      waiting.delete(timer);
      try {
        step();
      } catch (cause) {
        options.log?.(`simulated Messages: ${cause instanceof Error ? cause.message : String(cause)}`);
      }
    });
    waiting.add(timer);
  }

  function look(): void {
    later(pace.lookMs, look);
    const version = database.pragma("data_version", { simple: true });
    if (version !== seenVersion || more) takeUp();
    seenVersion = version;
    for (const [id, since] of unsent) settle(id, since);
  }

  function takeUp(): void {
    const rows = sql.fromMeAfter.all(last, ROWS_PER_LOOK);
    more = rows.length === ROWS_PER_LOOK;
    for (const row of rows) {
      last = row.id;
      unsent.set(row.id, clock.monotonic());
    }
  }

  function settle(id: number, since: number): void {
    const row = sql.messageById.get(id);
    if (row !== undefined && row.scheduled === 1) {
      if (fromAppleNanoseconds(sql.dateOf.get(id) ?? 0n) <= clock.now()) sendScheduled(store, row);
      return;
    }
    if (row !== undefined && row.sent === 0 && row.error === 0) {
      if (row.delayed === 1 || clock.monotonic() - since < pace.adoptMs) return;
      // Without a conversation it is a send that went nowhere: it never becomes sent.
      if (row.chatId !== null) sendOff(store, row);
      else unsent.delete(id);
      return;
    }
    unsent.delete(id);
    if (row !== undefined && row.error === 0 && row.itemType === 0) arrive(row);
  }

  function arrive(row: MessageRow): void {
    // Nobody tells this Mac what becomes of an SMS.
    if (row.service !== "SMS")
      later(pace.deliveredMs, () => whileValid(row.id, () => markDelivered(store, row.id)));
    if (row.chatId === null || row.associatedType !== 0) return;
    const chat = conversationById(store, row.chatId);
    if (chat.style !== STYLE_GROUP && row.service !== "SMS") {
      later(pace.readMs, () => whileValid(row.id, (now) => markRead(store, now)));
    }
    later(pace.answerMs, () => whileValid(row.id, (now) => answer(now, chat)));
  }

  /** Nothing more happens to a message that failed or was unsent meanwhile. */
  function whileValid(id: number, step: (row: MessageRow) => void): void {
    const row = sql.messageById.get(id);
    if (row !== undefined && row.error === 0 && row.parts !== 0) step(row);
  }

  function answer(row: MessageRow, chat: Conversation): void {
    if (isOwnLine(store, chat.identifier)) return;
    const addresses = [...new Set(participantsOf(store, chat).map(({ address }) => address))];
    const from = addresses[Math.floor(randomness.fraction() * addresses.length)];
    if (from === undefined) return;
    const { service } = row;
    if (chat.style !== STYLE_GROUP && contactAt(from)?.answers === "always") {
      receiveMessage(store, { chat, from, service, text: echoAnswer(textOf(row)) });
      return;
    }
    const chance = randomness.fraction();
    if (chance < ANSWER_CHANCE) receiveMessage(store, { chat, from, service, text: choose(CASUAL_ANSWERS) });
    else if (chance < ANSWER_CHANCE + REACT_CHANCE && service !== "SMS") {
      react(store, { target: row.guid, by: { address: from }, kind: choose(CASUAL_REACTIONS) });
    }
  }

  function choose(words: readonly string[]): string {
    return words[Math.floor(randomness.fraction() * words.length)] ?? "";
  }

  for (const id of sql.scheduled?.all() ?? []) unsent.set(id, clock.monotonic());
  later(0, look);
  return {
    stop() {
      for (const timer of waiting) timer.cancel();
      waiting.clear();
      if (database.open) closeMessageStore(store);
    },
  };
}
