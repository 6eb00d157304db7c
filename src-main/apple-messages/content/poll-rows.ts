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
  content: Pick<ContentQueries, "aboutPoll">,
): Poll | null {
  if (kind === "poll_vote" || kind === "poll_update") {
    const answer = answerOf(row);
    return answer && pollAsItStands({ title: null, options: [], chosen: [] }, [answer]);
  }
  if (kind !== "poll") return null;
  const item = readPollItem(row.payload);
  if (item === null) return null;
  return pollAsItStands(item, standingAnswers(content.aboutPoll(row.guid)));
}

/** A correspondent may change a poll without end; each change holds every option there is then. */
const MOST_UPDATES = 50;
/** After so many payloads that cannot be read nobody is waited for: each cost as much as a good one. */
const MOST_REFUSED = 50;

/**
 * What counts of the rows about a poll (newest first), oldest first: everybody's last vote, also where it cannot be
 * read (no older one counts instead), and the updates. A payload is read only where it counts.
 */
function standingAnswers(rows: readonly MessageRow[]): PollAnswer[] {
  const answers: PollAnswer[] = [];
  const voters = new Set<string | null>();
  let updates = 0;
  let refused = 0;
  for (const row of rows) {
    const kind = kindOf(row);
    const voter = row.is_from_me === 1 ? "" : senderOf(row);
    if (kind === "poll_vote" && voters.has(voter)) continue;
    if (kind === "poll_update" && updates >= MOST_UPDATES) continue;
    if (kind === "poll_vote") voters.add(voter);
    else updates += 1;
    const answer = answerOf(row);
    if (answer !== null) answers.push(answer);
    else refused += 1;
    if (refused >= MOST_REFUSED) break;
  }
  return answers.toReversed();
}

function answerOf(row: MessageRow): PollAnswer | null {
  const kind = kindOf(row);
  if (kind !== "poll_vote" && kind !== "poll_update") return null;
  const item = readPollItem(row.payload);
  return item && { kind, item, sender: senderOf(row), isFromMe: row.is_from_me === 1 };
}
