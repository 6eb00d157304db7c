import type { ChatDb } from "../../apple-messages/chat-db.ts";
import type { ChatDatabase } from "../../apple-messages/connection.ts";
import { isDecided } from "../../apple-messages/feed/feed-state.ts";
import type { OutgoingRow } from "../../apple-messages/feed/news.ts";
import type { MessageRow } from "../../apple-messages/message-row.ts";
import { isSqliteError } from "../../apple-messages/reading-failure.ts";
import { toMessage } from "../../apple-messages/row-to-domain.ts";
import type { OutboxStore, Place } from "./outbox-store.ts";

/** Rows beyond a part's beginning that are looked at, and what they may hold together, in bytes. */
const ROWS = 200;
const BYTES = 512 * 1_024;

/**
 * The rows of our own that came after these parts were given to Messages and that no part has claimed, as they stand in
 * chat.db now: also those that the feed passed over, since they were joined to their conversation late. Throws what
 * reading throws.
 */
export function unclaimedRows(
  { store, chatDb }: { store: Pick<OutboxStore, "get" | "claimedBy">; chatDb: Pick<ChatDb, "read"> },
  places: readonly Place[],
): OutgoingRow[] {
  const begins = places.flatMap(
    ({ itemId, position }) => store.get(itemId)?.parts[position]?.afterRowId ?? [],
  );
  if (begins.length === 0) return [];
  return chatDb.read((database) => {
    const rows = new Map<number, MessageRow>();
    for (const begin of new Set(begins)) {
      for (const row of database.feed.after(begin, ROWS, BYTES).rows) rows.set(row.row_id, row);
    }
    const own = [...rows.values()].filter(
      (row) => row.is_from_me === 1 && store.claimedBy(row.guid) === null,
    );
    return own.sort((a, b) => a.row_id - b.row_id).flatMap((row) => outgoingRow(row, database));
  });
}

/** One row that cannot be understood must not keep the others from being found. */
function outgoingRow(row: MessageRow, database: ChatDatabase): OutgoingRow[] {
  try {
    return [{ message: toMessage(row, database), settled: isDecided(row), lost: false }];
  } catch (thrown) {
    if (isSqliteError(thrown)) throw thrown;
    return [];
  }
}
