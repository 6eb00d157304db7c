import type { Status } from "../../src-shared/status.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import type { ChatDatabase } from "../apple-messages/connection.ts";
import type { Clock } from "../ports/clock.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Counting a million rows takes milliseconds: it may take one part in this many of the time. */
const COUNTING_SHARE = 200;

/** What chat.db says about itself. */
export interface ReadingFigures {
  messages: number | null;
  lastMessageAt: number | null;
  hours: Status["hours"];
}

/** What was counted, of which state of the file, and until when it may be shown although that has changed. */
interface Counted {
  figures: ReadingFigures;
  version: number;
  generation: number;
  hour: number;
  goodUntil: number;
}

/**
 * Makes a function that counts, as often as counting is cheap, and never twice the same. While chat.db cannot be read it gives the hours
 * that were known before, and null for those since.
 */
export function readingFigures(chatDb: ChatDb, clock: Clock): () => ReadingFigures {
  let known: Counted | null = null;
  return () => {
    const started = clock.monotonic();
    if (known !== null && started < known.goodUntil && chatDb.trouble() === null) return known.figures;
    const now = clock.now();
    const hour = Math.floor(now / HOUR_MS);
    try {
      known = chatDb.read((database) => {
        const version = database.dataVersion();
        const generation = chatDb.generation();
        const isSame = known?.version === version && known.generation === generation && known.hour === hour;
        if (known !== null && isSame) return known;
        const figures = count(database, now);
        const goodUntil = started + (clock.monotonic() - started) * COUNTING_SHARE;
        return { figures, version, generation, hour, goodUntil };
      });
      return known.figures;
    } catch {
      return whatIsLeft(known?.figures ?? null, chatDb.trouble()?.since ?? now, now);
    }
  };
}

function count({ messages }: ChatDatabase, now: number): ReadingFigures {
  const starts = hourStarts(now);
  const counts = new Map(messages.hourly(starts[0] ?? now).map((row) => [row.hour * HOUR_MS, row]));
  const hours = starts.map((startsAt) => {
    const row = counts.get(startsAt);
    return { startsAt, received: row?.received ?? 0, sent: row?.sent ?? 0 };
  });
  return { messages: messages.count(), lastMessageAt: messages.lastWrittenAt(now), hours };
}

function whatIsLeft(known: ReadingFigures | null, brokenSince: number, now: number): ReadingFigures {
  const before = new Map(known?.hours.map((hour) => [hour.startsAt, hour]));
  const hours = hourStarts(now).map((startsAt) => {
    const hour = startsAt + HOUR_MS <= brokenSince ? before.get(startsAt) : undefined;
    return hour ?? { startsAt, received: null, sent: null };
  });
  return { messages: null, lastMessageAt: known?.lastMessageAt ?? null, hours };
}

/** When each of the last 24 hours began, the running one last. */
function hourStarts(now: number): number[] {
  const thisHour = Math.floor(now / HOUR_MS);
  return Array.from({ length: HOURS }, (_, at) => (thisHour - HOURS + 1 + at) * HOUR_MS);
}
