import type { Detection, Link, Mention, Style } from "../../../src-shared/domain/text.ts";
import { type DetectedData, readDataDetectorResult } from "../plist/data-detector.ts";
import type { AttributeValue } from "../typedstream/attributed-body.ts";
import { address, entry, words } from "./archive.ts";

/** What the attributes of a text say of its stretches. */
export interface Stretches {
  mentions: Mention[];
  links: Link[];
  styles: Style[];
  detections: Detection[];
  oneTimeCode: string | null;
}

type Read = (into: Stretches, start: number, length: number, value: AttributeValue) => void;

const style =
  (name: Style["style"]): Read =>
  (into, start, length, value) => {
    if (Number(value) !== 0) add(into.styles, { start, length, style: name });
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
  add(into.detections, { start, length, kind: found.kind, value: found.value ?? found.matched });
};

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  [
    "__kIMMentionConfirmedMention",
    (into, start, length, value) => {
      const handle = words(value);
      if (handle !== null) add(into.mentions, { start, length, handle });
    },
  ],
  [
    "__kIMLinkAttributeName",
    (into, start, length, value) => {
      const url = address(value);
      if (url !== null) add(into.links, { start, length, url });
    },
  ],
  [
    "__kIMOneTimeCodeAttributeName",
    (into, _start, _length, value) => {
      into.oneTimeCode ??= words(entry(value, "code")) ?? words(entry(value, "displayCode"));
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
      if (name !== undefined) add(into.styles, { start, length, style: name });
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
  into: Stretches,
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
function add<S extends { start: number; length: number }>(list: S[], stretch: S): void {
  if (stretch.length === 0) return;
  for (let at = list.length - 1; at >= 0 && at >= list.length - LOOK_BACK; at -= 1) {
    const other = list[at];
    if (other !== undefined && other.start + other.length === stretch.start && sameThing(other, stretch)) {
      other.length += stretch.length;
      return;
    }
  }
  list.push(stretch);
}

function sameThing(one: object, other: object): boolean {
  const values = new Map<string, unknown>(Object.entries(other));
  return Object.entries(one).every(
    ([key, value]) => key === "start" || key === "length" || values.get(key) === value,
  );
}
