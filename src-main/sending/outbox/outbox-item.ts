import type { OutboxState, SendService } from "../../../src-shared/domain/outbox.ts";
import type { FaultCode } from "../../../src-shared/faults.ts";

export type { OutboxState };

/** Text, or a staged file, of one send. */
export interface OutboxPart {
  itemId: string;
  position: number;
  kind: "text" | "file";
  /** The text, or the staged file's absolute path. */
  content: string;
  /** A file's name, as the other side sees it; null for a text. */
  name: string | null;
  /** Of the file, 0 where that is not known; of a text in UTF-8. */
  sizeBytes: number;
  state: OutboxState;
  /** Why it failed, or why nobody knows what became of it. */
  fault: FaultCode | null;
  reason: string | null;
  /** Messages' own error number, 0 when there is none. */
  errorCode: number;
  /** How often it surely did not leave, and was put back to be tried again by itself. */
  tries: number;
  /** Something before it in its item has failed since it was given to Messages: if it does not leave, it is not tried again. */
  isLastTry: boolean;
  /** It was given to Messages, and not surely refused. Such a part is never given again. */
  mayHaveLeft: boolean;
  /** When it was last given to Messages, in ms since 1970. */
  dispatchedAt: number | null;
  /** The newest row of chat.db at that moment: its own row comes after. */
  afterRowId: number | null;
  afterGuid: string | null;
  /** Grows with every part that is given to Messages: which was the last, no clock can tell. */
  turn: number | null;
  messageGuid: string | null;
  messageRowId: number | null;
  /** The position of the part that counts in its place; null for what counts. */
  retriedAs: number | null;
  /** Which dates a row may have that proves it after its end; null before that, and for what surely did not leave. */
  lateRow: RowDates | null;
  /** What is to be sent cannot be read any more: bellhop.db is damaged there. */
  isUnreadable?: true;
}

/** From when to when a row may be dated, both included, in ms since 1970. */
export interface RowDates {
  from: number;
  until: number;
}

/** One accepted send with its ordered parts. */
export interface OutboxItem {
  id: string;
  createdAt: number;
  /** The chat it goes to, as a guid; a direct one may not exist yet. */
  chat: string;
  /** The service that was asked for. */
  service: SendService | null;
  /** The guid of the message that it answers. */
  replyTo: string | null;
  /** Everything is done but the sending. */
  isDryRun: boolean;
  /** The self-test's own: to whom it goes was chosen by whoever runs it, so only pause and caps hold for it. */
  isExempt: boolean;
  /** Grows with every change of its state. */
  revision: number;
  /** Of its parts that count; so are `fault` and `reason`. */
  state: OutboxState;
  fault: FaultCode | null;
  reason: string | null;
  parts: readonly OutboxPart[];
}

/** A part that a row may belong to, with what its item says about it. */
export interface Awaited {
  part: OutboxPart;
  chat: string;
  replyTo: string | null;
  /** When its row may be dated; without an end while it is awaited. */
  dates: RowDates;
  /** Until when a row may be dated that does not say what it was. */
  soon: number;
  /** chat.db is another file since the part was given to Messages: its ROWIDs say nothing any more. */
  isOtherFile?: boolean;
}

/** Whether a part, or what it makes of its item, has not ended. */
export function isOpen(state: OutboxState): boolean {
  return state === "queued" || state === "dispatching";
}

/** Whether something of an item waits for its turn or for its row, whatever has become of the rest. */
export function isUnderWay({ parts }: Pick<OutboxItem, "parts">): boolean {
  return parts.some(({ state }) => isOpen(state));
}

/** How a part or an item ended: what has left has left, however far it has come since. Null while it is on its way. */
export function endOf(state: OutboxState): OutboxState | null {
  if (isOpen(state)) return null;
  return state === "delivered" || state === "read" ? "sent" : state;
}

/** Whether nothing of it has left, for sure: then, and only then, the whole may be sent anew. */
export function isSurelyUnsent({ parts }: Pick<OutboxItem, "parts">): boolean {
  return parts.every(({ state, mayHaveLeft }) => state === "failed" && !mayHaveLeft);
}
