import type { ChatDatabase } from "../apple-messages/connection.ts";
import type { Place } from "../apple-messages/history/cursor.ts";
import type { PlacesRequest } from "../apple-messages/history/history.ts";

/** Where pages that were far down began, so that whoever pages on by offset need not have all of it counted again. */
export interface FarOffsets {
  /** The same request from a nearer place, where one is remembered. */
  shorten(database: ChatDatabase, generation: number, request: PlacesRequest): PlacesRequest;
  /** Remembers that what comes after `place` began at `offset`. */
  note(
    database: ChatDatabase,
    generation: number,
    request: PlacesRequest,
    offset: number,
    place: Place,
  ): void;
}

interface Mark {
  offset: number;
  place: Place;
  /** The newest place then: what is newer now has moved everything down. */
  newest: Place;
}

/** Nearer than this counting is as good. */
const FAR = 1_000;
const MOST_WALKS = 8;
const MOST_MARKS = 32;
/** More news than this, and a walk is forgotten. */
const MOST_NEWS = 1_000;

/** Remembers nothing yet. After a deletion and in another file everything is forgotten, for nothing is right then. */
export function farOffsets(): FarOffsets {
  const walks = new Map<string, Mark[]>();
  let state = "";

  const marksOf = (database: ChatDatabase, generation: number, request: PlacesRequest): Mark[] => {
    const now = `${generation} ${database.feed.lastDeleted()}`;
    if (now !== state) walks.clear();
    state = now;
    const name = nameOf(request);
    const marks = walks.get(name) ?? [];
    walks.delete(name);
    walks.set(name, marks);
    const [eldest] = walks.keys();
    if (walks.size > MOST_WALKS && eldest !== undefined) walks.delete(eldest);
    return marks;
  };
  const edge = (
    database: ChatDatabase,
    request: PlacesRequest,
    limit: number,
    newerThan = request.newerThan,
  ) => database.history.places({ ...request, newerThan, limit, offset: 0 }).places;

  return {
    shorten(database, generation, request) {
      if (!isFar(request, request.offset)) return request;
      for (const mark of marksOf(database, generation, request).toReversed()) {
        if (mark.offset > request.offset) continue;
        const news = edge(database, request, MOST_NEWS, mark.newest).length;
        if (news === MOST_NEWS) break;
        const left = request.offset - mark.offset - news;
        if (left >= 0) return { ...request, olderThan: mark.place, offset: left };
      }
      return request;
    },
    note(database, generation, request, offset, place) {
      if (!isFar(request, offset)) return;
      const [newest] = edge(database, request, 1);
      if (newest === undefined) return;
      const marks = marksOf(database, generation, request);
      marks.push({ offset, place, newest });
      marks.sort((a, b) => a.offset - b.offset);
      if (marks.length > MOST_MARKS) marks.shift();
    },
  };
}

/** Rare kinds are looked for in parts of the history, whose offsets mean something else. */
function isFar({ from, kinds }: PlacesRequest, offset: number): boolean {
  return offset >= FAR && from === "newest" && kinds.includes("message");
}

function nameOf({ chats, kinds, since, newerThan, olderThan, hidesAny }: PlacesRequest): string {
  const bounds = [newerThan, olderThan].map(({ date, rowId }) => `${date} ${rowId}`);
  return JSON.stringify([chats, kinds, since, hidesAny, ...bounds]);
}
