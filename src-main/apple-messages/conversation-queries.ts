import type { Database } from "better-sqlite3";

/** A row of `chat`. */
export interface ChatRow {
  row_id: number;
  guid: string;
  identifier: string | null;
  display_name: string | null;
  style: number | null;
}

/** Everything that is asked about conversations. */
export interface ConversationQueries {
  /** Chats with the most recent activity first. */
  page(limit: number, offset: number): ChatRow[];
  byGuid(guid: string): ChatRow | null;
  /** Chats whose guid ends in `SEPARATOR;IDENTIFIER`, whatever its service, the most recent first. */
  byIdentifier(identifier: string): ChatRow[];
  participants(chatRowId: number): string[];
}

/** Prepares the questions about conversations. */
export function prepareConversationQueries(database: Database): ConversationQueries {
  const row =
    "c.ROWID AS row_id, c.guid, c.chat_identifier AS identifier, NULLIF(c.display_name, '') AS display_name, c.style";
  const latest = `(SELECT j.message_date FROM chat_message_join j WHERE j.chat_id = c.ROWID
    ORDER BY j.message_date DESC LIMIT 1)`;
  const page = database.prepare<[number, number], ChatRow>(
    `SELECT ${row} FROM chat c ORDER BY ${latest} DESC NULLS LAST, c.ROWID DESC LIMIT ? OFFSET ?`,
  );
  const byGuid = database.prepare<[string], ChatRow>(`SELECT ${row} FROM chat c WHERE c.guid = ?`);
  const byIdentifier = database.prepare<[string], ChatRow>(
    `SELECT ${row} FROM chat c WHERE c.chat_identifier = ? ORDER BY ${latest} DESC NULLS LAST, c.ROWID DESC`,
  );
  const participants = database
    .prepare<[number], string>(
      "SELECT h.id FROM chat_handle_join j JOIN handle h ON h.ROWID = j.handle_id WHERE j.chat_id = ? ORDER BY h.ROWID",
    )
    .pluck();
  return {
    page: (limit, offset) => page.all(limit, offset),
    byGuid: (guid) => byGuid.get(guid) ?? null,
    byIdentifier: (identifier) => byIdentifier.all(identifier),
    participants: (chatRowId) => participants.all(chatRowId),
  };
}
