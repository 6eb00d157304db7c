import { chatKey } from "../../apple-messages/chat-guid.ts";
import type { SendContent, SendOutcome, SendTarget } from "../../messages-app/messages-app.ts";
import type { SendRequest } from "../../sending/outbox/outbox.ts";
import type { OutboxItem } from "../../sending/outbox/outbox-item.ts";
import type { Written } from "../truth.ts";

/** What somebody had Bellhop send, and what Messages was given of it. The model's own account, not the product's. */
export interface Order {
  id: string;
  /** In the order of acceptance, from 1. */
  number: number;
  /** What all spellings of its chat have in common. */
  lane: string;
  request: SendRequest;
  /** Whether somebody was told that it is accepted; a process that died just then told nobody. */
  isAccepted: boolean;
  /** How often a person had it tried again, or may have. */
  retries: number;
  /** Positions that were queued when a person cancelled them, until a person has them tried again. */
  cancelled: Set<number>;
  /** What stands at positions beyond those that were asked for: a person had something repeated. */
  copies: Map<number, string>;
  attempts: Attempt[];
}

/** One part once given to Messages: a dispatch, which may try several targets. */
export interface Attempt {
  order: Order;
  position: number;
  /** In which life, and its mark there: the same part can be dispatched again. */
  life: number;
  dispatch: string;
  /** What osascript has said so far, of each target. */
  outcomes: SendOutcome[];
  /** When it was first given to osascript, in ms of the world's time. */
  givenAt: number;
  /** When osascript said the last of it, in ms of the world's time. */
  answeredAt: number;
  /** The process that waited for it is dead. */
  isOrphan: boolean;
  /** Messages has it. */
  isTaken: boolean;
  /** Until when an osascript is at work that Messages has not heard of yet, in ms of the world's time; 0 for none. */
  busyUntil: number;
  /** How often a person had its order tried again by then. */
  retries: number;
  /** How far the wall clock was off when it was given. */
  offset: number;
  /** Its row is still to come. */
  isRowDue: boolean;
  row: Written | null;
  /** All that there is of it is an empty row in no conversation. */
  isGhost: boolean;
}

/** Which part an attempt is of, in words. */
export function wordsOf(order: Order, position: number): string {
  return `part ${position} of ${order.number}. “${contentAt(order, position)}”`;
}

/** What a part holds; a copy, what it repeats. */
export function contentAt({ copies, request }: Order, position: number): string | undefined {
  return copies.get(position) ?? request.parts[position]?.content;
}

/** Takes note of what stands behind the parts that were asked for. */
export function noteCopies(order: Order, { parts }: Pick<OutboxItem, "parts">): void {
  for (const { position } of parts.slice(order.request.parts.length)) {
    if (order.copies.has(position)) continue;
    const repeated = parts.find(({ retriedAs }) => retriedAs === position);
    if (repeated !== undefined) order.copies.set(position, repeated.content);
  }
}

/** How often a part may have reached Messages. */
export function timesTaken({ attempts }: Order, position: number): number {
  return attempts.filter((attempt) => attempt.position === position && attempt.isTaken).length;
}

/** What is said of an attempt at last; undefined while osascript has said nothing. */
export function lastOutcome({ outcomes }: Attempt): SendOutcome | undefined {
  return outcomes.at(-1);
}

/** The text, or the file's path. */
export function contentOf(content: SendContent): string {
  return content.kind === "text" ? content.text : content.path;
}

/** Which lane it goes to. */
export function laneOf(target: SendTarget): string {
  return target.kind === "chat" ? chatKey(target.guid) : `-;${target.address}`;
}
