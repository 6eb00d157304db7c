import type { Database } from "better-sqlite3";
import type { MessageKind } from "../../../src-shared/domain/message.ts";
import { appleNanoseconds } from "../apple-time.ts";
import { NUMBER, probeColumns, TEXT } from "../columns.ts";
import { comparePlaces, FIRST_PLACE, LAST_PLACE, type Place } from "./cursor.ts";
import { type Growth, prepareGrowth } from "./growth.ts";
import { hasScheduled, isWaiting, kindBit, kindMask } from "./kind-sql.ts";

/** Which places are wanted. */
export interface PlacesRequest {
  /** ROWIDs of the chats to look in; null for all, then without what Messages keeps out of sight. */
  chats: readonly number[] | null;
  kinds: readonly MessageKind[];
  /** Only places between these two, neither of them included. */
  newerThan: Place;
  olderThan: Place;
  /** Only what is later than this, in ms since 1970; null for no limit. */
  since: number | null;
  /** From which end the walk begins. */
  from: "newest" | "oldest";
  limit: number;
  /** How many to leave out at the beginning; costs time in proportion. */
  offset: number;
  /** ROWIDs of the chats that Messages keeps out of sight: what lies in no other is left out of a walk of all. */
  hidden: readonly number[];
}

/** Places in the order of the walk. */
export interface Places {
  places: Place[];
  /** Where it gave up looking for what is rare; null when it went on to the end or the page is full. */
  stoppedAt: Place | null;
  /** How many of the offset it left out before it gave up; all of them otherwise. */
  skipped: number;
}

/** The history of chats by place: as fast at its beginning as at its end. */
export interface History extends Growth {
  places(request: PlacesRequest): Places;
  /** The newest row of whatever kind in the range; null when it is empty. */
  newest(request: PlacesRequest): Place | null;
  /** Whether there are more rows than this in the range, of whatever kind; for some thousand below 1 ms. */
  hasMoreThan(rows: number, request: PlacesRequest): boolean;
}

/**
 * What is wanted may be rare among the rows, and nobody is to wait until a whole history has been read: so many
 * rows are looked at in one walk, and twice as many as are to be left out.
 */
const MOST_WALKED = 10_000;
/** The first step of a walk looks at so many rows for each place that is wanted, the next ones at more. */
const ROWS_PER_PLACE = 4;
const STEP_GROWTH = 4;
/** Old rows hold seconds instead of nanoseconds; what is below this is one. */
const SECONDS_BELOW = 1_000_000_000_000n;
const EPOCH_SECONDS = 978_307_200;

type Range = [newerDate: bigint, newerRow: bigint, olderDate: bigint, olderRow: bigint];
/** A date is a whole number, unless a program wrote a fraction. */
type Found = [date: bigint | number, rowId: bigint];

