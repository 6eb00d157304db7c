import { dirname, join } from "node:path";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { openConvertedFiles } from "../messages-app/converted-files.ts";
import { APPLE_TOOLS, toolConverter } from "../messages-app/converter.ts";
import type { Processes } from "../ports/processes.ts";
import { asking } from "./asking.ts";
import { type Attachments, openAttachments } from "./attachments.ts";
import { type Conversations, openConversations } from "./conversations.ts";
import { type Lines, openLines } from "./lines.ts";
import { type Messages, openMessages } from "./messages.ts";
import { sentHere } from "./sent-here.ts";

/** What can be read of Messages, as a caller sees it. */
export interface Reading {
  messages: Messages;
  conversations: Conversations;
  lines: Lines;
  attachments: Attachments;
  /** Lets conversions that are under way end. */
  close(): Promise<void>;
}

/**
 * Reads `chatDb`; what is converted for callers is kept in the data folder. `itemOf` says as which outbox item a
 * message was sent.
 */
export function openReading(options: {
  chatDb: ChatDb;
  dataFolder: string;
  processes: Processes;
  itemOf(guid: string): string | null;
}): Reading {
  const { chatDb, dataFolder, processes } = options;
  const named = sentHere(options.itemOf);
  const converted = openConvertedFiles({
    folder: join(dataFolder, "files", "converted"),
    converter: toolConverter({ tools: APPLE_TOOLS, processes }),
  });
  return {
    messages: openMessages(chatDb, named),
    conversations: openConversations(chatDb, named),
    lines: openLines(chatDb),
    attachments: openAttachments({
      row: (guid) => asking(chatDb, ({ content }) => content.attachmentByGuid(guid)),
      folder: dirname(chatDb.path),
      apart: [dataFolder],
      converted,
    }),
    close: () => converted.close(),
  };
}
