import type { Database } from "better-sqlite3";
import { TEXT } from "./columns.ts";

/** What is asked about single chats as they stand in chat.db; the directory has everything else. */
export interface ConversationQueries {
  byGuid(guid: string): { row_id: number; guid: string } | null;
}

/** Prepares the questions about single chats. */
export function prepareConversationQueries(database: Database): ConversationQueries {
  const byGuid = database.prepare<[string], { row_id: number; guid: string }>(
    `SELECT ROWID AS row_id, guid FROM chat WHERE guid = ${TEXT}`,
  );
  return { byGuid: (guid) => byGuid.get(guid) ?? null };
}