/** Prepares walking the history, one statement for each shape of question. */
export function prepareHistory(database: Database): History {
  const columns = probeColumns(database, "message");
  const isWanted = `(${kindBit(columns)}) & ${NUMBER} <> 0 AND (${NUMBER} OR NOT ${isWaiting(columns)})`;
  const hasDeleted = probeColumns(database, "chat_recoverable_message_join").has("message_id");
  // What was moved to Recently Deleted is in no chat any more, so most rows need no look there.
  const isThere = hasDeleted
    ? `(EXISTS (SELECT 1 FROM chat_message_join j WHERE j.message_id = m.ROWID) OR NOT EXISTS
        (SELECT 1 FROM chat_recoverable_message_join r WHERE r.message_id = m.ROWID))`
    : "1";
  const inHidden = `j.chat_id IN (SELECT value FROM json_each(${TEXT}))`;
  const isSeen = `(NOT ${NUMBER} OR COALESCE((SELECT MIN(${inHidden}) FROM chat_message_join j
      WHERE j.message_id = m.ROWID), 0) = 0)`;

  const walk = (order: "ASC" | "DESC") => {
    const place = `(${NUMBER}, ${NUMBER})`;
    const within = (of: string): string => `${of} > ${place} AND ${of} < ${place}`;
    const inChat = `j.chat_id = ${NUMBER} AND ${within("(j.message_date, j.message_id)")}`;
    const inAll = within("(m.date, m.ROWID)");
    const byChat = `ORDER BY j.message_date ${order}, j.message_id ${order} LIMIT ${NUMBER} OFFSET ${NUMBER}`;
    const byAll = `ORDER BY m.date ${order}, m.ROWID ${order} LIMIT ${NUMBER} OFFSET ${NUMBER}`;
    return {
      chat: database
        .prepare<[number, ...Range, number, number, number, number], Found>(
          `SELECT j.message_date, j.message_id FROM chat_message_join j CROSS JOIN message m ON m.ROWID = j.message_id
           WHERE ${inChat} AND ${isWanted} ${byChat}`,
        )
        .raw()
        .safeIntegers(),
      all: database
        .prepare<[...Range, number, number, number, string, number, number], Found>(
          `SELECT m.date, m.ROWID FROM message m
           WHERE ${inAll} AND ${isWanted} AND ${isSeen} AND ${isThere} ${byAll}`,
        )
        .raw()
        .safeIntegers(),
      everyOfChat: database
        .prepare<[number, ...Range, number, number], Found>(
          `SELECT j.message_date, j.message_id FROM chat_message_join j WHERE ${inChat} ${byChat}`,
        )
        .raw()
        .safeIntegers(),
      every: database
        .prepare<[...Range, number, number], Found>(
          `SELECT m.date, m.ROWID FROM message m WHERE ${inAll} ${byAll}`,
        )
        .raw()
        .safeIntegers(),
    };
  };
  const walks = { newest: walk("DESC"), oldest: walk("ASC") };

  /** The place that many rows on, of whatever kind, in the chat where that is nearest; null where none has so many. */
  const horizon = ({ chats, from }: PlacesRequest, { newerThan, olderThan }: Bounds, rows: number) => {
    const range = rangeOf(newerThan, olderThan);
    const ends =
      chats === null
        ? walks[from].every.all(...range, 1, rows)
        : chats.flatMap((chat) => walks[from].everyOfChat.all(chat, ...range, 1, rows));
    const sorted = ends.map(toPlace).sort(comparePlaces);
    return (from === "newest" ? sorted.at(-1) : sorted[0]) ?? null;
  };

  /** What is wanted between two places, however far they are apart, and how many of `skip` lie before it. */
  const found = (
    { chats, kinds, from, hidden }: PlacesRequest,
    { newerThan, olderThan }: Bounds,
    limit: number,
    skip: number,
  ): { places: Place[]; skipped: number } => {
    const range = rangeOf(newerThan, olderThan);
    const wanted = [kindMask(kinds), hasScheduled(kinds) ? 1 : 0] as const;
    const hiding = [hidden.length > 0 ? 1 : 0, JSON.stringify(hidden)] as const;
    const [only, other] = chats ?? [];
    const rows = (chat: number | undefined, most: number, past: number): Found[] =>
      chat === undefined
        ? walks[from].all.all(...range, ...wanted, ...hiding, most, past)
        : walks[from].chat.all(chat, ...range, ...wanted, most, past);
    if (chats === null || (only !== undefined && other === undefined)) {
      const places = rows(only, limit, skip).map(toPlace);
      const skipped = places.length > 0 || skip === 0 ? skip : rows(only, skip, 0).length;
      return { places, skipped };
    }
    // Each chat gives what it has; a message that lies in two of them is one.
    const places = new Map<bigint, Place>();
    for (const chat of chats) for (const row of rows(chat, skip + limit, 0)) places.set(row[1], toPlace(row));
    const sorted = [...places.values()].sort(comparePlaces);
    if (from === "newest") sorted.reverse();
    return { places: sorted.slice(skip, skip + limit), skipped: Math.min(skip, sorted.length) };
  };

  return {
    ...prepareGrowth(database),
    newest: (request) => horizon({ ...request, from: "newest" }, request, 0),
    hasMoreThan: (rows, request) => boundsOf(request).some((range) => horizon(request, range, rows) !== null),
    places(request) {
      const { limit, offset, from } = request;
      const places: Place[] = [];
      let skipped = 0;
      let left = MOST_WALKED + 2 * offset;
      let rows = Math.min(left, (offset + limit) * ROWS_PER_PLACE);
      for (const range of boundsOf(request)) {
        let bounds = range;
        for (;;) {
          if (left <= 0) {
            return { places, stoppedAt: from === "newest" ? bounds.olderThan : bounds.newerThan, skipped };
          }
          const end = horizon(request, bounds, rows);
          const step = found(request, upTo(end, bounds, from), limit - places.length, offset - skipped);
          places.push(...step.places);
          skipped += step.skipped;
          if (places.length === limit) return { places, stoppedAt: null, skipped };
          if (end === null) break;
          bounds = from === "newest" ? { ...bounds, olderThan: end } : { ...bounds, newerThan: end };
          left -= rows;
          rows = Math.min(left, rows * STEP_GROWTH);
        }
      }
      return { places, stoppedAt: null, skipped };
    },
  };
}

/** The bounds of one step: to its end, which itself belongs to it. */
function upTo(end: Place | null, bounds: Bounds, from: PlacesRequest["from"]): Bounds {
  if (end === null) return bounds;
  return from === "newest"
    ? { ...bounds, newerThan: { ...end, rowId: end.rowId - 1n } }
    : { ...bounds, olderThan: { ...end, rowId: end.rowId + 1n } };
}

type Bounds = Pick<PlacesRequest, "newerThan" | "olderThan">;

/**
 * The ranges to walk, in order: one as a rule. Below a `since` there is a second one, for the rows of old Macs,
 * whose dates are seconds and so lie before all others.
 */
function boundsOf({ newerThan, olderThan, since, from }: PlacesRequest): Bounds[] {
  if (since === null) return [{ newerThan, olderThan }];
  const date = appleNanoseconds(since);
  const recent = { newerThan: later(newerThan, { ...LAST_PLACE, date }), olderThan };
  if (date < SECONDS_BELOW) return [recent];
  const seconds = BigInt(Math.floor(since / 1_000) - EPOCH_SECONDS);
  const old = {
    newerThan: later(newerThan, { ...LAST_PLACE, date: seconds }),
    olderThan: earlier(olderThan, { ...FIRST_PLACE, date: SECONDS_BELOW }),
  };
  return from === "newest" ? [recent, old] : [old, recent];
}

const later = (a: Place, b: Place): Place => (comparePlaces(a, b) > 0 ? a : b);
const earlier = (a: Place, b: Place): Place => (comparePlaces(a, b) < 0 ? a : b);

function rangeOf(newerThan: Place, olderThan: Place): Range {
  return [newerThan.date, newerThan.rowId, olderThan.date, olderThan.rowId];
}

function toPlace([date, rowId]: Found): Place {
  return { date: typeof date === "bigint" ? date : BigInt(Math.floor(date)), rowId };
}
