import { dateOf } from "../decoding/apple-date.ts";
import { bounded, Damaged, type Work, type WorkCount } from "../decoding/work.ts";
import { type PlistValue, parseBinaryPlist } from "../plist/binary-plist.ts";
import { type KeyedValue, readArchiveRoot } from "../plist/keyed-archive.ts";
import { type AttributedText, decodeAttributedBody } from "../typedstream/attributed-body.ts";

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
  const bodies = new Bodies(bytes.length, work);
  return {
    layout: byPart(info.get("otr"), layoutOf).toSorted((a, b) => a.part - b.part),
    edits: byPart(info.get("ec"), (part, list) => ({ part, versions: versionsOf(list, bodies) })),
    editedParts: parts(info.get("ep")),
    unsentParts: parts(info.get("rp")),
    tapbackText: text(info.get("ams")),
    sentBy: text(info.get("amsa")),
    translations: translationsOf(info.get("tmp"), work),
  };
}

/** The entries of a dictionary whose keys are the numbers of parts. */
function byPart<V, T>(value: V | Map<string, V> | undefined, read: (part: number, value: V) => T): T[] {
  if (!(value instanceof Map)) return [];
  return [...value].flatMap(([key, entry]) => (/^\d{1,9}$/.test(key) ? [read(Number(key), entry)] : []));
}

function layoutOf(part: number, value: PlistValue): PartLayout {
  const place = value instanceof Map ? value : new Map<string, PlistValue>();
  return { part, start: natural(place.get("lo")), length: natural(place.get("le")) };
}

function versionsOf(list: PlistValue, bodies: Bodies): PartVersion[] {
  if (!Array.isArray(list)) throw new Damaged("a history that is no list");
  return list.map((version) => {
    if (!(version instanceof Map)) throw new Damaged("a version that is no dictionary");
    const seconds = version.get("d");
    if (typeof seconds !== "number") throw new Damaged("a version without a date");
    return {
      at: dateOf(seconds).getTime(),
      guid: text(version.get("bcg")),
      body: bodies.decoded(version.get("t")),
    };
  });
}

/** Decodes each body once, as it may be shared, and no more of them than the summary has bytes. */
class Bodies {
  readonly #known = new Map<Uint8Array, AttributedText | null>();
  readonly #work: Work;
  #bytesLeft: number;

  constructor(bytes: number, work: Work) {
    this.#bytesLeft = bytes;
    this.#work = work;
  }

  decoded(body: PlistValue | undefined): AttributedText | null {
    if (!(body instanceof Uint8Array)) return null;
    const known = this.#known.get(body);
    if (known !== undefined) return known;
    this.#bytesLeft -= body.length;
    if (this.#bytesLeft < 0) throw new Damaged("bodies that overlap");
    const count = { steps: 0 };
    const decoded = decodeAttributedBody(body, count);
    this.#work.spend(count.steps);
    this.#known.set(body, decoded);
    return decoded;
  }
}

/** A keyed archive: a dictionary that lists, for each part, what it was translated into, as attributed strings. */
function translationsOf(archive: PlistValue | undefined, work: Work): Translation[] {
  if (!(archive instanceof Uint8Array)) return [];
  const count = { steps: 0 };
  const root = readArchiveRoot(archive, count);
  work.spend(count.steps);
  return byPart(root, translatedParts).flat();
}

function translatedParts(part: number, list: KeyedValue): Translation[] {
  return (Array.isArray(list) ? list : []).flatMap((one) => {
    if (!(one instanceof Map)) return [];
    const translated = one.get("translatedText");
    const words = text(translated instanceof Map ? translated.get("NSString") : translated);
    if (words === null) return [];
    const language = text(one.get("translationLanguage"));
    return [{ part, text: words, language, sourceLanguage: text(one.get("sourceLanguage")) }];
  });
}

function parts(value: PlistValue | undefined): number[] {
  return Array.isArray(value) ? value.filter(isNatural) : [];
}

function natural(value: unknown): number {
  if (!isNatural(value)) throw new Damaged("a length that is none");
  return value;
}

function isNatural(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
