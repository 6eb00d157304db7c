import { z } from "zod";
import type { Change } from "../change.ts";
import type { MessageRow } from "../message-row.ts";

/** What the feed must remember over a restart. It is handed in and given back; storage keeps it. */
export const FeedState = z.object({
  /** Every row up to this ROWID has been looked at. */
  cursor: z.int(),
  /** The guid there, to notice a database that is another one. */
  cursorGuid: z.string().nullable(),
  /** Which file it was. */
  file: z.object({ device: z.number(), inode: z.number() }),
  /** The latest date seen, in ms since 1970: what is much older than it is backfill. */
  highWater: z.int(),
  /** Rows that wait, from when on (ms since 1970) and until when at most. */
  held: z.array(z.object({ rowId: z.int(), guid: z.string(), since: z.int(), until: z.int() })),
  /** How much of what was deleted has been told; null until it has been looked at for the first time. */
  deletions: z
    .object({
      /** The last entry of `deleted_messages`. */
      entry: z.int(),
      /** What Recently Deleted held, and when the last one went there (ms since 1970). */
      count: z.int(),
      latest: z.int(),
    })
    .nullable()
    .default(null),
  /** After a rebuild: rows up to this ROWID that are not later than `at` were there before, and are no news. */
  rebuilt: z.object({ upTo: z.int(), at: z.int() }).nullable(),
});
export type FeedState = z.infer<typeof FeedState>;

/** What tells news from what was there before. */
export type Marks = Pick<FeedState, "highWater" | "rebuilt">;

/** What a row would be told as: a change, nothing at all, or nothing yet since it belongs nowhere so far. */
export type Telling = Change | "unjoined" | null;

/** What to do with a row now: tell it (as late, or as failed), hold it until a moment (ms since 1970), or pass it over. */
export type Verdict =
  | { step: "tell"; isLate: boolean; failed: boolean }
  | { step: "pass over" }
  | { step: "hold"; until: number };

/** How long a row may wait for its body, its files, or its place in a conversation. */
const INCOMPLETE_MS = 1_000;
/** How long a row of our own is watched until Messages says whether it left. */
const UNDECIDED_MS = 24 * 60 * 60 * 1_000;
/** A row this much older than the newest one came from iCloud, not from a person just now. */
const BACKFILL_MS = 24 * 60 * 60 * 1_000;
/** What is older than the newest by more than this, and no backfill, is told as late. */
const LATE_MS = 60 * 60 * 1_000;

const PASS_OVER: Verdict = { step: "pass over" };

/**
 * Decides about one row. `telling` is what it would be told as, `since` when it was first seen. Rows that are
 * told as nothing, and backfill, are passed over; what is incomplete waits, but not for long; nothing of our own
 * is called sent before Messages says so, and what Messages could not send is told as failed.
 */
export function judge(row: MessageRow, telling: Telling, since: number, now: number, marks: Marks): Verdict {
  if (telling === null || wasThereBefore(row, marks)) return PASS_OVER;
  const isLate = row.at !== null && row.at < marks.highWater - LATE_MS;
  if (telling === "unjoined" || !isComplete(row, telling)) {
    if (isWithin(INCOMPLETE_MS, since, now)) return { step: "hold", until: since + INCOMPLETE_MS };
    if (telling === "unjoined") return PASS_OVER;
    if (isLostSend(row, telling)) return { step: "tell", isLate, failed: true };
  }
  if (telling.type === "message.sent") {
    if (row.error !== 0) return { step: "tell", isLate, failed: true };
    if (!isDecided(row)) {
      // A scheduled message leaves at its date, which may be days ahead.
      const until = Math.max(since, row.at ?? since) + UNDECIDED_MS;
      return now >= since && now < until ? { step: "hold", until } : PASS_OVER;
    }
  }
  return { step: "tell", isLate, failed: false };
}

/** Whether Messages has said what became of a row of our own. */
export function isDecided(row: MessageRow): boolean {
  return row.error !== 0 || row.is_sent === 1 || row.is_delivered === 1;
}

/** The row that macOS 26 leaves after a group send that failed: ours, empty, and in no conversation. */
export function isLostSend(row: MessageRow, change: Change): boolean {
  return change.type === "message.sent" && change.data.conversationIds.length === 0 && isEmpty(row, change);
}

function wasThereBefore(row: MessageRow, { highWater, rebuilt }: Marks): boolean {
  if (row.at === null) return false;
  if (rebuilt !== null && row.row_id <= rebuilt.upTo && row.at <= rebuilt.at) return true;
  return row.at < highWater - BACKFILL_MS;
}

/** A row may be there before its body, before its files, and before it is joined to its conversation. */
function isComplete(row: MessageRow, change: Change): boolean {
  if (change.type === "conversation.updated") return true;
  if (change.data.conversationIds.length === 0) return false;
  if (!("attachments" in change.data)) return true;
  const lacksFiles = row.has_attachments === 1 && change.data.attachments.length === 0;
  return !lacksFiles && !isEmpty(row, change);
}

function isEmpty(row: MessageRow, change: Change): boolean {
  if (!("body" in change.data)) return false;
  // One that was unsent has nothing left, and nothing more will come.
  if (change.data.isUnsent) return false;
  return change.data.body === null && row.has_attachments === 0 && row.balloon === null;
}

/** A clock that was set back must not make anybody wait: then no time is within. */
function isWithin(ms: number, since: number, now: number): boolean {
  return now >= since && now - since < ms;
}
