import type { Message } from "../../../src-shared/domain/message.ts";
import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import { type DamagedPart, damagedParts } from "../content/damage.ts";
import type { MessageRow } from "../message-row.ts";
import { isSqliteError } from "../reading-failure.ts";
import { type FeedState, isDecided, isLostSend, judge, type Telling } from "./feed-state.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { tellingOf } from "./side-rows.ts";

/** A row of our own as it stands: what a send is confirmed by. */
export interface OutgoingRow {
  message: Message;
  /** Whether Messages has decided: sent, or failed with `message.errorCode`. */
  settled: boolean;
  /** Whether it is the empty row in no conversation that macOS 26 leaves after a group send that failed. */
  lost: boolean;
}

/** What is worth a line in the log. */
export interface FeedNotes {
  complain(thrown: unknown): void;
  /** Any correspondent can send something damaged: it is told without what cannot be read. */
  damaged(rowId: number, parts: readonly DamagedPart[]): void;
}

/** What new rows, and rows that have waited, come to. */
export interface News {
  changes: Change[];
  outgoing: OutgoingRow[];
  /** What has been told of these rows, or will never be. */
  told: Fingerprint[];
  held: FeedState["held"];
  /** The latest date seen, in ms since 1970. */
  highWater: number;
  /** The last of the new rows; null when there was none. */
  last: MessageRow | null;
  /** There may be further ones. */
  more: boolean;
}

/** Rows in one transaction: enough to be fast, few enough that the event loop stays free. */
const SLICE_ROWS = 50;
/** And no more than this much content beyond the first row. */
const SLICE_BYTES = 512 * 1024;

/** Looks at what has waited and at the next slice of rows beyond `place`. */
export function takeNews(database: ChatDatabase, place: FeedState, now: number, notes: FeedNotes): News {
  const { feed, messages } = database;
  const { rows, more } = feed.after(place.cursor, SLICE_ROWS, SLICE_BYTES);
  const news: Omit<News, "last" | "more"> = {
    changes: [],
    outgoing: [],
    told: [],
    held: [],
    // A clock that was ahead must not make everything that follows look old.
    highWater: Math.min(place.highWater, now),
  };
  const consider = (row: MessageRow, since: number, fingerprint: Fingerprint | undefined): void => {
    const telling = understand(row, database, notes);
    const verdict = judge(row, telling, since, now, { highWater: news.highWater, rebuilt: place.rebuilt });
    if (telling !== null && telling !== "unjoined" && telling.type === "message.sent") {
      const lost = verdict.step !== "hold" && isLostSend(row, telling);
      news.outgoing.push({ message: telling.data, settled: isDecided(row), lost });
    }
    if (verdict.step === "hold") {
      news.held.push({ rowId: row.row_id, guid: row.guid, since, until: verdict.until });
    } else if (fingerprint) news.told.push(fingerprint);
    if (verdict.step === "tell" && telling !== null && telling !== "unjoined") {
      news.changes.push(...firstTold(row, telling, verdict));
    }
    // A scheduled message is dated in the future and must not make everything else look old.
    if (row.at !== null && row.at <= now) news.highWater = Math.max(news.highWater, row.at);
  };

  for (const { rowId, guid, since } of place.held) {
    const row = messages.byRowId(rowId);
    // A clock that was set back begins its wait anew.
    if (row?.guid === guid) consider(row, Math.min(since, now), feed.fingerprints(rowId, rowId)[0]);
  }
  const first = rows[0]?.row_id ?? 0;
  const last = rows.at(-1)?.row_id ?? -1;
  const fingerprints = new Map(feed.fingerprints(first, last).map((one) => [one.rowId, one]));
  for (const row of rows) consider(row, now, fingerprints.get(row.row_id));
  return { ...news, last: rows.at(-1) ?? null, more };
}

/** One row that cannot be understood must not stop those behind it. */
function understand(row: MessageRow, database: ChatDatabase, { complain, damaged }: FeedNotes): Telling {
  try {
    const parts = damagedParts(row);
    if (parts.length > 0) damaged(row.row_id, parts);
    return tellingOf(row, database);
  } catch (thrown) {
    if (isSqliteError(thrown)) throw thrown;
    complain(thrown);
    return null;
  }
}

/** What of our own has arrived or been read before it was first seen is told of as well: somebody may wait for it. */
function firstTold(
  row: MessageRow,
  change: Change,
  { isLate, failed }: { isLate: boolean; failed: boolean },
): Change[] {
  if (change.type !== "message.sent" && change.type !== "message.received") return [change];
  const data: Message = isLate ? { ...change.data, isLate } : change.data;
  if (failed) return [{ type: "message.failed", data: { ...data, status: "failed" } }];
  const told: Change[] = [{ type: change.type, data }];
  if (change.type === "message.sent" && row.is_delivered === 1)
    told.push({ type: "message.delivered", data });
  if (change.type === "message.sent" && row.read_at !== null) told.push({ type: "message.read", data });
  return told;
}
