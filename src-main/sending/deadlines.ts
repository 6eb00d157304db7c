import type { ChatDb } from "../apple-messages/chat-db.ts";
import type { Clock } from "../ports/clock.ts";
import type { OpenPart, OutboxStore, Place } from "./outbox-store.ts";

/** After this long without its row, nobody can say what became of a part. */
const ROW_MS = 60_000;
/** As long as an attempt may run at most: several scripts, each behind another one. */
const ATTEMPT_MS = 5 * 60_000;
/** How long Messages may leave a row of ours undecided. */
const DECISION_MS = 24 * 60 * 60 * 1_000;
/** Clocks are corrected by seconds all the time; by more than this only when they were wrong. */
const CLOCK_STEP_MS = 60 * 60 * 1_000;

const NEVER_SEEN =
  "Messages took it, but what became of it never showed in chat.db; look in Messages before it is sent again";
const NEVER_DECIDED = "Messages has not said for a day whether it was sent; look in Messages";
const DELETED = "its message was deleted before Messages said whether it was sent";

/** A part that has waited too long, and why nobody knows what became of it. */
export interface LatePart {
  place: Place;
  reason: string;
}

/** What has waited too long for chat.db. `running` is the part whose attempt has not ended. */
export function lateParts(
  { store, chatDb, clock }: { store: Pick<OutboxStore, "open">; chatDb: Pick<ChatDb, "read">; clock: Clock },
  running: Place | null,
): LatePart[] {
  const now = clock.now();
  return store.open().flatMap((part) => {
    const isRunning = running?.itemId === part.itemId && running.position === part.position;
    const reason = reasonToGiveUp(part, isRunning, now, (guid) => isThere(chatDb, guid));
    return reason === null ? [] : { place: part, reason };
  });
}

function reasonToGiveUp(
  { dispatchedAt, messageGuid }: OpenPart,
  isRunning: boolean,
  now: number,
  isThere: (guid: string) => boolean,
): string | null {
  const age = now - dispatchedAt;
  // Also when the clock was set back by a lot: then its age cannot be told.
  const isOver = (ms: number): boolean => age >= ms || age < -CLOCK_STEP_MS;
  if (messageGuid === null) return isOver(isRunning ? ATTEMPT_MS : ROW_MS) ? NEVER_SEEN : null;
  if (!isThere(messageGuid)) return DELETED;
  return isOver(DECISION_MS) ? NEVER_DECIDED : null;
}

/** A row that is gone says nothing any more. Where chat.db cannot be asked, it may yet. */
function isThere(chatDb: Pick<ChatDb, "read">, guid: string): boolean {
  try {
    return chatDb.read((database) => database.rowIdOf(guid)) !== null;
  } catch {
    return true;
  }
}
