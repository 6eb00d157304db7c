import type { Message } from "../../../src-shared/domain/message.ts";
import type { Change } from "../../apple-messages/change.ts";
import type { ChatDb } from "../../apple-messages/chat-db.ts";
import { parseChatGuid } from "../../apple-messages/chat-guid.ts";
import type { OutgoingRow } from "../../apple-messages/feed/news.ts";
import { isChatMeant } from "../recipient.ts";
import { isOfItsTime, partOf } from "./match.ts";
import type { Moves } from "./moves.ts";
import type { AttemptTimes } from "./outbox-attempts.ts";
import type { Awaited } from "./outbox-item.ts";
import type { PartInput } from "./outbox-machine.ts";
import type { OutboxStore, Place, Unproved } from "./outbox-store.ts";
import { LOST, reasonOfRow } from "./row-reasons.ts";

/** Tells by the rows of chat.db what became of what was given to Messages. */
export interface Confirmation {
  /** Claims rows for awaited parts, and follows those that were claimed before. */
  confirm(rows: readonly OutgoingRow[], changes: readonly Change[], moves: Moves): void;
}

/** Confirms what is in `store`. */
export function openConfirmation(options: {
  store: Pick<OutboxStore, "get" | "unproved" | "claimedBy">;
  chatDb: Pick<ChatDb, "read">;
  attempts: Pick<AttemptTimes, "datesOf" | "lateRowOf">;
  /** This part left an empty row in its place, which may yet be filled. */
  lost(place: Place): void;
}): Confirmation {
  const { store, chatDb, attempts } = options;
  return {
    confirm(rows, changes, moves) {
      for (const row of rows) {
        if (row.lost) lose(row, moves);
        else follow(row, moves);
      }
      for (const change of changes) {
        const input = inputOf(change);
        if (input === null) continue;
        const place = store.claimedBy(input.guid);
        if (place !== null) moves.happens(place, input.of(addressAt(place)));
      }
    },
  };

  function follow({ message, settled, lost }: OutgoingRow, moves: Moves): void {
    const place = store.claimedBy(message.guid) ?? claim({ message, settled, lost }, moves);
    if (place !== null && settled) moves.happens(place, verdictOf(message, addressAt(place)));
  }

  function claim(row: OutgoingRow, moves: Moves): Place | null {
    const { guid, rowId, at, conversationIds } = row.message;
    const isMeant = (chat: string): boolean => conversationIds.some((id) => isChatMeant(id, chat));
    const awaited = store.unproved(at, isMeant).map(awaitedOf);
    const part = partOf(
      row,
      awaited.map((one) => ({ ...one, isOtherFile: isOtherFile(one, rowId, at) })),
    );
    if (part === null) return null;
    moves.happens(part, { it: "has a row", guid, rowId });
    return part;
  }

  function awaitedOf(unproved: Unproved): Awaited {
    const { lateRow } = unproved.part;
    if (lateRow !== null) return { ...unproved, dates: lateRow, soon: lateRow.until };
    return { ...unproved, ...attempts.datesOf(unproved.part) };
  }

  /** ROWIDs begin anew when chat.db is replaced; that the newest row of then is another one shows it. */
  function isOtherFile({ part }: Awaited, rowId: number, at: number): boolean {
    const { afterRowId, afterGuid, dispatchedAt } = part;
    if (afterRowId === null || afterGuid === null) return false;
    // Newer by both, it is its row in either case.
    if (rowId > afterRowId && at >= (dispatchedAt ?? 0)) return false;
    try {
      return chatDb.read(({ feed }) => {
        const there = feed.guidAt(afterRowId);
        return there === null ? (feed.newest()?.row_id ?? 0) < afterRowId : there !== afterGuid;
      });
    } catch {
      return false;
    }
  }

  /** The lost row says nothing of what it was, so it speaks only when it can have been one part alone. */
  function lose({ message }: OutgoingRow, moves: Moves): void {
    const candidates = store
      .unproved(message.at, isForGroup)
      .map(awaitedOf)
      .filter((one) => one.part.state !== "failed" && isOfItsTime(one, message));
    const [only] = candidates;
    if (only === undefined || candidates.length > 1) return;
    const lateRow = attempts.lateRowOf(only.part);
    if (moves.happens(only.part, { it: "was lost", reason: LOST, lateRow })) options.lost(only.part);
  }

  function addressAt({ itemId }: Place): string | null {
    const chat = parseChatGuid(store.get(itemId)?.chat ?? "");
    return chat?.separator === "-" ? chat.identifier : null;
  }
}

const isForGroup = (chat: string): boolean => parseChatGuid(chat)?.separator === "+";

function verdictOf({ errorCode, status }: Message, address: string | null): PartInput {
  if (errorCode === 0 && status !== "failed") return { it: "left", as: status };
  return { it: "failed by its row", errorCode, reason: reasonOfRow(errorCode, address) };
}

/** What a change says of a message of our own; null when that is nothing. */
function inputOf(change: Change): { guid: string; of(address: string | null): PartInput } | null {
  switch (change.type) {
    case "message.sent":
    case "message.delivered":
    case "message.read": {
      const { guid, isFromMe } = change.data;
      const as = STEPS[change.type];
      return isFromMe ? { guid, of: () => ({ it: "left", as }) } : null;
    }
    case "message.failed": {
      const { guid, errorCode, isFromMe } = change.data;
      const of = (address: string | null): PartInput => ({
        it: "failed by its row",
        errorCode,
        reason: reasonOfRow(errorCode, address),
      });
      return isFromMe ? { guid, of } : null;
    }
    default:
      return null;
  }
}

const STEPS = { "message.sent": "sent", "message.delivered": "delivered", "message.read": "read" } as const;
