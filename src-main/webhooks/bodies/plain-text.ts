/** What a name may not hold: it would reorder what stands around it, or show as nothing. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The longest name that is told in full, in UTF-16 units. */
const LONGEST_NAME = 100;

/**
 * Text that others wrote, with `\n` as its only end of a line and without control characters; as what precedes a
 * line is ours, nobody begins one that is not seen to be theirs.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .trim();
}

/** The same on one line, cut off at `longest` UTF-16 units. */
export function oneLine(text: string, longest: number): string {
  return cut(cleanText(text).replace(/\s+/g, " "), longest);
}

/** A name that others chose, fit to stand in a sentence of ours. */
export function cleanName(name: string): string {
  return oneLine(cleanText(name).replace(INVISIBLE, ""), LONGEST_NAME);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** No letter that anybody writes is longer, in UTF-16 units; families and flags are shorter. */
const LONGEST_LETTER = 64;

/** Text of at most `longest` UTF-16 units: what is longer ends in `…`, and no letter is cut in two. */
export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, wholeLetters(text, longest - 1))}…`;
}

/** Where the last letter that ends within `longest` UTF-16 units does so. */
function wholeLetters(text: string, longest: number): number {
  const start =
    graphemes.segment(text.slice(0, longest + LONGEST_LETTER)).containing(longest)?.index ?? longest;
  if (longest - start <= LONGEST_LETTER) return start;
  // A heap of accents: at least no character is cut in two.
  return /[\ud800-\udbff]/.test(text.charAt(longest - 1)) ? longest - 1 : longest;
}
