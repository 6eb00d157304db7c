import type { OutboxState } from "../../../src-shared/domain/outbox.ts";
import type { FaultCode } from "../../../src-shared/faults.ts";
import { endOf, isOpen, type OutboxItem, type OutboxPart, type RowDates } from "./outbox-item.ts";

/** What can happen to one part. Times are milliseconds since 1970. */
export type PartInput =
  /** It is about to be given to Messages; `afterRowId` and `afterGuid` are chat.db's newest row. */
  | { it: "dispatches"; at: number; turn: number; afterRowId: number; afterGuid: string | null }
  /** It surely did not leave, and is tried again by itself. */
  | { it: "is put back" }
  /** It surely did not leave, and that is the end of it. */
  | { it: "did not leave"; fault: FaultCode; reason: string }
  /** This row of chat.db is its own. */
  | { it: "has a row"; guid: string; rowId: number }
  /** Its row says so. */
  | { it: "left"; as: "sent" | "delivered" | "read" }
  | { it: "failed by its row"; errorCode: number; reason: string }
  /** Messages took it, and left an empty row in its place. A row may still come, with such a date. */
  | { it: "was lost"; reason: string; lateRow: RowDates }
  /** Its row never came, or never said anything. It may still come, with such a date. */
  | { it: "is given up"; reason: string; lateRow: RowDates }
  /** Everything was done but the sending. */
  | { it: "was tried out" };

/** The item after it, and whether there is something to tell: `before` itself when nothing came of it. */
export interface Step {
  item: OutboxItem;
  isNews: boolean;
}

/** Of the parts that count the worst or least: what the whole is. */
const WORST_FIRST: readonly OutboxState[] = [
  "unknown",
  "failed",
  "dispatching",
  "queued",
  "sent",
  "delivered",
  "read",
  "dry_run",
];

/** How far Messages has come with a part whose row says that it left. */
const PROGRESS: Partial<Record<OutboxState, number>> = { sent: 1, delivered: 2, read: 3 };

/** Something happened to the part at `position`; what that means for the others, and for the whole. */
export function happened(item: OutboxItem, position: number, input: PartInput): Step {
  const before = item.parts[position];
  if (before === undefined) return { item, isNews: false };
  const after = next(before, input);
  if (after === before) return { item, isNews: false };
  let parts = withPart(item.parts, after);
  // While it was at Messages, what it repeats may have left after all.
  const leftAfterAll = isUnsent(after) ? repeatedBy(parts, after).find(hasLeft) : undefined;
  if (after.retriedAs === null && leftAfterAll) parts = dropped(parts, after, leftAfterAll, SENT_AFTER_ALL);
  else if (after.retriedAs === null) parts = takenAlong(parts, before, after);
  else if (hasLeft(after) && !hasLeft(before)) parts = withoutRepetition(parts, after);
  // A part that no longer counts has a truth of its own, which nothing else tells.
  const isAside = after.retriedAs !== null && after.state !== before.state;
  return together(item, parts, isAside);
}

/**
 * A person wants it tried again: first what surely did not leave, in its place, and only where there is none, what
 * failed by its row or is unknown, which is repeated as a part of its own. Where something failed by its row before
 * what did not leave, all that failed is repeated, in order. What is unknown is not: it may be there. Null when there
 * is nothing to try again.
 */
export function retried(item: OutboxItem): Step | null {
  const counting = item.parts.filter(counts);
  const failed = counting.filter(({ state }) => state === "failed");
  const unsent = failed.filter(({ mayHaveLeft }) => !mayHaveLeft);
  const firstByItsRow = failed.findIndex(({ mayHaveLeft }) => mayHaveLeft);
  if (unsent.length > 0 && (firstByItsRow < 0 || firstByItsRow > failed.findLastIndex(isUnsent))) {
    return together(item, unsent.map(anew).reduce(withPart, item.parts), true);
  }
  const repeated = unsent.length > 0 ? failed : counting.filter(({ state }) => isDoubtful(state));
  if (repeated.length === 0) return null;
  const parts = [...item.parts];
  for (const part of repeated) {
    const position = parts.length;
    parts[part.position] = { ...part, retriedAs: position };
    parts.push({
      ...anew(part),
      position,
      mayHaveLeft: false,
      dispatchedAt: null,
      afterRowId: null,
      afterGuid: null,
      turn: null,
      messageGuid: null,
      messageRowId: null,
    });
  }
  return together(item, parts, true);
}

