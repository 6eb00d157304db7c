import { Damaged } from "../decoding/work.ts";

/** The digit at a place of a type encoding; -1 where there is none. */
export function digitAt(encoding: string, at: number): number {
  const digit = encoding.charCodeAt(at) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Whether a value of these types takes any bytes: not where there is nothing but braces, names and empty arrays. */
export function takesBytes(encoding: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const type = encoding.charAt(at);
    if (type === "[") {
      const close = closingBracket(encoding, at + 1, to);
      let inner = at + 1;
      while (digitAt(encoding, inner) >= 0) inner += 1;
      if (Number(encoding.slice(at + 1, inner)) > 0 && takesBytes(encoding, inner, close)) return true;
      at = close;
    } else if (type === "{") {
      const equals = encoding.indexOf("=", at);
      if (equals === -1 || equals >= to) return false;
      at = equals;
    } else if (type !== "}") {
      return true;
    }
  }
  return false;
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
