import { type Detection, detectionAttribute, encodeDetection } from "./detection.ts";
import { type AttributeValue, encodeAttributedBody, type Run } from "./typedstream-encoder.ts";

/** A piece of a message as a person composes it. Adjacent pieces of text and genmoji form one part. */
export type Piece = TextPiece | AttachmentPiece;

/** Some text. */
export interface TextPiece {
  text: string;
  link?: string;
  mention?: string;
  style?: keyof typeof STYLES;
  effect?: keyof typeof TEXT_EFFECTS;
  /** What Apple's detectors found it to be. */
  detected?: Detection;
  /** It is a one-time code, shown as `text`; this is what a form wants. */
  oneTimeCode?: string;
  /** Its part's number, where others were unsent before it. */
  part?: number;
}

/** An attachment by its guid. */
export interface AttachmentPiece {
  attachment: string;
  name: string;
  /** It stands in the line of text, as an emoji does. */
  genmoji?: boolean;
  /** What Messages heard in a voice note. */
  transcription?: string;
  /** In pixels. */
  size?: { width: number; height: number };
  part?: number;
}

/** A message body in all the forms the database wants. */
export interface MessageBody {
  /** The typedstream of `message.attributedBody`. */
  encoded: Buffer;
  /** The text with U+FFFC for every attachment. */
  text: string;
  parts: number;
}

const PART = "__kIMMessagePartAttributeName";
const STYLES = {
  bold: "__kIMTextBoldAttributeName",
  italic: "__kIMTextItalicAttributeName",
  underline: "__kIMTextUnderlineAttributeName",
  strikethrough: "__kIMTextStrikethroughAttributeName",
} as const;
const TEXT_EFFECTS = {
  ripple: 4,
  big: 5,
  bloom: 6,
  nod: 8,
  shake: 9,
  jitter: 10,
  small: 11,
  explode: 12,
} as const;
const ATTACHMENT_CHARACTER = "\uFFFC";

/** Encodes the pieces, numbering the parts. `firstPart` is the number of the first (an edit keeps its own). */
export function messageBody(pieces: readonly Piece[], { mutable = true, firstPart = 0 } = {}): MessageBody {
  const runs: Run[] = [];
  let part = firstPart - 1;
  let inText = false;
  for (const piece of pieces) {
    const inLine = "text" in piece || piece.genmoji === true;
    if (piece.part !== undefined) part = piece.part;
    else if (!inLine || !inText) part++;
    inText = inLine;
    runs.push("text" in piece ? textRun(piece, part) : attachmentRun(piece, part));
  }
  return {
    encoded: encodeAttributedBody(runs, { mutable }),
    text: runs.map((run) => run.text).join(""),
    parts: part + 1 - firstPart,
  };
}

/** Plain text as pieces, with web addresses made links as Messages' detector does. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]/g)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: match[0], link: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/**
 * The text of a body that this simulator encoded: the first string in the stream. Not a decoder: the
 * gateway has one, and the two are kept apart so that neither hides the other's mistakes.
 * Null when the stream does not look like our own.
 */
export function textOfOwnBody(body: Uint8Array | null): string | null {
  if (body === null) return null;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const start = bytes.indexOf(Buffer.from([0x84, 0x01, 0x2b]));
  if (start < 0 || start + 4 > bytes.length) return null;
  const tag = bytes.readUInt8(start + 3);
  const widths = new Map([
    [0x81, 2],
    [0x82, 4],
  ]);
  const width = widths.get(tag) ?? 0;
  if (start + 4 + width > bytes.length) return null;
  const length = width === 0 ? tag : bytes.readUIntLE(start + 4, width);
  const from = start + 4 + width;
  return from + length <= bytes.length ? bytes.toString("utf8", from, from + length) : null;
}

function textRun(piece: TextPiece, part: number): Run {
  const attributes: Record<string, AttributeValue> = {};
  if (piece.link !== undefined) attributes.__kIMLinkAttributeName = { url: piece.link };
  if (piece.mention !== undefined) attributes.__kIMMentionConfirmedMention = piece.mention;
  if (piece.style !== undefined) attributes[STYLES[piece.style]] = 1;
  if (piece.effect !== undefined) attributes.__kIMTextEffectAttributeName = TEXT_EFFECTS[piece.effect];
  if (piece.oneTimeCode !== undefined) {
    const dictionary = { displayCode: piece.text, code: piece.oneTimeCode };
    attributes.__kIMOneTimeCodeAttributeName = { dictionary };
  }
  const detected = piece.detected ?? (piece.oneTimeCode === undefined ? undefined : { kind: "AuthCode" });
  if (detected !== undefined)
    attributes[detectionAttribute(detected)] = { data: encodeDetection(piece.text, detected) };
  attributes[PART] = part;
  return { text: piece.text.toWellFormed(), attributes };
}

function attachmentRun(piece: AttachmentPiece, part: number): Run {
  const attributes: Record<string, AttributeValue> = {
    __kIMFileTransferGUIDAttributeName: piece.attachment,
    __kIMFilenameAttributeName: piece.name,
  };
  if (piece.transcription !== undefined) attributes.IMAudioTranscription = piece.transcription;
  if (piece.genmoji) attributes.__kIMEmojiImageAttributeName = 1;
  if (piece.size !== undefined) {
    attributes.__kIMInlineMediaWidthAttributeName = piece.size.width;
    attributes.__kIMInlineMediaHeightAttributeName = piece.size.height;
  }
  attributes[PART] = part;
  return { text: ATTACHMENT_CHARACTER, attributes };
}