/** A person does not want it sent any more. Null when nothing of it waits for its turn. */
export function cancelled(item: OutboxItem): Step | null {
  const waiting = item.parts.filter((part) => counts(part) && part.state === "queued");
  if (waiting.length === 0) return null;
  let parts = item.parts;
  for (const part of waiting) {
    const repeated = parts.find(({ retriedAs }) => retriedAs === part.position);
    if (repeated)
      parts = dropped(parts, part, repeated, "it was cancelled, and what it was to repeat counts again");
    else
      parts = withPart(parts, { ...part, state: "failed", fault: "cancelled", reason: "it was cancelled" });
  }
  return together(item, parts, true);
}

/** What an item of these parts is. */
export function stateOf(parts: readonly OutboxPart[]): OutboxState {
  const states = parts.filter(counts).map(({ state }) => state);
  return WORST_FIRST.find((state) => states.includes(state)) ?? "failed";
}

/** Whether the item's state is made of it. */
export function counts({ retriedAs }: OutboxPart): boolean {
  return retriedAs === null;
}

/** The part after `input`; the same object when that is nothing to it. */
function next(part: OutboxPart, input: PartInput): OutboxPart {
  const { state } = part;
  switch (input.it) {
    case "dispatches": {
      if (state !== "queued" || part.mayHaveLeft) return part;
      const { at: dispatchedAt, turn, afterRowId, afterGuid } = input;
      return { ...part, state: "dispatching", mayHaveLeft: true, dispatchedAt, turn, afterRowId, afterGuid };
    }
    case "is put back":
      if (state !== "dispatching" || part.messageGuid !== null || part.isLastTry) return part;
      return { ...part, state: "queued", mayHaveLeft: false, tries: part.tries + 1 };
    case "did not leave":
      // A row that was claimed meanwhile knows better.
      if (!isAwaited(part) && state !== "queued") return part;
      if (part.messageGuid !== null) return part;
      return {
        ...part,
        state: "failed",
        mayHaveLeft: false,
        fault: input.fault,
        reason: input.reason,
        lateRow: null,
      };
    case "has a row":
      if (!part.mayHaveLeft || part.messageGuid !== null) return part;
      return { ...part, messageGuid: input.guid, messageRowId: input.rowId };
    case "left":
      if (part.messageGuid === null || (PROGRESS[state] ?? 0) >= (PROGRESS[input.as] ?? 0)) return part;
      return { ...part, state: input.as, fault: null, reason: null, errorCode: 0 };
    case "failed by its row":
      // What arrived has arrived.
      if (part.messageGuid === null || (PROGRESS[state] ?? 0) > 1) return part;
      if (state === "failed" && part.errorCode === input.errorCode) return part;
      return {
        ...part,
        state: "failed",
        fault: "send_failed",
        reason: input.reason,
        errorCode: input.errorCode,
      };
    case "was lost":
      if (!isAwaited(part) || part.messageGuid !== null) return part;
      return { ...part, state: "failed", fault: "send_failed", reason: input.reason, lateRow: input.lateRow };
    case "is given up":
      if (state !== "dispatching") return part;
      return { ...part, state: "unknown", fault: null, reason: input.reason, lateRow: input.lateRow };
    case "was tried out":
      return state === "queued" ? { ...part, state: "dry_run" } : part;
  }
}

const isAwaited = ({ state }: OutboxPart): boolean => state === "dispatching" || state === "unknown";

const isDoubtful = (state: OutboxState): boolean => state === "failed" || state === "unknown";

