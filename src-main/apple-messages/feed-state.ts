import { z } from "zod";
import type { MessageRow } from "./message-queries.ts";
import { bodyOf } from "./row-to-domain.ts";

/** What the feed must remember over a restart. It is handed in and given back; storage keeps it. */
export const FeedState = z.object({
  /** Every row up to this ROWID has been looked at. */
  cursor: z.int(),
  /** The guid there, to notice a database that is another one. */
  cursorGuid: z.string().nullable(),
  /** The latest date seen, in ms since 1970: what is much older than it is backfill. */
  highWater: z.int(),
  /** Rows that are not complete yet, with the moment they were first seen. */
  held: z.array(z.object({ rowId: z.int(), since: z.int() })),
});
export type FeedState = z.infer<typeof FeedState>;

/** What to do with a row now. */
export type Verdict = "emit" | "hold" | "pass over";

/** How long a row may wait for its body or for its place in a conversation. */
const INCOMPLETE_MS = 1_000;
/** How long a row of our own may wait until Messages says whether it left. */
const UNDECIDED_MS = 3_000;
/** A row this much older than the newest one came from iCloud, not from a person just now. */
const BACKFILL_MS = 24 * 60 * 60 * 1_000;

/**
 * Decides about one row: emit it, hold it until it is complete, or pass it over (backfill; and the empty,
 * unjoined row that macOS 26 leaves after a group send that failed).
 */
export function judge(
  row: MessageRow,
  inChats: number,
  since: number,
  now: number,
  highWater: number,
): Verdict {
  const waited = now - since;
  const empty = isEmpty(row);
  if (inChats === 0 || empty) {
    if (waited < INCOMPLETE_MS) return "hold";
    if (inChats === 0 && empty && row.is_from_me === 1) return "pass over";
  }
  if (row.is_from_me === 1) {
    if (row.error !== 0) return "pass over";
    if (row.is_sent === 0 && row.associated_type === 0 && waited < UNDECIDED_MS) return "hold";
  }
  if (row.at !== null && row.at < highWater - BACKFILL_MS) return "pass over";
  return "emit";
}

function isEmpty(row: MessageRow): boolean {
  return (
    row.item_type === 0 &&
    row.associated_type === 0 &&
    row.has_attachments === 0 &&
    row.balloon === null &&
    bodyOf(row) === null
  );
}
