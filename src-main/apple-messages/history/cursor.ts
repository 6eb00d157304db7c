/** A message's place in its history: its date as Apple stores it, and its ROWID. Later ones are greater. */
export interface Place {
  date: bigint;
  rowId: bigint;
}

/** Before and after everything that 64 bits can hold. */
export const FIRST_PLACE: Place = { date: -(2n ** 63n), rowId: -(2n ** 63n) };
export const LAST_PLACE: Place = { date: 2n ** 63n - 1n, rowId: 2n ** 63n - 1n };

/** Negative when `a` is earlier, positive when it is later. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  return a.rowId === b.rowId ? 0 : a.rowId < b.rowId ? -1 : 1;
}

/** A place as a text that means nothing to whoever is handed it. */
export function encodeCursor({ date, rowId }: Place): string {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64BE(date, 0);
  bytes.writeBigInt64BE(rowId, 8);
  return bytes.toString("base64url");
}

/** The place that a cursor names; null for a text that is none. */
export function decodeCursor(text: string): Place | null {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length !== 16) return null;
  const place = { date: bytes.readBigInt64BE(0), rowId: bytes.readBigInt64BE(8) };
  // Whatever else decodes to the same bytes was not made here.
  return encodeCursor(place) === text ? place : null;
}
