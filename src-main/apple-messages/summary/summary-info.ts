import { dateOf } from "../decoding/apple-date.ts";
import { bounded, boundedWithin, Damaged, Weight, type Work, type WorkCount } from "../decoding/work.ts";
import { Written, writtenText } from "../decoding/written.ts";
import { type PlistValue, parseBinaryPlist } from "../plist/binary-plist.ts";
import { type KeyedValue, parseKeyedArchive } from "../plist/keyed-archive.ts";
import { type AttributedText, parseAttributedBody } from "../typedstream/attributed-body.ts";

/** Where a part stood when the message was sent, in UTF-16 units. */
export interface PartLayout {
  part: number;
  start: number;
  length: number;
}

/** One version of a part that was edited. */
export interface PartVersion {
  /** Milliseconds since 1970. */
  at: number;
  /** The guid that the edit's own delivery had, where it is known. */
  guid: string | null;
  /** Null where it is damaged. */
  body: AttributedText | null;
}

/** A translation of a part into the reader's language. */
export interface Translation {
  part: number;
  text: string;
  language: string | null;
  sourceLanguage: string | null;
}

/** `message.message_summary_info`. Parts are numbered as in the body. */
export interface SummaryInfo {
  /** The parts of the message as it was sent, in order; empty when it was never edited or unsent. */
  layout: PartLayout[];
  /** What became of each edited part, oldest version first; the last one is what it says now. */
  edits: { part: number; versions: PartVersion[] }[];
  editedParts: number[];
  unsentParts: number[];
  /** The text that a tapback's target had. */
  tapbackText: string | null;
  /** What sent it instead of a person's hands: `com.apple.siri`. */
  sentBy: string | null;
  translations: Translation[];
}

/** The highest number that a part may have; Messages counts up from 0. */
const LAST_PART = 100_000;
/** The most parts, in each of the lists, and the most versions of a part. Messages lets a part be edited 5 times. */
const MOST_PARTS = 1_000;
const MOST_VERSIONS = 100;
/** More than any of the result's objects takes, written out, without the texts in it. */
const OBJECT = 96;

/**
 * Reads `message.message_summary_info`: a property list with otr (layout), ec (edits), ep (edited parts), rp
 * (unsent parts), ams and amsa (tapback text, sender), tmp (translations). Source: rows of macOS 13 to 26.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function readSummaryInfo(bytes: Uint8Array, count?: WorkCount): SummaryInfo | null {
  return bounded(bytes.length, (work) => summaryOf(bytes, work), count);
}

function summaryOf(bytes: Uint8Array, work: Work): SummaryInfo {
  const info = parseBinaryPlist(bytes, work);
  if (!(info instanceof Map)) throw new Damaged("a summary that is no dictionary");
  work.beginResult();
  const bodies = new Bodies(bytes.length, work);
  const layout = byPart(info.get("otr"), (part, place) => layoutOf(part, place, work));
  return {
    layout: layout.toSorted((a, b) => a.part - b.part),
    edits: byPart(info.get("ec"), (part, list) => ({ part, versions: versionsOf(list, bodies, work) })),
    editedParts: parts(info.get("ep")),
    unsentParts: parts(info.get("rp")),
    tapbackText: text(info.get("ams"), work),
    sentBy: text(info.get("amsa"), work),
    translations: translationsOf(info.get("tmp"), work),
  };
}

/** The entries of a dictionary whose keys are the numbers of parts. */
function byPart<V, T>(value: V | Map<string, V> | undefined, read: (part: number, value: V) => T): T[] {
  if (!(value instanceof Map)) return [];
  if (value.size > MOST_PARTS) throw new Damaged("more parts than any message has");
  return [...value].flatMap(([key, entry]) => {
    const part = /^(?:0|[1-9]\d{0,5})$/.test(key) ? Number(key) : Number.NaN;
    return part <= LAST_PART ? [read(part, entry)] : [];
  });
}

