/** How long things are when a result is written out as JSON, never too short, each with the comma behind it. */
export const Written = { nothing: 6, date: 27, uid: 20, list: 3, map: 3, object: 24 } as const;

/** The most that a text of so many letters or bytes takes: a control character takes six. */
export function mostWritten(length: number): number {
  return 3 + 6 * length;
}

const OTHERS = /[^ !#-[\]-~]/;

/** As mostWritten, but exact for a text of ASCII without quotes and the like, as keys, names and URLs are. */
export function writtenText(text: string): number {
  return OTHERS.test(text) ? mostWritten(text.length) : 3 + text.length;
}

/** A blob, byte after byte with its place, as JSON.stringify writes a Uint8Array. */
export function writtenBlob(bytes: number): number {
  return 3 + 14 * bytes;
}

/** A number or a bigint. */
export function writtenNumber(value: number | bigint): number {
  // The bits of a double that is no small whole number are another number.
  if (typeof value === "number" && (value | 0) === value && value < 1e6 && value > -1e6) return 8;
  return 26;
}
