import type { Poll } from "../../../src-shared/domain/app-content.ts";
import type { MessageKind } from "../../../src-shared/domain/message.ts";
import type { ContentQueries } from "../content-queries.ts";
import type { MessageRow } from "../message-row.ts";
import { kindOf } from "./kind.ts";
import { type PollAnswer, pollAsItStands, readPollItem } from "./poll.ts";
import { senderOf } from "./sender.ts";

/**
 * The poll that a row is about: of a poll itself as it stands after every vote and update, of a vote or an
 * update only what that row says. Null for every other row, and where the payload is damaged.
 */
export function pollOf(
  row: MessageRow,
  kind: MessageKind,
  content: Pick<ContentQueries, "aboutMessage">,
): Poll | null {
  if (kind === "poll_vote" || kind === "poll_update") {
    const answer = answerOf(row);
    return answer && pollAsItStands({ title: null, options: [], chosen: [] }, [answer]);
  }
  if (kind !== "poll") return null;
  const item = readPollItem(row.payload);
  if (item === null) return null;
  return pollAsItStands(
    item,
    content.aboutMessage(row.guid).flatMap((about) => answerOf(about) ?? []),
  );
}

function answerOf(row: MessageRow): PollAnswer | null {
  const kind = kindOf(row);
  if (kind !== "poll_vote" && kind !== "poll_update") return null;
  const item = readPollItem(row.payload);
  return item && { kind, item, sender: senderOf(row), isFromMe: row.is_from_me === 1 };
}
