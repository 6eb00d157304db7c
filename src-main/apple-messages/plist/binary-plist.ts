import { dateOf } from "../decoding/apple-date.ts";
import {
  blobWeight,
  bounded,
  Damaged,
  textWeight,
  Weight,
  type Work,
  type WorkCount,
} from "../decoding/work.ts";
import { Written, writtenBlob, writtenNumber, writtenText } from "../decoding/written.ts";

/** A reference to another object of a keyed archive. */
export class PlistUid {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/** What a property list holds. Whole numbers beyond 2^53 are bigint; a set is an array. */
export type PlistValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | PlistUid
  | PlistValue[]
  | Map<string, PlistValue>;

/**
 * Reads a binary property list ("bplist00"). An object that several refer to is read once and shared; one
 * that contains itself is damage. The format is described in Apple's CFBinaryPList.c.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function readBinaryPlist(bytes: Uint8Array, count?: WorkCount): PlistValue {
  return bounded(bytes.length, (work) => parseBinaryPlist(bytes, work), count);
}

/** As readBinaryPlist, for a decoder that goes on with the same work. Throws Damaged. */
export function parseBinaryPlist(bytes: Uint8Array, work: Work): PlistValue {
  return new BinaryPlist(bytes, work).root();
}

const MAGIC = Buffer.from("bplist0", "latin1");
const TRAILER = 32;
const DEEPEST = 128;
const UNREADY = -1;

class BinaryPlist {
  readonly #bytes: Buffer;
  readonly #work: Work;
  readonly #offsetWidth: number;
  readonly #referenceWidth: number;
  readonly #objectCount: number;
  readonly #top: number;
  /** Where the table of offsets begins, and so where the objects end. */
  readonly #table: number;
  readonly #values: PlistValue[];
  /** How long each object is when it is written out; undefined before it is read, UNREADY while it is. */
  readonly #lengths: number[];
  #depth = 0;

