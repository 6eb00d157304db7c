import type { Store } from "../message-store.ts";

/** Messages' numbers of the tapbacks that are there; those that take one back are 1,000 higher. */
const KINDS: Readonly<Record<number, string>> = {
  2000: "love",
  2001: "like",
  2002: "dislike",
  2003: "laugh",
  2004: "emphasize",
  2005: "question",
};

/** The owner's tapbacks that stand on a message, by name. */
export function reactionsOn({ database }: Store, guid: string): string[] {
  const types = database
    .prepare<[string], number>(
      `SELECT associated_message_type FROM message
       WHERE is_from_me = 1 AND associated_message_guid LIKE '%' || ? ORDER BY ROWID`,
    )
    .pluck()
    .all(guid);
  return types.flatMap((type) => KINDS[type] ?? []);
}
