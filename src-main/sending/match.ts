import { basename } from "node:path";
import type { OutgoingRow } from "../apple-messages/feed/news.ts";
import { withoutPlaceholders } from "../apple-messages/row-to-domain.ts";
import type { Awaited, OutboxPart } from "./outbox-item.ts";
import { isChatMeant } from "./recipient.ts";

/**
 * Which of the awaited parts (longest waiting first, given-up ones last) a row of our own belongs to: the same
 * chat, the same content, and newer than everything that was there when the part was given to Messages. Of
 * equal ones it is the last that was given before the row was written, since one before it may have been lost.
 * Each row is claimed by at most one part, so two equal texts in a row find two rows. Null when it is somebody
 * else's.
 */
export function partOf({ message }: OutgoingRow, awaited: readonly Awaited[]): OutboxPart | null {
  const equal = awaited
    .filter(
      ({ part, chat }) =>
        part.messageGuid === null &&
        message.rowId > (part.afterRowId ?? 0) &&
        message.conversationIds.some((id) => isChatMeant(id, chat)) &&
        sameContent(part, message),
    )
    .map(({ part }) => part);
  const given = equal.filter(
    ({ state, dispatchedAt }) => state === "dispatching" && (dispatchedAt ?? 0) <= message.at,
  );
  return (
    given.at(-1) ?? equal.find((part) => part.state === "dispatching" || isOfThen(part, message.at)) ?? null
  );
}

/** A late row is dated when it was given to Messages; what somebody typed by hand later, when it was typed. */
function isOfThen({ dispatchedAt }: OutboxPart, at: number): boolean {
  const after = at - (dispatchedAt ?? 0);
  return after >= -CLOCKS_DIFFER_MS && after <= LATE_MS;
}

const CLOCKS_DIFFER_MS = 2_000;
const LATE_MS = 2 * 60 * 1_000;

function sameContent(part: OutboxPart, message: OutgoingRow["message"]): boolean {
  if (part.kind === "file") {
    const name = basename(part.content).normalize();
    return message.attachments.some((attachment) => attachment.name?.normalize() === name);
  }
  // Messages may compose accents and drop white space at the ends; it changes nothing else.
  return message.body !== null && bare(message.body) === bare(part.content);
}

function bare(text: string): string {
  return withoutPlaceholders(text).normalize().trim();
}
