import type { Status } from "../../src-shared/status.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import type { MessageQueries } from "../apple-messages/message-queries.ts";
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

/**
 * Makes a function that counts, as often as counting is cheap. While chat.db cannot be read it gives the hours
 * that were known before, and null for those since.
 */
export function readingFigures(chatDb: ChatDb, clock: Clock): () => ReadingFigures {
  let known: ReadingFigures | null = null;
  let goodUntil = 0;
  return () => {
    const started = clock.monotonic();
    if (known !== null && started < goodUntil && chatDb.trouble() === null) return known;
    const now = clock.now();
    try {
      known = chatDb.read(({ messages }) => count(messages, now));
      goodUntil = started + (clock.monotonic() - started) * COUNTING_SHARE;
      return known;
    } catch {
      return whatIsLeft(known, chatDb.trouble()?.since ?? now, now);
    }
  };
}

function count(messages: MessageQueries, now: number): ReadingFigures {
  const starts = hourStarts(now);
  const counts = new Map(messages.hourly(starts[0] ?? now).map((row) => [row.hour * HOUR_MS, row]));
  const hours = starts.map((startsAt) => {
    const row = counts.get(startsAt);
    return { startsAt, received: row?.received ?? 0, sent: row?.sent ?? 0 };
  });
  const latest = messages.page({ chats: null, since: 0, limit: 1, offset: 0 })[0];
  return { messages: messages.count(), lastMessageAt: latest?.at ?? null, hours };
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
