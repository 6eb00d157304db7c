import { z } from "zod";
import type { Poll } from "../../../src-shared/domain/app-content.ts";
import { readArchiveRoot } from "../plist/keyed-archive.ts";
import { address, entry } from "./archive.ts";

/** What one row says of a poll: its options, or somebody's choice. */
export interface PollItem {
  title: string | null;
  options: Poll["options"];
  /** The ids of the chosen options. */
  chosen: string[];
}

/** One row about a poll, and who wrote it. `sender` is null for this Mac's owner. */
export interface PollAnswer {
  kind: "poll_vote" | "poll_update";
  item: PollItem;
  sender: string | null;
  isFromMe: boolean;
}

// What a correspondent wrote: an entry that is none is left out, and never the rest with it.
const Stored = z.object({
  item: z.object({
    title: z.string().nullish().catch(null),
    orderedPollOptions: z.array(z.unknown()).catch([]),
    votes: z.array(z.unknown()).catch([]),
  }),
});
const StoredOption = z.object({ optionIdentifier: z.string(), text: z.string() });
const StoredVote = z.object({ voteOptionIdentifier: z.string() });

/**
 * Reads `payload_data` of `com.apple.messages.Polls`: an archive whose URL is `data:,` and then JSON in
 * base64url, up to a `?`. Null for anything damaged. Source: rows of macOS 26.
 */
export function readPollItem(payload: unknown): PollItem | null {
  if (!(payload instanceof Uint8Array)) return null;
  const url = address(entry(readArchiveRoot(payload), "URL"));
  const encoded = /^data:,([^?]*)/.exec(url ?? "")?.[1];
  if (encoded === undefined) return null;
  const stored = Stored.safeParse(jsonOf(Buffer.from(encoded, "base64url").toString("utf8")));
  if (!stored.success) return null;
  const { title, orderedPollOptions, votes } = stored.data.item;
  return {
    title: title?.trim() || null,
    options: orderedPollOptions.flatMap((option) => {
      const { data } = StoredOption.safeParse(option);
      return data ? [{ id: data.optionIdentifier, text: data.text }] : [];
    }),
    chosen: votes.flatMap((vote) => StoredVote.safeParse(vote).data?.voteOptionIdentifier ?? []),
  };
}

/**
 * A poll as it stands after everybody's last vote and the updates, oldest first. A vote holds all that its
 * sender chose, and an empty one takes it back. Who voted is told by the row, not by what is written in it.
 */
export function pollAsItStands(item: PollItem, answers: readonly PollAnswer[]): Poll {
  const options = new Map(item.options.map((option) => [option.id, option]));
  let title = item.title;
  const votes = answers.flatMap(({ kind, item: answer, sender, isFromMe }) => {
    if (kind === "poll_vote") {
      return [...new Set(answer.chosen)].map((option) => ({
        option,
        handle: isFromMe ? null : sender,
        isFromMe,
      }));
    }
    title = answer.title ?? title;
    for (const option of answer.options) options.set(option.id, option);
    return [];
  });
  return { title, options: [...options.values()], votes };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
