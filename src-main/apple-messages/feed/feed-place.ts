import { type ChatDatabase, sameFile } from "../connection.ts";
import type { FeedState } from "./feed-state.ts";
import { limitsOf } from "./mark.ts";

/**
 * The place of a first start: after everything that is there, so that nothing old becomes news. The mark is
 * the newest date and not that of the newest row, which may be backfill; where there is none it is now, or an
 * empty database that fills from iCloud would be all news.
 */
export function firstPlace(database: ChatDatabase, now: number): FeedState {
  const newest = database.feed.newest();
  return {
    cursor: newest?.row_id ?? 0,
    cursorGuid: newest?.guid ?? null,
    anchors: [],
    file: database.file,
    highWater: database.feed.latestDate(now) ?? now,
    ahead: null,
    beyondSince: null,
    held: [],
    deletions: null,
    isSurveyed: false,
    rebuilt: null,
  };
}

/**
 * The place in the database as it is now, which may be another one (restored, rebuilt, replaced). Then everything
 * that is no backfill is looked at again, and what was told before is known by its guid; what waited still waits.
 */
export function placeIn(database: ChatDatabase, state: FeedState, now: number): FeedState {
  const { messages, feed, file } = database;
  if (isSameDatabase(database, state)) return sameFile(file, state.file) ? state : { ...state, file };
  const cursor = feed.rowIdBefore(limitsOf(state, now).backfill, now);
  return {
    ...state,
    cursor,
    cursorGuid: cursor === 0 ? null : feed.guidAt(cursor),
    anchors: [],
    file,
    // Another database counts its deletions anew.
    deletions: null,
    held: state.held.flatMap((one) => {
      const row = messages.byGuid(one.guid);
      return row ? [{ ...one, rowId: row.row_id }] : [];
    }),
    rebuilt: {
      upTo: feed.newest()?.row_id ?? 0,
      at: Math.max(state.highWater, state.ahead?.at ?? 0),
      byGuid: false,
    },
  };
}

function isSameDatabase({ feed, file }: ChatDatabase, state: FeedState): boolean {
  const isSameFile = sameFile(file, state.file);
  // Of a database that was rebuilt, one row may lie where it was by chance; those before it then do not.
  const isElsewhere = state.anchors.some(({ rowId, guid }) => (feed.guidAt(rowId) ?? guid) !== guid);
  if (!isSameFile && isElsewhere) return false;
  const guid = state.cursor === 0 ? null : feed.guidAt(state.cursor);
  if (guid === state.cursorGuid && (guid !== null || isSameFile)) return true;
  // The row there was deleted: ROWIDs are never given twice, so what comes is still beyond it.
  if (guid !== null || feed.lastGiven() < state.cursor) return false;
  return isSameFile || state.anchors.some((anchor) => feed.guidAt(anchor.rowId) === anchor.guid);
}
