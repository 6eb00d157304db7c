import { Damaged } from "../decoding/work.ts";

/** The digit at a place of a type encoding; -1 where there is none. */
export function digitAt(encoding: string, at: number): number {
  const digit = encoding.charCodeAt(at) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** The place of the bracket that closes what was opened before `from`. Throws Damaged. */
export function closingBracket(encoding: string, from: number, to: number): number {
  let open = 1;
  for (let at = from; at < to; at += 1) {
    const type = encoding.charAt(at);
    if (type === "[") open += 1;
    else if (type === "]") open -= 1;
    if (open === 0) return at;
  }
  throw new Damaged("an array without an end");
}
