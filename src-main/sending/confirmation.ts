import type { Message } from "../../src-shared/domain/message.ts";
import { parseChatGuid } from "../apple-messages/chat-guid.ts";
import type { OutgoingRow } from "../apple-messages/feed/news.ts";
import type { Clock } from "../ports/clock.ts";
import { partOf } from "./match.ts";
import type { Awaited, OutboxPart } from "./outbox-item.ts";
import type { OutboxStore } from "./outbox-store.ts";

/** After this long without its row, nobody can say what became of a part. */
const ROW_MS = 60_000;
/** How long Messages may leave a row of ours undecided; and how late a row may still prove that it was sent. */
const DECISION_MS = 24 * 60 * 60 * 1_000;

/** Clocks are corrected by seconds all the time; by more than this only when they were wrong. */
const CLOCK_STEP_MS = 60 * 60 * 1_000;

/** Tells by the rows of chat.db what became of what was given to Messages. */
export interface Confirmation {
  /** Claims rows for awaited parts; call it inside the one transaction. Returns the items that moved. */
  confirm(rows: readonly OutgoingRow[]): string[];
  /** Ends what has waited too long: nobody knows. Returns the items it ended. */
  giveUp(): string[];
}

/** Confirms what is in `store`. */
export function openConfirmation(store: OutboxStore, clock: Clock): Confirmation {
  return {
    confirm(rows) {
      const moved = new Set<string>();
      for (const row of rows) {
        const part = row.lost ? lostPart(row) : claim(row);
        if (part === null) continue;
        if (row.lost) store.settle(part, "failed", "send_failed", LOST);
        else if (row.settled) settleBy(part, row.message);
        moved.add(part.itemId);
      }
      return [...moved];
    },
    giveUp() {
      const now = clock.now();
      const late = store.awaited(now).filter(({ part }) => isTooLate(part, now));
      for (const { part } of late) store.settle(part, "unknown", null, NEVER_SEEN);
      return late.map(({ part }) => part.itemId);
    },
  };

  function claim(row: OutgoingRow): OutboxPart | null {
    const { guid, rowId } = row.message;
    const known = store.claimedBy(guid);
    if (known !== null) return isOpen(known) ? known : null;
    // One that was given up is still waited for, but behind those whose turn it is.
    const part = partOf(row, store.awaited(clock.now() - DECISION_MS));
    if (part !== null) store.claim(part, guid, rowId);
    return part;
  }

  /** The lost row says nothing of what it was, so it speaks only when it can have been one part alone. */
  function lostPart({ message }: OutgoingRow): OutboxPart | null {
    const candidates = store
      .awaited(clock.now())
      .filter(({ part, chat }) => isForGroup(chat) && isBefore(part, message));
    return candidates.length === 1 ? (candidates[0]?.part ?? null) : null;
  }

  function settleBy(part: OutboxPart, message: Message): void {
    if (message.errorCode === 0) store.settle(part, "sent", null, null);
    else store.settle(part, "failed", "send_failed", reasonOf(message.errorCode));
  }
}

const LOST = "Messages took it, but did not send it to the group";
const NEVER_SEEN = "Messages took it, but what became of it never showed in chat.db";

const isOpen = ({ state }: OutboxPart): boolean => state === "dispatching" || state === "unknown";

const isForGroup = (chat: string): boolean => parseChatGuid(chat)?.separator === "+";

function isBefore(part: Awaited["part"], message: Message): boolean {
  return part.messageGuid === null && (part.afterRowId ?? 0) < message.rowId;
}

/** Also when the clock was set back by a lot: then its age cannot be told. */
function isTooLate(part: OutboxPart, now: number): boolean {
  const age = now - (part.dispatchedAt ?? 0);
  return age < -CLOCK_STEP_MS || age >= (part.messageGuid === null ? ROW_MS : DECISION_MS);
}

function reasonOf(errorCode: number): string {
  if (errorCode === 22) return "the recipient is not registered with iMessage (error 22)";
  if (errorCode === 25) return "Messages could not read the attachment (error 25)";
  return `Messages could not deliver it (error ${errorCode})`;
}
