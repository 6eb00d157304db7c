import { basename, extname } from "node:path";
import type { Attachment } from "../../../src-shared/domain/attachment.ts";
import type { OutgoingRow } from "../../apple-messages/feed/news.ts";
import { withoutPlaceholders } from "../../apple-messages/row-to-domain.ts";
import { isChatMeant } from "../recipient.ts";
import type { Awaited, OutboxPart } from "./outbox-item.ts";

type Row = OutgoingRow["message"];

/**
 * Which of the awaited parts (longest waiting first, ended ones last) a row of our own belongs to: the same chat, the
 * same content, and newer than everything that was there when the part was given to Messages. Of those that it fits
 * equally well it is the last that was given before the row was written, since one before it may have been lost.
 * Each row is claimed by at most one part, so two equal texts in a row find two rows. Null when it is somebody else's.
 */
export function partOf({ message }: OutgoingRow, awaited: readonly Awaited[]): OutboxPart | null {
  let best: { part: OutboxPart; content: number; time: number } | null = null;
  for (const one of awaited) {
    if (one.part.messageGuid !== null || !message.conversationIds.some((id) => isChatMeant(id, one.chat)))
      continue;
    const content = contentFit(one, message);
    const time = timeFit(one, message);
    if (content === 0 || time === 0) continue;
    const isBetter =
      best === null ||
      content > best.content ||
      (content === best.content && (time > best.time || (time === best.time && time >= GIVEN_BEFORE)));
    if (isBetter) best = { part: one.part, content, time };
  }
  return best?.part ?? null;
}

/** From here on the part was given to Messages before the row was written: of several it is the last. */
const GIVEN_BEFORE = 3;

/** How well the row's date and place fit; 0 for not at all. */
function timeFit({ part, dates, isOtherFile = false }: Awaited, { rowId, at }: Row): number {
  if (!isOtherFile && rowId <= (part.afterRowId ?? 0)) return 0;
  if (at < dates.from || at > dates.until) return 0;
  const isAfter = at >= (part.dispatchedAt ?? 0);
  if (part.state === "dispatching") return isAfter ? 4 : 2;
  return isAfter ? GIVEN_BEFORE : 1;
}

/** Whether a row without content may be of this part: it was written after the part was given, and soon after. */
export function isOfItsTime({ part, dates, soon }: Awaited, { rowId, at }: Row): boolean {
  // chat.db may be another one, in which old rows have new ROWIDs: both have to fit.
  return rowId > (part.afterRowId ?? 0) && at >= dates.from && at <= soon;
}

/** How well what it says fits; 0 for not at all. */
function contentFit({ part, replyTo }: Awaited, message: Row): number {
  if (part.kind === "file") {
    const fits = message.attachments.map((attachment) => fileFit(part, attachment));
    return Math.max(0, ...fits);
  }
  if (message.body === null || !isSameText(message.body, part.content)) return 0;
  const answered = message.replyTo?.guid ?? null;
  if (answered === replyTo) return 4;
  // Where the answer did not become one, it was sent all the same.
  return answered === null ? 2 : 0;
}

/** Messages may convert a picture or a sound: then it is of another size, and may have another ending. */
function fileFit(
  { content, name: given, sizeBytes }: OutboxPart,
  { name, sizeBytes: size }: Attachment,
): number {
  const [own, other] = [(given ?? basename(content)).normalize(), name?.normalize()];
  if (other === undefined) return 0;
  if (own === other) {
    if (size === null || size === 0 || sizeBytes === 0) return 3;
    return size === sizeBytes ? 4 : 2;
  }
  return stem(own) === stem(other) ? 1 : 0;
}

/** A file's name without its ending, which a conversion changes. */
export const stem = (name: string): string => basename(name, extname(name));

/** Whether Messages would write the same for both: it may compose accents, end lines otherwise, and drop white space at the ends. */
export function isSameText(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

function bare(text: string): string {
  return withoutPlaceholders(text).replaceAll(/\r\n?/g, "\n").normalize().trim();
}
