import type { Message } from "../../src-shared/domain/message.ts";
import type { ChatDatabase } from "./connection.ts";
import type { MessageRow } from "./message-row.ts";
import { toMessage } from "./row-to-domain.ts";

/** So many files are looked for on the disk, one by one; of all further ones what Messages says is believed. */
const MOST_LOOKED_FOR = 1_000;

/** Many rows as the messages they are, in the same order: where they lie is asked once for all of them. */
export function toMessages(rows: readonly MessageRow[], database: ChatDatabase): Message[] {
  const { content, directory, messages, rowIdOf } = database;
  const chats = messages.chatsOf(rows.map((row) => row.row_id));
  const place: typeof content.place = (rowId) => {
    const joined = chats.get(rowId);
    // What is in no chat may have been deleted.
    return joined === undefined ? content.place(rowId) : { chats: joined, deletedAt: null };
  };
  const context = { content: { ...content, place }, directory, rowIdOf };
  const believing = { ...context, files: () => true };
  let lookedFor = 0;
  return rows.map((row) => {
    const message = toMessage(row, lookedFor < MOST_LOOKED_FOR ? context : believing);
    lookedFor += message.attachments.length;
    return message;
  });
}