function layoutOf(part: number, value: PlistValue, work: Work): PartLayout {
  const place = value instanceof Map ? value : new Map<string, PlistValue>();
  made(work);
  return { part, start: natural(place.get("lo")), length: natural(place.get("le")) };
}

function versionsOf(list: PlistValue, bodies: Bodies, work: Work): PartVersion[] {
  if (!Array.isArray(list)) throw new Damaged("a history that is no list");
  if (list.length > MOST_VERSIONS) throw new Damaged("more versions than Messages allows");
  made(work);
  return list.map((version) => {
    if (!(version instanceof Map)) throw new Damaged("a version that is no dictionary");
    const seconds = version.get("d");
    if (typeof seconds !== "number") throw new Damaged("a version without a date");
    made(work);
    return {
      at: dateOf(seconds).getTime(),
      guid: text(version.get("bcg"), work),
      body: bodies.decoded(version.get("t")),
    };
  });
}

/** Decodes each body once, as it may be shared, and no more of them than the summary has bytes. */
class Bodies {
  readonly #known = new Map<Uint8Array, { body: AttributedText | null; length: number }>();
  readonly #work: Work;
  #bytesLeft: number;

  constructor(bytes: number, work: Work) {
    this.#bytesLeft = bytes;
    this.#work = work;
  }

  decoded(bytes: PlistValue | undefined): AttributedText | null {
    if (!(bytes instanceof Uint8Array)) return null;
    const known = this.#known.get(bytes) ?? this.#read(bytes);
    this.#known.set(bytes, known);
    // Every version gives it out again.
    this.#work.write(known.length);
    return known.body;
  }

  #read(bytes: Uint8Array): { body: AttributedText | null; length: number } {
    this.#bytesLeft -= bytes.length;
    if (this.#bytesLeft < 0) throw new Damaged("bodies that overlap");
    this.#work.spend(Weight.object + Weight.entry);
    let length: number = Written.nothing;
    const body = boundedWithin(this.#work, bytes.length, (work) => {
      const decoded = parseAttributedBody(bytes, work);
      length = work.characters;
      return decoded;
    });
    return { body, length };
  }
}

/** A keyed archive: a dictionary that lists, for each part, what it was translated into, as attributed strings. */
function translationsOf(archive: PlistValue | undefined, work: Work): Translation[] {
  if (!(archive instanceof Uint8Array)) return [];
  const root = boundedWithin(
    work,
    archive.length,
    (inner) => parseKeyedArchive(archive, inner).get("root") ?? null,
  );
  return byPart(root, (part, list) => translatedParts(part, list, work)).flat();
}

function translatedParts(part: number, list: KeyedValue, work: Work): Translation[] {
  return (Array.isArray(list) ? list : []).flatMap((one) => {
    if (!(one instanceof Map)) return [];
    made(work);
    const translated = one.get("translatedText");
    const words = text(translated instanceof Map ? translated.get("NSString") : translated, work);
    if (words === null) return [];
    const language = text(one.get("translationLanguage"), work);
    return [{ part, text: words, language, sourceLanguage: text(one.get("sourceLanguage"), work) }];
  });
}

/** Charges for an object of the result, of numbers, names and a list of its own. */
function made(work: Work): void {
  work.spend(2 * Weight.object);
  work.write(OBJECT);
}

function parts(value: PlistValue | undefined): number[] {
  if (!Array.isArray(value)) return [];
  if (value.length > MOST_PARTS) throw new Damaged("more parts than any message has");
  return value.filter(isNatural).filter((part) => part <= LAST_PART);
}

function natural(value: unknown): number {
  if (!isNatural(value)) throw new Damaged("a length that is none");
  return value;
}

function isNatural(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** A text of the result. */
function text(value: unknown, work: Work): string | null {
  if (typeof value !== "string") return null;
  work.write(writtenText(value));
  return value;
}