  constructor(bytes: Uint8Array, work: Work) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#work = work;
    const trailer = this.#bytes.length - TRAILER;
    if (trailer < MAGIC.length + 1 || MAGIC.compare(this.#bytes, 0, MAGIC.length) !== 0) {
      throw new Damaged("no binary property list");
    }
    this.#offsetWidth = this.#bytes.readUInt8(trailer + 6);
    this.#referenceWidth = this.#bytes.readUInt8(trailer + 7);
    this.#objectCount = this.#natural(trailer + 8, 8);
    this.#top = this.#natural(trailer + 16, 8);
    this.#table = this.#natural(trailer + 24, 8);
    const widths = [this.#offsetWidth, this.#referenceWidth];
    if (widths.some((width) => width < 1 || width > 8)) throw new Damaged("an impossible width");
    if (this.#table + this.#objectCount * this.#offsetWidth > trailer) throw new Damaged("a table cut off");
    work.spend(this.#objectCount);
    this.#values = new Array<PlistValue>(this.#objectCount);
    this.#lengths = new Array<number>(this.#objectCount);
  }

  root(): PlistValue {
    return this.#object(this.#top);
  }

  #object(index: number): PlistValue {
    const length = this.#lengths[index];
    this.#work.spend(1);
    if (length !== undefined) {
      if (length === UNREADY) throw new Damaged("an object that contains itself");
      this.#work.write(length);
      return this.#values[index] ?? null;
    }
    if (index >= this.#objectCount) throw new Damaged("an unknown object");
    if (this.#depth >= DEEPEST) throw new Damaged("too deep");
    this.#lengths[index] = UNREADY;
    this.#depth += 1;
    const before = this.#work.characters;
    const value = this.#read(this.#natural(this.#table + index * this.#offsetWidth, this.#offsetWidth));
    this.#values[index] = value;
    this.#lengths[index] = this.#work.characters - before;
    this.#depth -= 1;
    return value;
  }

  #read(offset: number): PlistValue {
    const start = this.#within(offset, 1);
    const marker = this.#bytes.readUInt8(start);
    const low = marker & 0x0f;
    switch (marker >> 4) {
      case 0x0:
        this.#work.write(Written.nothing);
        return simple(low);
      case 0x1:
        return this.#number(this.#integer(start + 1, low));
      case 0x2:
        return this.#number(this.#real(start + 1, low));
      case 0x3:
        this.#work.spend(Weight.date);
        this.#work.write(Written.date);
        return dateOf(this.#real(start + 1, low));
      case 0x8:
        this.#work.spend(Weight.object);
        this.#work.write(Written.uid);
        return new PlistUid(this.#natural(this.#within(start + 1, low + 1), low + 1));
      default:
        return this.#counted(marker >> 4, start, low);
    }
  }

  /** The objects with a count: in the marker, or as an integer object behind it where it is 15 or more. */
  #counted(kind: number, start: number, low: number): PlistValue {
    let count = low;
    let from = start + 1;
    if (low === 0x0f) {
      const width = this.#bytes.readUInt8(this.#within(from, 1)) ^ 0x10;
      if (width > 3) throw new Damaged("a count that is no integer");
      count = this.#natural(this.#within(from + 1, 1 << width), 1 << width);
      from += 1 + (1 << width);
    }
    switch (kind) {
      case 0x4:
        return this.#data(from, count);
      case 0x5:
        return this.#text(from, count, "latin1");
      case 0x6:
        return this.#text(from, count * 2, "utf16le");
      case 0x7:
        return this.#text(from, count, "utf8");
      case 0xa:
      case 0xb:
      case 0xc:
        return this.#array(from, count);
      case 0xd:
        return this.#dictionary(from, count);
      default:
        throw new Damaged("an unknown kind of object");
    }
  }

  #number(value: number): number;
  #number(value: number | bigint): number | bigint;
  #number(value: number | bigint): number | bigint {
    this.#work.spend(1);
    this.#work.write(writtenNumber(value));
    return value;
  }

  #data(from: number, length: number): Uint8Array {
    this.#within(from, length);
    this.#work.spend(blobWeight(length));
    this.#work.write(writtenBlob(length));
    return new Uint8Array(this.#bytes.subarray(from, from + length));
  }

  #text(from: number, length: number, encoding: "latin1" | "utf16le" | "utf8"): string {
    this.#within(from, length);
    this.#work.spend(textWeight(length));
    const text =
      encoding === "utf16le"
        ? // swap16 works in place: a copy is what it gets.
          Buffer.from(this.#bytes.subarray(from, from + length))
            .swap16()
            .toString(encoding)
        : this.#bytes.toString(encoding, from, from + length);
    this.#work.write(writtenText(text));
    return text;
  }

  #array(from: number, count: number): PlistValue[] {
    this.#within(from, count * this.#referenceWidth);
    this.#work.spend(Weight.list + (count >> 1));
    this.#work.write(Written.list);
    const values = new Array<PlistValue>(count);
    for (let at = 0; at < count; at += 1) values[at] = this.#reference(from, at);
    return values;
  }

  /** All the keys stand first, then all the values. */
  #dictionary(from: number, count: number): Map<string, PlistValue> {
    this.#within(from, 2 * count * this.#referenceWidth);
    this.#work.spend(Weight.map + count * Weight.entry);
    this.#work.write(Written.map);
    const map = new Map<string, PlistValue>();
    for (let at = 0; at < count; at += 1) {
      const key = this.#reference(from, at);
      if (typeof key !== "string") throw new Damaged("a key that is no string");
      map.set(key, this.#reference(from, count + at));
    }
    return map;
  }

  #reference(from: number, position: number): PlistValue {
    return this.#object(this.#natural(from + position * this.#referenceWidth, this.#referenceWidth));
  }

  /** 1, 2 and 4 bytes are unsigned, 8 are signed, and 16 hold what 8 unsigned ones would. */
  #integer(from: number, power: number): number | bigint {
    const width = 1 << power;
    if (power > 4) throw new Damaged("an integer too wide");
    this.#within(from, width);
    if (power < 3) return this.#bytes.readUIntBE(from, width);
    const wide = power === 3 ? this.#bytes.readBigInt64BE(from) : this.#bytes.readBigUInt64BE(from + 8);
    const number = Number(wide);
    return Number.isSafeInteger(number) ? number : wide;
  }

  #real(from: number, power: number): number {
    if (power === 2) return this.#bytes.readFloatBE(this.#within(from, 4));
    if (power === 3) return this.#bytes.readDoubleBE(this.#within(from, 8));
    throw new Damaged("a real of another width");
  }

  /** An unsigned integer of the property list's own making. What is too large for it is damage. */
  #natural(from: number, width: number): number {
    let value = 0;
    for (let at = from; at < from + width; at += 1) value = value * 0x100 + (this.#bytes[at] ?? 0);
    if (!Number.isSafeInteger(value)) throw new Damaged("a number too large");
    return value;
  }

  /** The place, when so many bytes from it on belong to the objects. */
  #within(from: number, length: number): number {
    if (from < MAGIC.length + 1 || from + length > this.#table) throw new Damaged("beyond the objects");
    return from;
  }
}

function simple(low: number): boolean | null {
  if (low === 0x0) return null;
  if (low === 0x8) return false;
  if (low === 0x9) return true;
  throw new Damaged("an unknown constant");
}
