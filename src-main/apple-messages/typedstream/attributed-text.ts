import { Damaged, type Work } from "../decoding/work.ts";
import type { AttributedText, Value } from "./value.ts";

/**
 * An attributed string from what it wrote, which stands in `stack` between two places: a text, then run
 * after run a dictionary's number (from 1) and a length, with the dictionary itself at its number's first
 * use. A dictionary that is used again costs the same again, out of `costs`. Throws Damaged.
 */
export function attributedText<Extra>(
  stack: readonly Value<Extra>[],
  costs: readonly number[],
  from: number,
  to: number,
  work: Work,
): AttributedText<Extra> {
  const text = to > from ? stack[from] : null;
  if (typeof text !== "string") throw new Damaged("an attributed string without a text");
  const runs: AttributedText<Extra>["runs"] = [];
  const dictionaries: Map<string, Value<Extra>>[] = [];
  const dictionaryCosts: number[] = [];
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
      dictionaryCosts.push(costs[at] ?? 1);
      at += 1;
    } else {
      work.spend(dictionaryCosts[index - 1] ?? 1);
    }
    const attributes = dictionaries[index - 1];
    if (attributes === undefined) throw new Damaged("a run of no attributes");
    if (length < 0 || length > text.length - start) throw new Damaged("a run beyond the text");
    runs.push({ start, length, attributes });
    start += length;
  }
  return { text, runs };
}
