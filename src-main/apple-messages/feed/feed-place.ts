import type { ChatDatabase } from "../connection.ts";
import { sameFile } from "../connection.ts";
import type { FeedState } from "./feed-state.ts";

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
    file: database.file,
    highWater: database.feed.latestDate(now) ?? now,
    held: [],
    deletions: null,
    rebuilt: null,
  };
}

/**
 * The place in the database as it is now, which may be another one (restored, rebuilt, replaced). Then it is
 * found by date: rows dated after all that was seen are news, whatever their number; what waited still waits.
 */
export function placeIn(database: ChatDatabase, state: FeedState, now: number): FeedState {
  const { messages, feed, file } = database;
  const guid = state.cursor === 0 ? null : feed.guidAt(state.cursor);
  const isSameFile = sameFile(file, state.file);
  if (guid === state.cursorGuid && (guid !== null || isSameFile)) {
    return isSameFile ? state : { ...state, file };
  }
  // The row there was deleted: ROWIDs are never given twice, so what comes is still beyond it.
  if (guid === null && isSameFile && feed.lastGiven() >= state.cursor) return state;
  const cursor = feed.rowIdBefore(Math.min(state.highWater, now), now);
  return {
    cursor,
    cursorGuid: cursor === 0 ? null : feed.guidAt(cursor),
    file,
    highWater: state.highWater,
    // Another database counts its deletions anew.
    deletions: null,
    held: state.held.flatMap((one) => {
      const row = messages.byGuid(one.guid);
      return row ? [{ ...one, rowId: row.row_id }] : [];
    }),
    rebuilt: { upTo: feed.newest()?.row_id ?? 0, at: state.highWater },
  };
}
