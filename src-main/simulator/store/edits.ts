import { appleNanoseconds, fromAppleNanoseconds } from "../apple-time.ts";
import { messageBody, type Piece, piecesOf } from "../message-body.ts";
import { decodeSummary, encodeSummary, type Summary, version } from "../summary-info.ts";
import { findMessage, textOf } from "./messages.ts";
import type { MessageRow } from "./statements.ts";
import { type Store, transact } from "./store.ts";

/**
 * Changes the text of a message, with its history in message_summary_info. Its attachments stay: they are the
 * parts before the text. `at` in milliseconds since 1970. Throws NotInMessages, or an Error for a message
 * that was unsent.
 */
export function editMessage(store: Store, edit: { guid: string; text: string; at?: number }): void {
  transact(store, () => {
    const message = findMessage(store, edit.guid);
    if (message.parts === 0) throw new Error(`${edit.guid} was unsent: there is nothing left to edit.`);
    const at = edit.at ?? store.clock.now();
    const files = store.sql.attachmentsOf.all(message.id);
    const part = files.length;
    const before = textOf(message).replaceAll("\uFFFC", "");
    const summary = withLayout(message);
    const history = summary.ec[part] ?? [version(immutableBody(before, part), sentAt(store, message))];
    summary.ec[part] = [...history, version(immutableBody(edit.text, part), at)];
    const attachments: Piece[] = files.map(({ guid, name }) => ({ attachment: guid, name }));
    const body = messageBody([...attachments, ...piecesOf(edit.text)]);
    store.sql.rewrite.run({
      id: message.id,
      text: store.macos < 15 ? body.text : null,
      body: body.encoded,
      summary: encodeSummary(summary),
      at: appleNanoseconds(at),
      parts: body.parts,
    });
  });
}

/**
 * Takes a message back: no text, no body, no parts; what is left is the layout it once had.
 * `at` in milliseconds since 1970. Throws NotInMessages.
 */
export function unsendMessage(store: Store, unsend: { guid: string; at?: number }): void {
  transact(store, () => {
    const message = findMessage(store, unsend.guid);
    const { otr } = withLayout(message);
    store.sql.rewrite.run({
      id: message.id,
      text: null,
      body: null,
      summary: encodeSummary({ otr, ec: {}, rp: Object.keys(otr).map(Number) }),
      at: appleNanoseconds(unsend.at ?? store.clock.now()),
      parts: 0,
    });
  });
}

/** The summary so far. At the first change the layout is that of the text: U+FFFC is a part of its own. */
function withLayout(message: MessageRow): Summary {
  const summary = decodeSummary(message.summary);
  if (Object.keys(summary.otr).length > 0) return summary;
  let start = 0;
  for (const [part, text] of (textOf(message).match(/\uFFFC|[^\uFFFC]+/g) ?? [""]).entries()) {
    summary.otr[String(part)] = { lo: start, le: text.length };
    start += text.length;
  }
  return summary;
}

/** The edit history keeps the bodies as NSAttributedString, without the mutable class of the row's own. */
function immutableBody(text: string, part: number): Buffer {
  return messageBody([{ text }], { mutable: false, firstPart: part }).encoded;
}

function sentAt(store: Store, message: MessageRow): number {
  return fromAppleNanoseconds(store.sql.dateOf.get(message.id) ?? 0n);
}