/** It has not left, for sure, and could go another time. */
const isUnsent = ({ state, mayHaveLeft }: OutboxPart): boolean =>
  !mayHaveLeft && (state === "queued" || state === "failed");

const hasLeft = ({ state }: OutboxPart): boolean => PROGRESS[state] !== undefined;

/** What waits behind a part that did not make it does not go: it would come without what belongs before it. */
function takenAlong(
  parts: readonly OutboxPart[],
  before: OutboxPart,
  { position, state, fault, reason }: OutboxPart,
): readonly OutboxPart[] {
  // Whoever had it tried again since knew that nobody knew.
  if (before.state === "unknown" || (state !== "failed" && state !== "unknown")) return parts;
  const why = `not sent, because ${state === "failed" ? "what comes before it failed" : "nobody knows what became of what comes before it"}`;
  return parts.map((part) => {
    if (part.position <= position || !counts(part)) return part;
    // What is being given at this moment and does not leave must not come back.
    if (part.state === "dispatching") return { ...part, isLastTry: true };
    if (part.state !== "queued") return part;
    return {
      ...part,
      state: "failed",
      fault: fault ?? "send_failed",
      reason: state === "failed" && reason !== null ? `${why}: ${reason}` : why,
    };
  });
}

const SENT_AFTER_ALL = "what it repeats was sent after all";

/** What was repeated has left after all: where its repetition has not, it must not go. */
function withoutRepetition(parts: readonly OutboxPart[], left: OutboxPart): readonly OutboxPart[] {
  let repetition: OutboxPart | undefined = left;
  while (repetition !== undefined && repetition.retriedAs !== null) repetition = parts[repetition.retriedAs];
  if (repetition === undefined || repetition === left || !isUnsent(repetition)) return parts;
  return dropped(parts, repetition, left, SENT_AFTER_ALL);
}

/** What a part repeats, and what that repeats. */
function repeatedBy(parts: readonly OutboxPart[], part: OutboxPart): OutboxPart[] {
  const repeated = parts.filter(
    ({ position, retriedAs }) => retriedAs === part.position && position < part.position,
  );
  return repeated.flatMap((one) => [one, ...repeatedBy(parts, one)]);
}

function dropped(
  parts: readonly OutboxPart[],
  repetition: OutboxPart,
  repeated: OutboxPart,
  reason: string,
): readonly OutboxPart[] {
  const gone: OutboxPart = {
    ...repetition,
    state: "failed",
    fault: "cancelled",
    reason,
    retriedAs: repeated.position,
  };
  return withPart(withPart(parts, gone), { ...repeated, retriedAs: null });
}

function anew(part: OutboxPart): OutboxPart {
  return {
    ...part,
    state: "queued",
    fault: null,
    reason: null,
    errorCode: 0,
    tries: 0,
    isLastTry: false,
    lateRow: null,
  };
}

function withPart(parts: readonly OutboxPart[], changed: OutboxPart): readonly OutboxPart[] {
  return parts.map((part) => (part.position === changed.position ? changed : part));
}

/**
 * The whole of these parts. News is every change of its state but that it is given to Messages, or will be again, and
 * every part that ends, or comes to another end: the state of the whole may hide it.
 */
function together(before: OutboxItem, parts: readonly OutboxPart[], isNewsAnyway: boolean): Step {
  const state = stateOf(parts);
  const culprit = parts.find((part) => counts(part) && part.state === state && part.reason !== null);
  const isNewEnd = (part: OutboxPart): boolean => {
    const end = endOf(part.state);
    const known = before.parts[part.position];
    return end !== null && known !== undefined && end !== endOf(known.state);
  };
  const isOnItsWay = (state === "dispatching" || state === "queued") && isOpen(before.state);
  const isNews = isNewsAnyway || (state !== before.state && !isOnItsWay) || parts.some(isNewEnd);
  const item: OutboxItem = {
    ...before,
    parts,
    state,
    fault: culprit?.fault ?? null,
    reason: culprit?.reason ?? null,
    revision: before.revision + (isNews || state !== before.state ? 1 : 0),
  };
  return { item, isNews };
}
