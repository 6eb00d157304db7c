import { z } from "zod";
import type { Change } from "../change.ts";
import type { MessageRow } from "../message-row.ts";
import { Mark } from "./mark.ts";

const Row = z.object({ rowId: z.int(), guid: z.string() });

/** What the feed must remember over a restart. It is handed in and given back; storage keeps it. */
export const FeedState = z.object({
  /** Every row up to this ROWID has been looked at. */
  cursor: z.int(),
  /** The guid there, to notice a database that is another one. */
  cursorGuid: z.string().nullable(),
  /** A few rows before it, for when that one was deleted. */
  anchors: z.array(Row).default([]),
  /** Which file it was. */
  file: z.object({ device: z.number(), inode: z.number() }),
  ...Mark.shape,
  /** Rows that wait, from when on (ms since 1970) and until when at most; `print` is what they looked like. */
  held: z.array(Row.extend({ since: z.int(), until: z.int(), print: z.string().default("") })),
  /** How much of what was deleted has been told; null until it has been looked at for the first time. */
  deletions: z
    .object({
      /** The last entry of `deleted_messages`. */
      entry: z.int(),
      /** Recently Deleted, as `Bin`. */
      count: z.int(),
      latest: z.int(),
      sum: z.int().default(0),
    })
    .nullable()
    .default(null),
  /** Every row has been looked at once since the first start: what is not remembered has not been there. */
  isSurveyed: z.boolean().default(false),
  /**
   * After a rebuild: of the rows up to this ROWID that are not later than `at`, some were told before. Which, their
   * guids say when they are still the same; otherwise all of them count as told.
   */
  rebuilt: z.object({ upTo: z.int(), at: z.int(), byGuid: z.boolean().default(false) }).nullable(),
});
export type FeedState = z.infer<typeof FeedState>;
export type HeldRow = FeedState["held"][number];

/** What a row would be told as: a change, nothing at all, or nothing yet since it belongs nowhere so far. */
export type Telling = Change | "unjoined" | null;

/** What to do with a row now: tell it (as late, or as failed), hold it until a moment (ms since 1970), or pass it over. */
export type Verdict =
  | { step: "tell"; isLate: boolean; failed: boolean }
  | { step: "pass over" }
  | { step: "hold"; until: number };

/** How long a row may wait for its body, its files, or its place in a conversation. */
const INCOMPLETE_MS = 1_000;
/** And one of our own for its conversation, without which it looks like one that was lost. */
const UNJOINED_MS = 10_000;
/** How long a row of our own is watched until Messages says whether it left. */
const UNDECIDED_MS = 24 * 60 * 60 * 1_000;

const PASS_OVER: Verdict = { step: "pass over" };

/**
 * Decides about one row that is no backfill. `telling` is what it would be told as, `since` when it was first seen;
 * dated before `late` (ms since 1970) it is told as late. What is incomplete waits, but not for long; nothing of our
 * own is called sent before Messages says so, and what Messages could not send is told as failed.
 */
export function judge(row: MessageRow, telling: Telling, since: number, now: number, late: number): Verdict {
  if (telling === null) return PASS_OVER;
  const isLate = row.at !== null && row.at < late;
  if (telling === "unjoined" || !isComplete(row, telling)) {
    const ms = isOwnUnjoined(row, telling) ? UNJOINED_MS : INCOMPLETE_MS;
    if (isWithin(ms, since, now)) return { step: "hold", until: since + ms };
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

function isOwnUnjoined(row: MessageRow, telling: Change | "unjoined"): boolean {
  if (row.is_from_me !== 1) return false;
  if (telling === "unjoined") return true;
  return telling.type === "message.sent" && telling.data.conversationIds.length === 0;
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
