import type { ChatDb } from "../../apple-messages/chat-db.ts";
import { ReadingFailure } from "../../apple-messages/reading-failure.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Timer, Timers } from "../../ports/timers.ts";
import type { Confirmation } from "./confirmation.ts";
import type { Moves } from "./moves.ts";
import type { AttemptTimes } from "./outbox-attempts.ts";
import { unclaimedRows } from "./outbox-late-rows.ts";
import type { OpenPart, OutboxStore, Place } from "./outbox-store.ts";

/** How often it is looked whether something has waited too long for its row. */
const EVERY_MS = 1_000;
/** After this long without its row, by a time that is never set and from the end of its attempt, nobody can say what became of a part. */
const ROW_MS = 60_000;
/** How long Messages may leave a row of ours undecided. */
const DECISION_MS = 24 * 60 * 60 * 1_000;
/** Each is asked for once more before it is given up, which takes its time: the others a moment later. */
const MOST = 10;

const NEVER_SEEN =
  "it was given to Messages, but what became of it never showed in chat.db; look in Messages before it is sent again";
const NEVER_DECIDED = "Messages has not said for a day whether it was sent; look in Messages";
const DELETED = "its message was deleted before Messages said whether it was sent";

/** Has nothing wait for its row for ever. */
export interface Deadlines {
  /** Looks every second from now on, for as long as a row is awaited. */
  watch(): void;
  /** This part left an empty row, which may yet be filled: it is looked at once more. */
  lost(place: Place): void;
  stop(): void;
}

/** Nothing is looked at before `watch`. */
export function openDeadlines(options: {
  store: Pick<OutboxStore, "open" | "get" | "claimedBy">;
  chatDb: Pick<ChatDb, "read" | "trouble">;
  clock: Clock;
  timers: Timers;
  attempts: AttemptTimes;
  confirmation: Confirmation;
  /** Whether the feed has looked at every row, so that a missing one is really missing. */
  isCaughtUp(): boolean;
  /** Commits what `work` does, and tells of it. */
  record(work: (moves: Moves) => void): void;
  complain(thrown: unknown): void;
}): Deadlines {
  const { store, chatDb, timers, attempts } = options;
  const lost = new Map<string, Place>();
  let timer: Timer | undefined;
  let isStopped = false;

  const watch = (): void => {
    if (isStopped || timer) return;
    timer = timers.after(EVERY_MS, () => {
      timer = undefined;
      try {
        attempts.look();
        const open = store.open();
        attempts.keep([...open, ...lost.values()]);
        if (open.length === 0 && lost.size === 0) return;
        if (options.isCaughtUp() && chatDb.trouble() === null) endLateOnes();
      } catch (thrown) {
        // chatDb keeps what is wrong with the file: nothing is given up before it can be asked.
        if (!(thrown instanceof ReadingFailure)) options.complain(thrown);
      }
      watch();
    });
  };

  function endLateOnes(): void {
    const late = lateParts(options);
    const again = [...lost].filter(([, place]) => attempts.waited(place) >= ROW_MS);
    // Without a commit where there is nothing to end, which is nearly always.
    if (late.length === 0 && again.length === 0) return;
    const lacking = late.filter(({ lacksRow }) => lacksRow).map(({ place }) => place);
    const rows = unclaimedRows(options, [...lacking, ...again.map(([, place]) => place)]);
    for (const [key] of again) lost.delete(key);
    if (late.length === 0 && rows.length === 0) return;
    options.record((moves) => {
      options.confirmation.confirm(rows, [], moves);
      for (const { place, reason, lacksRow } of late) {
        const part = store.get(place.itemId)?.parts[place.position];
        if (part === undefined || (lacksRow && part.messageGuid !== null)) continue;
        moves.happens(place, { it: "is given up", reason, lateRow: attempts.lateRowOf(part) });
      }
    });
  }

  return {
    watch,
    lost: ({ itemId, position }) => void lost.set(`${itemId}/${position}`, { itemId, position }),
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}

/** A part that has waited too long, and why nobody knows what became of it. */
interface LatePart {
  place: Place;
  reason: string;
  /** Whether it has no row: there may be one that nobody has seen. */
  lacksRow: boolean;
}

/** What has waited too long for chat.db, the longest waiting first; a few at a time. */
function lateParts({
  store,
  chatDb,
  clock,
  attempts,
}: {
  store: Pick<OutboxStore, "open">;
  chatDb: Pick<ChatDb, "read">;
  clock: Clock;
  attempts: Pick<AttemptTimes, "waited">;
}): LatePart[] {
  const now = clock.now();
  const late: LatePart[] = [];
  for (const part of store.open()) {
    const reason = reasonToGiveUp(part, attempts.waited(part), now, (guid) => isThere(chatDb, guid));
    if (reason !== null) late.push({ place: part, reason, lacksRow: part.messageGuid === null });
    if (late.length === MOST) break;
  }
  return late;
}

function reasonToGiveUp(
  { dispatchedAt, messageGuid }: OpenPart,
  waited: number,
  now: number,
  isThere: (guid: string) => boolean,
): string | null {
  if (messageGuid === null) return waited >= ROW_MS ? NEVER_SEEN : null;
  if (!isThere(messageGuid)) return DELETED;
  // A clock that was set back must not make it wait for longer than a day of our own.
  return now - dispatchedAt >= DECISION_MS || waited >= DECISION_MS ? NEVER_DECIDED : null;
}

/** A row that is gone says nothing any more. Where chat.db cannot be asked, it may yet. */
function isThere(chatDb: Pick<ChatDb, "read">, guid: string): boolean {
  try {
    return chatDb.read((database) => database.rowIdOf(guid)) !== null;
  } catch {
    return true;
  }
}
