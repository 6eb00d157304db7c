import type { Database } from "better-sqlite3";
import type { MessageKind } from "../../../src-shared/domain/message.ts";
import { appleNanoseconds } from "../apple-time.ts";
import { NUMBER, probeColumns } from "../columns.ts";
import { comparePlaces, FIRST_PLACE, LAST_PLACE, type Place } from "./cursor.ts";
import { kindBit, kindMask } from "./kind-sql.ts";

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
  /** Whether Messages keeps any chat out of sight. */
  hidesAny: boolean;
}

/** Places in the order of the walk. */
export interface Places {
  places: Place[];
  /** Where it gave up looking for kinds that are rare; null when it went on to the end or the page is full. */
  stoppedAt: Place | null;
}

/** The history of chats by place: as fast at its beginning as at its end. */
export interface History {
  places(request: PlacesRequest): Places;
}

/** Kinds that are rare must not have a whole history read at once: so many rows in one walk. */
const MOST_WALKED = 10_000;
/** Old rows hold seconds instead of nanoseconds; what is below this is one. */
const SECONDS_BELOW = 1_000_000_000_000n;
const EPOCH_SECONDS = 978_307_200;

type Range = [newerDate: bigint, newerRow: bigint, olderDate: bigint, olderRow: bigint];
type Found = [date: bigint, rowId: bigint];

/** Prepares walking the history, one statement for each shape of question. */
export function prepareHistory(database: Database): History {
  const kind = kindBit(probeColumns(database, "message"));
  const hasHidden = probeColumns(database, "chat").has("is_blackholed");
  const hasDeleted = probeColumns(database, "chat_recoverable_message_join").has("message_id");
  // What was moved to Recently Deleted is in no chat any more, so most rows need no look there.
  const isThere = hasDeleted
    ? `(EXISTS (SELECT 1 FROM chat_message_join j WHERE j.message_id = m.ROWID) OR NOT EXISTS
        (SELECT 1 FROM chat_recoverable_message_join r WHERE r.message_id = m.ROWID))`
    : "1";
  const isSeen = hasHidden
    ? `(${NUMBER} = 0 OR COALESCE((SELECT MIN(COALESCE(c.is_blackholed, 0)) FROM chat_message_join j
        JOIN chat c ON c.ROWID = j.chat_id WHERE j.message_id = m.ROWID), 0) = 0)`
    : `${NUMBER} >= 0`;

  const walk = (order: "ASC" | "DESC") => {
    const place = `(${NUMBER}, ${NUMBER})`;
    const within = (of: string): string => `${of} > ${place} AND ${of} < ${place}`;
    const inChat = `j.chat_id = ${NUMBER} AND ${within("(j.message_date, j.message_id)")}`;
    const inAll = within("(m.date, m.ROWID)");
    const byChat = `ORDER BY j.message_date ${order}, j.message_id ${order} LIMIT ${NUMBER} OFFSET ${NUMBER}`;
    const byAll = `ORDER BY m.date ${order}, m.ROWID ${order} LIMIT ${NUMBER} OFFSET ${NUMBER}`;
    return {
      chat: database
        .prepare<[number, ...Range, number, number, number], Found>(
          `SELECT j.message_date, j.message_id FROM chat_message_join j CROSS JOIN message m ON m.ROWID = j.message_id
           WHERE ${inChat} AND (${kind}) & ${NUMBER} <> 0 ${byChat}`,
        )
        .raw()
        .safeIntegers(),
      all: database
        .prepare<[...Range, number, number, number, number], Found>(
          `SELECT m.date, m.ROWID FROM message m
           WHERE ${inAll} AND (${kind}) & ${NUMBER} <> 0 AND ${isSeen} AND ${isThere} ${byAll}`,
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

  /** How far a walk for rare kinds goes at once; null when it comes to the end before. */
  const horizon = ({ chats, from, newerThan, olderThan }: PlacesRequest): Place | null => {
    const range = rangeOf(newerThan, olderThan);
    const ends = (
      chats === null
        ? walks[from].every.all(...range, 1, MOST_WALKED)
        : chats.flatMap((chat) => walks[from].everyOfChat.all(chat, ...range, 1, MOST_WALKED))
    ).map(toPlace);
    const sorted = ends.sort(comparePlaces);
    return (from === "newest" ? sorted.at(-1) : sorted[0]) ?? null;
  };

  const found = (
    request: PlacesRequest,
    { newerThan, olderThan }: Pick<PlacesRequest, "newerThan" | "olderThan">,
  ) => {
    const { chats, kinds, from, limit, offset } = request;
    const range = rangeOf(newerThan, olderThan);
    const mask = kindMask(kinds);
    if (chats === null) {
      return walks[from].all.all(...range, mask, request.hidesAny ? 1 : 0, limit, offset).map(toPlace);
    }
    const [only] = chats;
    if (chats.length === 1 && only !== undefined) {
      return walks[from].chat.all(only, ...range, mask, limit, offset).map(toPlace);
    }
    // Each chat gives what it has; a message that lies in two of them is one.
    const places = new Map<bigint, Place>();
    for (const chat of chats) {
      for (const row of walks[from].chat.all(chat, ...range, mask, offset + limit, 0))
        places.set(row[1], toPlace(row));
    }
    const sorted = [...places.values()].sort(comparePlaces);
    return (from === "newest" ? sorted.reverse() : sorted).slice(offset, offset + limit);
  };

  const placesIn = (request: PlacesRequest): Places => {
    const isRare = !request.kinds.includes("message");
    const end = isRare ? horizon(request) : null;
    if (end === null) return { places: found(request, request), stoppedAt: null };
    const { from, newerThan, olderThan, limit } = request;
    // The end itself belongs to what is walked.
    const bounds =
      from === "newest"
        ? { newerThan: { ...end, rowId: end.rowId - 1n }, olderThan }
        : { newerThan, olderThan: { ...end, rowId: end.rowId + 1n } };
    const places = found(request, bounds);
    return { places, stoppedAt: places.length < limit ? end : null };
  };

  return {
    places(request) {
      const places: Place[] = [];
      let offset = request.offset;
      for (const range of boundsOf(request)) {
        const part = { ...request, ...range, limit: request.limit - places.length, offset };
        const found = placesIn(part);
        places.push(...found.places);
        if (places.length === request.limit || found.stoppedAt !== null) {
          return { places, stoppedAt: found.stoppedAt };
        }
        // What was left out here need not be left out in the next range.
        if (places.length > 0) offset = 0;
        else if (offset > 0) offset -= placesIn({ ...part, limit: offset, offset: 0 }).places.length;
      }
      return { places, stoppedAt: null };
    },
  };
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
  return { date, rowId };
}
