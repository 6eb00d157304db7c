import { Damaged, Weight, type Work } from "../decoding/work.ts";
import type { AttributedText, Value } from "./value.ts";

/** A run written out: `{"start":1234567,"length":1234567,"attributes":…},`. */
const RUN = 50;

/**
 * An attributed string from what it wrote, which stands in `stack` between two places: a text, then run
 * after run a dictionary's number (from 1) and a length, with the dictionary itself at its number's first
 * use. A dictionary that is used again is written out again, in as many characters as `lengths` says. Throws
 * Damaged.
 */
export function attributedText<Extra>(
  stack: readonly Value<Extra>[],
  lengths: readonly number[],
  from: number,
  to: number,
  work: Work,
): AttributedText<Extra> {
  const text = to > from ? stack[from] : null;
  if (typeof text !== "string") throw new Damaged("an attributed string without a text");
  work.spend(Weight.object + 3 * Weight.list);
  work.write(RUN);
  const runs: AttributedText<Extra>["runs"] = [];
  const dictionaries: Map<string, Value<Extra>>[] = [];
  const dictionaryLengths: number[] = [];
  let start = 0;
  for (let at = from + 1; at < to; ) {
    const index = stack[at];
    const length = at + 1 < to ? stack[at + 1] : null;
    at += 2;
    if (typeof index !== "number" || typeof length !== "number") throw new Damaged("a run of no number");
    if (index === dictionaries.length + 1 && at < to) {
      const dictionary = stack[at];
      if (!(dictionary instanceof Map)) throw new Damaged("a run of no dictionary");
      dictionaries.push(dictionary);
      dictionaryLengths.push(lengths[at] ?? 0);
      at += 1;
    } else {
      work.write(dictionaryLengths[index - 1] ?? 0);
    }
    const attributes = dictionaries[index - 1];
    if (attributes === undefined) throw new Damaged("a run of no attributes");
    if (length < 0 || length > text.length - start) throw new Damaged("a run beyond the text");
    work.spend(Weight.object);
    work.write(RUN);
    runs.push({ start, length, attributes });
    start += length;
  }
  return { text, runs };
}
