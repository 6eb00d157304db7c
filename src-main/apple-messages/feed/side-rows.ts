import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import { kindOf } from "../content/kind.ts";
import { toConversations } from "../conversation.ts";
import type { MessageRow } from "../message-row.ts";
import { toChange, toGroupChange, toMessage } from "../row-to-domain.ts";
import type { Telling } from "./feed-state.ts";

/**
 * What a row is told as. A message or a reaction is told as itself; a group change as the conversation it
 * changed; a vote and a poll's new option as the poll that has them now.
 */
export function tellingOf(row: MessageRow, database: ChatDatabase): Telling {
  return toChange(row, database) ?? groupUpdate(row, database) ?? pollUpdate(row, database);
}

function groupUpdate(row: MessageRow, database: ChatDatabase): Telling {
  const group = toGroupChange(row, database);
  if (group === null) return null;
  const chat = database.content.chatRowIds(row.row_id)[0];
  if (chat === undefined) return "unjoined";
  database.directory.refresh();
  const entry = database.directory.ofChat(chat);
  const [conversation] = entry === null ? [] : toConversations(database, [entry]);
  if (!conversation) return null;
  return { type: "conversation.updated", data: { conversation, ...group }, version: row.guid };
}

function pollUpdate(row: MessageRow, database: ChatDatabase): Change | null {
  const kind = kindOf(row);
  if (kind !== "poll_vote" && kind !== "poll_update") return null;
  const { target } = toMessage(row, database);
  const poll = target === null ? null : database.messages.byGuid(target.guid);
  if (poll === null) return null;
  return { type: "message.updated", data: toMessage(poll, database), version: row.guid };
}
