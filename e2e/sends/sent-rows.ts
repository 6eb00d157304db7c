import Sqlite from "better-sqlite3";
import { textOfOwnBody } from "../../src-main/simulator/message-body.ts";

/** A message of this Mac's own as it stands in chat.db: the truth. */
export interface SentRow {
  id: number;
  guid: string;
  /** The identifier of its conversation; null for a row in none. */
  chat: string | null;
  text: string;
  isSent: boolean;
  isDelivered: boolean;
  isRead: boolean;
  error: number;
}

interface Row {
  id: number;
  guid: string;
  chat: string | null;
  text: string | null;
  body: Uint8Array | null;
  sent: number;
  delivered: number;
  read: number;
  error: number;
}

/** How many messages of this Mac's own there are beyond a ROWID. */
export function countSentRows(path: string, afterId: number): number {
  const database = new Sqlite(path, { readonly: true });
  try {
    const count = database.prepare<[number], number>(
      "SELECT COUNT(*) FROM message WHERE ROWID > ? AND is_from_me = 1 AND associated_message_type = 0",
    );
    return count.pluck().get(afterId) ?? 0;
  } finally {
    database.close();
  }
}

/** Reads all of them beyond a ROWID, in their order, by a connection of its own. */
export function readSentRows(path: string, afterId: number): SentRow[] {
  const database = new Sqlite(path, { readonly: true });
  try {
    const rows = database
      .prepare<[number], Row>(
        `SELECT m.ROWID AS id, m.guid, c.chat_identifier AS chat, m.text, m.attributedBody AS body,
           m.is_sent AS sent, m.is_delivered AS delivered, m.date_read > 0 AS read, m.error
         FROM message m
         LEFT JOIN chat_message_join j ON j.message_id = m.ROWID LEFT JOIN chat c ON c.ROWID = j.chat_id
         WHERE m.ROWID > ? AND m.is_from_me = 1 AND m.associated_message_type = 0 AND m.item_type = 0
         ORDER BY m.ROWID`,
      )
      .all(afterId);
    return rows.map(({ id, guid, chat, text, body, sent, delivered, read, error }) => ({
      id,
      guid,
      chat,
      text: textOfOwnBody(body) ?? text ?? "",
      isSent: sent === 1,
      isDelivered: delivered === 1,
      isRead: read === 1,
      error,
    }));
  } finally {
    database.close();
  }
}
