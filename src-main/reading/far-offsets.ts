import type { ChatDatabase } from "../apple-messages/connection.ts";
import { comparePlaces, type Place } from "../apple-messages/history/cursor.ts";
import type { Extent } from "../apple-messages/history/growth.ts";
import type { PlacesRequest } from "../apple-messages/history/history.ts";

/** Where pages that were far down began, so that whoever pages on by offset need not have all of it counted again. */
export interface FarOffsets {
  /** The same request from a nearer place, where one is remembered. */
  shorten(database: ChatDatabase, generation: number, request: PlacesRequest): Shortened;
  /** Remembers that what comes after `place` began at `offset`. */
  note(
    database: ChatDatabase,
    generation: number,
    request: PlacesRequest,
    mark: { offset: number; place: Place; isRough: boolean },
  ): void;
}

export interface Shortened {
  request: PlacesRequest;
  /** The place was counted before the history changed amidst: right for whoever goes on from there, and near. */
  isRough: boolean;
}

interface Mark {
  offset: number;
  place: Place;
  /** The newest row then, of whatever kind: what is newer now has moved everything down. */
  newest: Place;
  isRough: boolean;
}

/** When changes were last looked for. */
interface Seen {
  generation: number;
  version: number;
  lastDeleted: number;
  extent: Extent;
}

/** So many are counted for one request; further down only a mark leads, be it a rough one. */
export const MOST_COUNTED = 10_000;
/** Nearer than this counting is as good. */
export const FAR = 1_000;
const MOST_WALKS = 16;
const MOST_MARKS = 256;
/** More news than this, and a mark is of no use. */
const MOST_NEWS = 1_000;

/**
 * Remembers nothing yet. In another file everything is forgotten. Once something was deleted, or came that is not
 * the newest, no mark is right any more: then it serves only where nobody can count.
 */
export function farOffsets(): FarOffsets {
  const walks = new Map<string, Mark[]>();
  let seen: Seen | null = null;

  const lookForChanges = (database: ChatDatabase, generation: number): void => {
    const now = { generation, version: database.dataVersion(), lastDeleted: database.feed.lastDeleted() };
    if (seen?.generation === generation && seen.version === now.version) return;
    if (seen?.generation !== generation) walks.clear();
    if (seen === null || walks.size === 0) {
      seen = { ...now, extent: database.history.extent() };
      return;
    }
    const { extent, oldestNews, ...grown } = database.history.grownSince(seen.extent);
    const hasLost = grown.hasLost || seen.lastDeleted !== now.lastDeleted;
    for (const mark of [...walks.values()].flat()) {
      if (hasLost || (oldestNews !== null && oldestNews <= mark.newest.date)) mark.isRough = true;
    }
    seen = { ...now, extent };
  };

  const walkOf = (request: PlacesRequest): Mark[] => {
    const name = nameOf(request);
    const marks = walks.get(name) ?? [];
    walks.delete(name);
    walks.set(name, marks);
    const [eldest] = walks.keys();
    if (walks.size > MOST_WALKS && eldest !== undefined) walks.delete(eldest);
    return marks;
  };

  const from = (database: ChatDatabase, request: PlacesRequest, marks: readonly Mark[]): Shortened | null => {
    for (const mark of marks.toReversed()) {
      if (mark.offset > request.offset) continue;
      const since = { ...request, newerThan: mark.newest, limit: MOST_NEWS, offset: 0 };
      const { places, stoppedAt } = database.history.places(since);
      if (places.length === MOST_NEWS || stoppedAt !== null) return null;
      const offset = request.offset - mark.offset - places.length;
      if (offset >= 0) {
        return { request: { ...request, olderThan: mark.place, offset }, isRough: mark.isRough };
      }
    }
    return null;
  };

  return {
    shorten(database, generation, request) {
      const whole = { request, isRough: false };
      if (request.offset === 0 || walks.size === 0) return whole;
      lookForChanges(database, generation);
      const marks = walks.get(nameOf(request));
      if (marks === undefined) return whole;
      const exact =
        from(
          database,
          request,
          marks.filter(({ isRough }) => !isRough),
        ) ?? whole;
      if (exact.request.offset <= MOST_COUNTED) return exact;
      const rough = from(database, request, marks);
      return rough !== null && rough.request.offset <= MOST_COUNTED ? rough : whole;
    },
    note(database, generation, request, { offset, place, isRough }) {
      lookForChanges(database, generation);
      const newest = database.history.newest(request);
      if (newest === null) return;
      const marks = walkOf(request);
      marks.push({ offset, place, newest, isRough });
      marks.sort((a, b) => a.offset - b.offset || comparePlaces(b.place, a.place));
      if (marks.length > MOST_MARKS) marks.splice(leastNeeded(marks), 1);
    },
  };
}

/** The one between two others that are close together; never the first nor the last. */
function leastNeeded(marks: readonly Mark[]): number {
  let found = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 1; at < marks.length - 1; at += 1) {
    const gap = (marks[at + 1]?.offset ?? 0) - (marks[at - 1]?.offset ?? 0);
    if (gap < least) [found, least] = [at, gap];
  }
  return found;
}

function nameOf({ chats, kinds, since, newerThan, olderThan, hidden, from }: PlacesRequest): string {
  const bounds = [newerThan, olderThan].map(({ date, rowId }) => `${date} ${rowId}`);
  return JSON.stringify([chats, kinds, since, hidden, from, ...bounds]);
}
