import { type Piece, piecesOf, textOfOwnBody } from "../message-body.ts";
import { decodeSummary } from "../summary-info.ts";
import type { MessageRow } from "./rows.ts";
import type { Store } from "./store.ts";

const ATTACHMENT_CHARACTER = "\uFFFC";

/** One part of a message as it stands now. Parts keep their numbers when others are unsent. */
export interface Part {
  number: number;
  text: string;
  /** What it takes to write the part again. Styles and mentions are not kept. */
  pieces: Piece[];
  /** ROWIDs of the attachments in it. */
  attachments: number[];
}

/** The text of a message this simulator wrote; empty for one without. */
export function textOf(message: MessageRow): string {
  return textOfOwnBody(message.body) ?? message.text ?? "";
}

/**
 * The parts of a message this simulator wrote: every attachment is one, and every stretch of text with the
 * genmoji in it. One that was changed before is cut as its summary says.
 */
export function partsOf(store: Store, message: MessageRow): Part[] {
  const text = textOf(message);
  const files = store.sql.attachmentsOf.all(message.id);
  const cuts = message.summary === null ? [] : cutsOf(message.summary);
  const lengths = cuts.length > 0 ? cuts : freshCuts(text, files);
  let at = 0;
  return lengths.map(({ number, length }) => {
    const part: Part = { number, text: text.slice(at, at + length), pieces: [], attachments: [] };
    at += length;
    for (const stretch of part.text.match(/\uFFFC|[^\uFFFC]+/g) ?? []) {
      const file = stretch === ATTACHMENT_CHARACTER ? files.shift() : undefined;
      if (file === undefined) {
        part.pieces.push(...piecesOf(stretch).map((piece) => ({ ...piece, part: number })));
        continue;
      }
      const { guid, name } = file;
      part.pieces.push({ attachment: guid, name, part: number, ...(file.genmoji ? { genmoji: true } : {}) });
      part.attachments.push(file.id);
    }
    return part;
  });
}

/** The parts that are left after edits and unsends, with their lengths now. */
function cutsOf(plist: Buffer): Array<{ number: number; length: number }> {
  const { otr, ec, rp } = decodeSummary(plist);
  return Object.entries(otr)
    .map(([part, { le }]) => {
      const latest = ec[part]?.at(-1);
      return { number: Number(part), length: latest ? (textOfOwnBody(latest.t)?.length ?? 0) : le };
    })
    .filter(({ number }) => !rp.includes(number));
}

function freshCuts(
  text: string,
  files: ReadonlyArray<{ genmoji: number }>,
): Array<{ number: number; length: number }> {
  const cuts: Array<{ number: number; length: number }> = [];
  let file = 0;
  let inText = false;
  for (const stretch of text.match(/\uFFFC|[^\uFFFC]+/g) ?? []) {
    const isText = stretch !== ATTACHMENT_CHARACTER || files[file++]?.genmoji === 1;
    const last = cuts.at(-1);
    if (isText && inText && last !== undefined) last.length += stretch.length;
    else cuts.push({ number: cuts.length, length: stretch.length });
    inText = isText;
  }
  return cuts;
}
