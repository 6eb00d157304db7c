import type { Database } from "better-sqlite3";
import type { ReactionKind } from "../../src-shared/domain/reaction.ts";
import { reactionOf } from "./association.ts";
import { columnOr, NUMBER, probeColumns, TEXT } from "./columns.ts";

/** What is asked before something is done in Messages, and after it. */
export interface ActionQueries {
  /** The tapback that this Mac's owner has on this part of the message with this guid; null for none. */
  ownTapback(guid: string, part: number): ReactionKind | null;
  /** ROWID of the newest message in these chats that came in and has not been read; null when all have been. */
  newestUnread(chatRowIds: readonly number[]): number | null;
  isUnread(rowId: number): boolean;
}

/** Somebody may have changed their mind a hundred times; the newest few rows say what stands. */
const MOST_TAPBACKS = 20;

/** Prepares the questions. Source of the columns: macOS 12 to 27. */
export function prepareActionQueries(database: Database): ActionQueries {
  const columns = probeColumns(database, "message");
  const or = (name: string, fallback: string): string => columnOr(columns, "m", name, fallback);
  const tapbacks = database
    .prepare<[string, string, string, string], number>(
      `SELECT m.associated_message_type FROM message m
       WHERE m.associated_message_guid IN (${TEXT}, ${TEXT}, ${TEXT}, ${TEXT}) AND ${or("is_from_me", "0")} = 1
         AND m.associated_message_type BETWEEN 2000 AND 3999
       ORDER BY m.date DESC, m.ROWID DESC LIMIT ${MOST_TAPBACKS}`,
    )
    .pluck();
  // As the index wants it: bare columns. Tapbacks of others and what happens around the messages stay unread for ever.
  const isUnread = `${or("is_read", "1")} = 0 AND ${or("is_from_me", "1")} = 0 AND ${or("item_type", "0")} = 0
    AND COALESCE(${or("associated_message_type", "0")}, 0) NOT BETWEEN 2000 AND 4999`;
  const newestUnread = database
    .prepare<[string], number>(
      `SELECT m.ROWID FROM message m WHERE ${isUnread} AND EXISTS (
         SELECT 1 FROM chat_message_join j
         WHERE j.message_id = m.ROWID AND j.chat_id IN (SELECT value FROM json_each(${TEXT})))
       ORDER BY m.date DESC, m.ROWID DESC LIMIT 1`,
    )
    .pluck();
  const unread = database
    .prepare<[number], number>(`SELECT 1 FROM message m WHERE m.ROWID = ${NUMBER} AND ${isUnread}`)
    .pluck();

  return {
    ownTapback(guid, part) {
      const removed = new Set<ReactionKind>();
      for (const type of tapbacks.all(`p:${part}/${guid}`, `bp:${guid}`, guid, `p:-1/${guid}`)) {
        const reaction = reactionOf(type);
        if (reaction === null) continue;
        // A person has one at a time: what stood before the newest counts no more, even where its row is left.
        if (!reaction.removed) return removed.has(reaction.kind) ? null : reaction.kind;
        removed.add(reaction.kind);
      }
      return null;
    },
    newestUnread: (chatRowIds) => newestUnread.get(JSON.stringify(chatRowIds)) ?? null,
    isUnread: (rowId) => unread.get(rowId) !== undefined,
  };
}
