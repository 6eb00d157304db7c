import { appleNanoseconds, fromAppleNanoseconds } from "../apple-time.ts";
import { messageBody, piecesOf } from "../message-body.ts";
import { decodeSummary, encodeSummary, type Summary, version } from "../summary-info.ts";
import { findMessage } from "./messages.ts";
import { type Part, partsOf } from "./parts.ts";
import type { MessageRow } from "./rows.ts";
import { type Store, transact } from "./store.ts";

/**
 * Changes the text of a message, with its history in message_summary_info. `part` is the part to change, by
 * default the first that is text; everything else stays. `at` in milliseconds since 1970.
 * Throws NotInMessages, or an Error for a message that was unsent and on macOS 12, which cannot edit.
 */
export function editMessage(
  store: Store,
  edit: { guid: string; text: string; part?: number; at?: number },
): void {
  transact(store, () => {
    const message = findMessage(store, edit.guid);
    if (message.parts === 0) throw new Error(`${edit.guid} was unsent: there is nothing left to edit.`);
    const at = edit.at ?? store.clock.now();
    const parts = partsOf(store, message);
    const number = edit.part ?? parts.find(isText)?.number ?? parts.length;
    const part = parts.find((candidate) => candidate.number === number);
    if (part === undefined && edit.part !== undefined)
      throw new Error(`${edit.guid} has no part ${edit.part} that could be edited.`);
    const summary = summaryWithLayout(message, parts);
    if (part === undefined)
      summary.otr[number] = { lo: parts.reduce((sum, { text }) => sum + text.length, 0), le: 0 };
    const first = version(immutableBody(part?.text ?? "", number), sentAt(store, message));
    summary.ec[number] = [...(summary.ec[number] ?? [first]), version(immutableBody(edit.text, number), at)];
    const pieces = piecesOf(edit.text).map((piece) => ({ ...piece, part: number }));
    const others = parts.filter((candidate) => candidate.number !== number);
    const changed = [...others, { number, text: edit.text, pieces, attachments: [] }];
    writeParts(store, message, { parts: changed, summary, at });
  });
}

/**
 * Takes a message back, or one part of it. What is left of a whole message is the layout it once had: no
 * text, no body, no parts. `at` in milliseconds since 1970. Throws NotInMessages, or an Error for a part that
 * is not there and on macOS 12, which cannot unsend.
 */
export function unsendMessage(store: Store, unsend: { guid: string; part?: number; at?: number }): void {
  transact(store, () => {
    const message = findMessage(store, unsend.guid);
    const parts = partsOf(store, message);
    const gone = unsend.part === undefined ? parts : parts.filter(({ number }) => number === unsend.part);
    if (gone.length === 0 && unsend.part !== undefined)
      throw new Error(`${unsend.guid} has no part ${unsend.part} that could be unsent.`);
    const summary = summaryWithLayout(message, parts);
    for (const { number, attachments } of gone) {
      delete summary.ec[number];
      summary.rp.push(number);
      if (unsend.part === undefined) continue;
      for (const attachment of attachments) store.sql.partAttachment.run(message.id, attachment);
    }
    if (gone.length === parts.length) summary.rp = Object.keys(summary.otr).map(Number);
    const left = parts.filter((part) => !gone.includes(part));
    writeParts(store, message, { parts: left, summary, at: unsend.at ?? store.clock.now() });
  });
}

/** How often a part of a message was changed. */
export function timesEdited({ summary }: MessageRow, part: number): number {
  return Math.max(0, (decodeSummary(summary).ec[part]?.length ?? 0) - 1);
}

function writeParts(
  store: Store,
  message: MessageRow,
  { parts, summary, at }: { parts: Part[]; summary: Summary; at: number },
): void {
  if (store.sql.rewrite === null)
    throw new Error(`Messages on macOS ${store.macos} can neither edit nor unsend; macOS 13 can.`);
  const inOrder = parts.toSorted((a, b) => a.number - b.number).flatMap(({ pieces }) => pieces);
  const body = messageBody(inOrder);
  store.sql.rewrite.run({
    id: message.id,
    text: parts.length > 0 && store.macos < 15 ? body.text : null,
    body: parts.length > 0 ? body.encoded : null,
    summary: encodeSummary({ ...summary, rp: summary.rp.toSorted((a, b) => a - b) }),
    at: appleNanoseconds(at),
    parts: parts.length,
  });
}

/** The summary so far. At the first change the layout is that of the message as it is. */
function summaryWithLayout(message: MessageRow, parts: readonly Part[]): Summary {
  const summary = decodeSummary(message.summary);
  if (Object.keys(summary.otr).length > 0) return summary;
  let start = 0;
  for (const { number, text } of parts) {
    summary.otr[String(number)] = { lo: start, le: text.length };
    start += text.length;
  }
  return summary;
}

function isText(part: Part): boolean {
  return part.text !== "\uFFFC" || part.pieces.some((piece) => "genmoji" in piece);
}

/** The edit history keeps the bodies as NSAttributedString, without the mutable class of the row's own. */
function immutableBody(text: string, part: number): Buffer {
  return messageBody([{ text }], { mutable: false, firstPart: part }).encoded;
}

/** When a message was sent, in milliseconds since 1970. */
export function sentAt(store: Store, message: { id: number }): number {
  return fromAppleNanoseconds(store.sql.dateOf.get(message.id) ?? 0n);
}
