import { onTestFinished } from "vitest";
import type { Message } from "../../../../src-shared/domain/message.ts";
import { type SimulatedMessages, simulatedMessages } from "../../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../../testing/temporary-folder.ts";
import type { Change } from "../../change.ts";
import { type ChatDatabase, openChatDatabase } from "../../connection.ts";
import type { MessageRow } from "../../message-row.ts";
import { toChange, toMessage } from "../../row-to-domain.ts";

/** A simulated chat.db, and a reader of it. */
export interface ReadMessages {
  messages: SimulatedMessages;
  database: ChatDatabase;
  row(id: number): MessageRow;
  message(id: number): Message;
  change(id: number): Change | null;
}

/** Simulated Messages of a macOS (default 26), read through a connection of the reader's own. */
export function readMessages(options: Parameters<typeof simulatedMessages>[1] = {}): ReadMessages {
  const messages = simulatedMessages(temporaryFolder(), options);
  const database = openChatDatabase(messages.path);
  onTestFinished(() => database.close());
  const row = (id: number): MessageRow => {
    const found = database.messages.byRowId(id);
    if (found === null) throw new Error(`there is no row ${id}`);
    return found;
  };
  return {
    messages,
    database,
    row,
    message: (id) => toMessage(row(id), database),
    change: (id) => toChange(row(id), database),
  };
}
