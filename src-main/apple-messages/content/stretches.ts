import type { Detection, Link, Mention, Style } from "../../../src-shared/domain/text.ts";
import { type DetectedData, readDataDetectorResult } from "../plist/data-detector.ts";
import type { AttributeValue } from "../typedstream/attributed-body.ts";
import { address, entry, words } from "./archive.ts";

/** No text of a person has more stretches of one kind than this. */
export const MOST_STRETCHES = 1_000;
/** A handle, an address or a code is no longer than this, in UTF-16 units; what is longer is left out. */
export const LONGEST_VALUE = 4_096;

/**
 * What the attributes of a text say of its stretches: 1,000 of each kind at most. Runs may share one value, so a
 * small text could otherwise be told as gigabytes: a value over 4,096 UTF-16 units is left out, and all values of a
 * text together are no more than `room`.
 */
export interface Stretches {
  mentions: Mention[];
  links: Link[];
  styles: Style[];
  detections: Detection[];
  oneTimeCode: string | null;
}

/** A text's stretches while they are read, and how many UTF-16 units of values may still be added. */
export type OpenStretches = Stretches & { room: number };

type Read = (into: OpenStretches, start: number, length: number, value: AttributeValue) => void;

const style =
  (name: Style["style"]): Read =>
  (into, start, length, value) => {
    if (Number(value) !== 0) add(into, into.styles, { start, length, style: name });
  };

/** Apple's numbers of the animations; 7 and the rest have not been seen. */
const ANIMATIONS: Readonly<Record<number, Style["style"]>> = {
  4: "ripple",
  5: "big",
  6: "bloom",
  8: "nod",
  9: "shake",
  10: "jitter",
  11: "small",
  12: "explode",
};

/** Many runs may share one result, and reading it is the dearest thing about a text. */
const results = new WeakMap<Uint8Array, DetectedData | null>();

const detection: Read = (into, start, length, value) => {
  if (!(value instanceof Uint8Array)) return;
  const known = results.get(value);
  const found = known === undefined ? readDataDetectorResult(value) : known;
  if (known === undefined) results.set(value, found);
  if (found === null) return;
  const said = found.value ?? found.matched;
  add(into, into.detections, { start, length, kind: found.kind, value: said }, found.kind, said);
};

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  [
    "__kIMMentionConfirmedMention",
    (into, start, length, value) => {
      const handle = words(value);
      if (handle !== null) add(into, into.mentions, { start, length, handle }, handle);
    },
  ],
  [
    "__kIMLinkAttributeName",
    (into, start, length, value) => {
      const url = address(value);
      if (url !== null) add(into, into.links, { start, length, url }, url);
    },
  ],
  [
    "__kIMOneTimeCodeAttributeName",
    (into, _start, _length, value) => {
      const code = words(entry(value, "code")) ?? words(entry(value, "displayCode"));
      if (code !== null && code.length <= LONGEST_VALUE) into.oneTimeCode ??= code;
    },
  ],
  ["__kIMTextBoldAttributeName", style("bold")],
  ["__kIMTextItalicAttributeName", style("italic")],
  ["__kIMTextUnderlineAttributeName", style("underline")],
  ["__kIMTextStrikethroughAttributeName", style("strikethrough")],
  [
    "__kIMTextEffectAttributeName",
    (into, start, length, value) => {
      const name = ANIMATIONS[Number(value)];
      if (name !== undefined) add(into, into.styles, { start, length, style: name });
    },
  ],
  ["__kIMDataDetectedAttributeName", detection],
  ["__kIMMoneyAttributeName", detection],
  ["__kIMAddressAttributeName", detection],
  ["__kIMPhoneNumberAttributeName", detection],
  ["__kIMCalendarEventAttributeName", detection],
]);

/** Adds what an attribute says of a stretch of the body; attributes that say nothing here add nothing. */
export function readAttribute(
  into: OpenStretches,
  name: string,
  value: AttributeValue,
  start: number,
  length: number,
): void {
  READERS.get(name)?.(into, start, length, value);
}

/** How far back the same thing may be: further than one run has attributes. */
const LOOK_BACK = 16;

/** A stretch that goes on where an equal one ended is the same: a run ends wherever any attribute changes. */
function add<S extends { start: number; length: number }>(
  into: OpenStretches,
  list: S[],
  stretch: S,
  ...values: readonly (string | null)[]
): void {
  if (stretch.length === 0 || values.some((value) => (value?.length ?? 0) > LONGEST_VALUE)) return;
  for (let at = list.length - 1; at >= 0 && at >= list.length - LOOK_BACK; at -= 1) {
    const other = list[at];
    if (other !== undefined && other.start + other.length === stretch.start && sameThing(other, stretch)) {
      other.length += stretch.length;
      return;
    }
  }
  const size = values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
  if (list.length >= MOST_STRETCHES || size > into.room) return;
  into.room -= size;
  list.push(stretch);
}

function sameThing(one: object, other: object): boolean {
  const values = new Map<string, unknown>(Object.entries(other));
  return Object.entries(one).every(
    ([key, value]) => key === "start" || key === "length" || values.get(key) === value,
  );
}
