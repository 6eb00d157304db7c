import { writtenText } from "../decoding/written.ts";

const LONGEST = 64;
const SLOTS = 1024;

/** A name, and how long it is when it is written out. */
export interface Name {
  readonly text: string;
  readonly written: number;
}

const named = (text: string): Name => ({ text, written: writtenText(text) });
const EMPTY = named("");

/** The last name of each slot, all ASCII: class names, type encodings and attribute names repeat for ever. */
const slots: Name[] = new Array<Name>(SLOTS).fill(EMPTY);

/**
 * The name of `length` bytes of UTF-8 from `at`, all of which must be there. It comes out of a small table
 * of fixed size where it was seen before, since making a string costs more than comparing one.
 */
export function nameAt(bytes: Buffer, at: number, length: number): Name {
  if (length === 0) return EMPTY;
  if (length > LONGEST) return named(bytes.toString("utf8", at, at + length));
  const slot = slotOf(bytes, at, length);
  const known = slots[slot] ?? EMPTY;
  if (known.text.length === length && sameBytes(known.text, bytes, at)) return known;
  const name = named(bytes.toString("utf8", at, at + length));
  // As many characters as bytes: ASCII throughout, or broken UTF-8, which no bytes will compare equal to.
  if (name.text.length === length) slots[slot] = name;
  return name;
}

/** Attribute names begin and end alike, so the middle counts too. */
function slotOf(bytes: Buffer, at: number, length: number): number {
  const first = bytes[at] ?? 0;
  const fifth = bytes[at + (length > 5 ? 5 : length - 1)] ?? 0;
  const middle = bytes[at + (length >> 1)] ?? 0;
  const last = bytes[at + length - 1] ?? 0;
  return (length * 37 + first * 5 + fifth * 11 + middle * 101 + last * 3) & (SLOTS - 1);
}

function sameBytes(text: string, bytes: Buffer, at: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[at + index]) return false;
  }
  return true;
}
