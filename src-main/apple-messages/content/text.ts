import type { Part } from "../../../src-shared/domain/text.ts";
import type { MessageRow } from "../message-row.ts";
import { type AttributedText, decodeAttributedBody } from "../typedstream/attributed-body.ts";
import { words } from "./archive.ts";
import { namePeople } from "./breadcrumbs.ts";
import { bareText, hasPlaceholders, withoutPlaceholders } from "./placeholders.ts";
import { otherOf } from "./sender.ts";
import { LONGEST_VALUE, type OpenStretches, readAttribute, type Stretches } from "./stretches.ts";

/** No message of a person has more parts, or names more files: what is further belongs to the last part. */
const MOST_PARTS = 1_000;
/** The values that are told of a text beside its words (addresses, handles) are no longer than so many UTF-16 units. */
const ROOM = 16_384;
const ROOM_PER_BYTE = 4;

/**
 * What a row says, and how. Offsets count UTF-16 units of `body`. What it holds stays within a small multiple of
 * what came: 1,000 parts and files at most, and stretches as `Stretches` says.
 */
export interface ReadText extends Stretches {
  body: string | null;
  parts: Part[];
  /** What Messages heard in a voice message. */
  transcription: string | null;
  /** The guids of the files, in the order they stand in the text. */
  files: string[];
}

const PART = "__kIMMessagePartAttributeName";
const FILE = "__kIMFileTransferGUIDAttributeName";
const INLINE_IMAGE = "__kIMEmojiImageAttributeName";
const TRANSCRIPTION = "IMAudioTranscription";

type TextRow = Pick<MessageRow, "attributed_body" | "text" | "balloon" | "associated_type">;

/** The text of a row: the attributed body first, `text` only as the fallback. Null when there is none. */
export function bodyOf(row: TextRow): string | null {
  const text = decodedBody(row)?.text ?? plainText(row);
  return text === null ? null : bareText(text, isOfApp(row));
}

/** Everything that the text of a row says. A damaged body gives what the `text` column has. */
export function readText(row: TextRow): ReadText {
  const isApp = isOfApp(row);
  const decoded = decodedBody(row);
  if (decoded !== null) {
    return readAttributed(decoded, isApp, ROOM + (row.attributed_body?.length ?? 0) * ROOM_PER_BYTE);
  }
  const text = plainText(row);
  const read = blank(text === null ? null : bareText(text, isApp));
  if (text !== null) read.parts = partsOfPlain(text, isApp);
  return read;
}

/** `associated_message_type` of a heading that an app wrote, such as Fitness. */
const HEADING = 3;

/** Whether an app wrote it: only then U+FFFD is the place of a balloon, and no sign of somebody's own. */
function isOfApp({ balloon, associated_type: type }: TextRow): boolean {
  return balloon !== null || type === HEADING;
}

/** As readText, for what Messages itself wrote in an app's name: with the people in it named. */
export function readHeading(row: MessageRow): ReadText {
  const read = readText(row);
  const name = (text: string): string => namePeople(text, row.is_from_me === 1, otherOf(row));
  if (read.body === null || name(read.body) === read.body) return read;
  const parts = read.parts.map((part) => ({ ...part, text: part.text === null ? null : name(part.text) }));
  // Where its words stood before means nothing now.
  return { ...blank(name(read.body)), parts, files: read.files };
}

// SQLite keeps whatever type a program wrote, so neither is trusted to be what its column says.
function decodedBody(row: Pick<MessageRow, "attributed_body">): AttributedText | null {
  const body: unknown = row.attributed_body;
  return body instanceof Uint8Array ? decodeAttributedBody(body) : null;
}

function plainText(row: Pick<MessageRow, "text">): string | null {
  const text: unknown = row.text;
  return typeof text === "string" ? text : null;
}

function blank(body: string | null): ReadText {
  return {
    body,
    parts: [],
    mentions: [],
    links: [],
    styles: [],
    detections: [],
    oneTimeCode: null,
    transcription: null,
    files: [],
  };
}

/** A part while its runs are read. */
interface OpenPart {
  index: number;
  text: string;
  attachment: string | null;
  /** A picture among the words, such as a genmoji: it makes no part of its own. */
  inline: string | null;
}

function readAttributed({ text, runs }: AttributedText, isApp: boolean, room: number): ReadText {
  const read = { ...blank(bareText(text, isApp)), room };
  const bare = !hasPlaceholders(text, isApp);
  const parts = new Map<number, OpenPart>();
  let part: OpenPart | null = null;
  let at = 0;
  for (const { start, length, attributes } of runs) {
    const raw = text.slice(start, start + length);
    const said = bare ? raw : withoutPlaceholders(raw, isApp);
    part = partAt(parts, part, attributes.get(PART));
    part.text += said;
    for (const [name, value] of attributes) {
      if (name === PART) continue;
      if (name === FILE) placeFile(read, part, value, attributes.has(INLINE_IMAGE));
      else if (name === TRANSCRIPTION) read.transcription ??= words(value);
      else if (read.body !== null) readAttribute(read, name, value, at, said.length);
    }
    at += said.length;
  }
  if (runs.length === 0) read.parts = partsOfPlain(text, isApp);
  for (const open of parts.values()) read.parts.push(closed(open));
  const { room: _left, ...rest } = read;
  return rest;
}

/** Runs without a number of their own, such as breadcrumbs, belong to the part before them. */
function partAt(parts: Map<number, OpenPart>, current: OpenPart | null, number: unknown): OpenPart {
  const given = typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
  const index = given ?? current?.index ?? 0;
  if (current?.index === index) return current;
  const known = parts.get(index);
  if (known !== undefined) return known;
  if (current !== null && parts.size >= MOST_PARTS) return current;
  const part: OpenPart = { index, text: "", attachment: null, inline: null };
  parts.set(index, part);
  return part;
}

function placeFile(read: ReadText & OpenStretches, part: OpenPart, value: unknown, isInline: boolean): void {
  const guid = words(value);
  if (guid === null || guid.length > LONGEST_VALUE || guid.length > read.room) return;
  if (read.files.length >= MOST_PARTS) return;
  read.room -= guid.length;
  read.files.push(guid);
  if (isInline) part.inline ??= guid;
  else part.attachment ??= guid;
}

function closed({ index, text, attachment, inline }: OpenPart): Part {
  // A bubble that is nothing but a genmoji is that file.
  return { index, text: text === "" ? null : text, attachment: attachment ?? (text === "" ? inline : null) };
}

/** Before macOS 13 and in damaged rows nothing says what stands where: each U+FFFC is one file. */
function partsOfPlain(text: string, isApp: boolean): Part[] {
  const stretches = text.match(/\ufffc|[^\ufffc]+/g) ?? [];
  return stretches
    .slice(0, MOST_PARTS)
    .map((stretch) => withoutPlaceholders(stretch, isApp))
    .map((words, index) => ({ index, text: words === "" ? null : words, attachment: null }));
}

/** Gives the files, in the order they were joined, to the parts that hold one, where the text names none. */
export function placeFiles(parts: readonly Part[], files: readonly { guid: string }[]): Part[] {
  const left = files.map(({ guid }) => guid);
  const placed = parts.map((part) =>
    part.text === null && part.attachment === null ? { ...part, attachment: left.shift() ?? null } : part,
  );
  const next = (placed.at(-1)?.index ?? -1) + 1;
  return [...placed, ...left.map((guid, at) => ({ index: next + at, text: null, attachment: guid }))];
}
