import { Damaged } from "../decoding/work.ts";

/** The tags of a typedstream, as signed bytes. */
export const Tag = {
  int16: -127,
  int32: -126,
  real: -125,
  new: -124,
  nil: -123,
  end: -122,
  int64: -121,
} as const;

/** A reference to entry n of a table is written as this plus n. */
export const FIRST_REFERENCE = -110;

const HEADER = Buffer.from("\x04\x0bstreamtyped\x81\xe8\x03", "latin1");

/**
 * Reads the tokens of a typedstream as macOS writes it: version 4, little endian, system version 1000.
 * No length is believed before its bytes are there. Throws Damaged.
 */
export class Tokens {
  readonly bytes: Buffer;
  readonly #end: number;
  #at = HEADER.length;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
    if (bytes.length < HEADER.length) throw new Damaged("no typedstream header");
    for (let at = 0; at < HEADER.length; at += 1) {
      if (bytes[at] !== HEADER[at]) throw new Damaged("no typedstream header");
    }
  }

  /** The next byte, signed: a tag, a small number or a reference. */
  head(): number {
    const byte = this.unsigned();
    return byte > 0x7f ? byte - 0x100 : byte;
  }

  /** The next byte, unsigned. */
  unsigned(): number {
    if (this.#at >= this.#end) throw new Damaged("cut off");
    const byte = this.bytes[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  /** Whether an object ends here; its end is then passed. */
  ends(): boolean {
    if (this.#at >= this.#end) throw new Damaged("cut off");
    if (this.bytes[this.#at] !== Tag.end + 0x100) return false;
    this.#at += 1;
    return true;
  }

  /** Passes so many bytes and gives the place of the first. */
  skip(count: number): number {
    const start = this.#at;
    if (count > this.#end - start) throw new Damaged("cut off");
    this.#at = start + count;
    return start;
  }

  /** The signed integer that a head announces: a number where a double holds it. */
  integer(head: number): number | bigint {
    if (head > Tag.int64 || head < Tag.int16) return head;
    if (head === Tag.int16) return this.bytes.readInt16LE(this.skip(2));
    if (head === Tag.int32) return this.bytes.readInt32LE(this.skip(4));
    if (head !== Tag.int64) throw new Damaged("a tag where a number belongs");
    return narrowed(this.bytes.readBigInt64LE(this.skip(8)));
  }

  /** An unsigned integer. Apple writes it as the signed one of the same bits; 16 bits are taken as they are. */
  natural(width: 16 | 32 | 64): number | bigint {
    const head = this.head();
    const value = this.integer(head);
    if (value >= 0) return value;
    if (head === Tag.int16) return Number(value) + 0x1_0000;
    return narrowed(BigInt.asUintN(width, BigInt(value)));
  }

  /** A number of the type that this letter stands for. */
  number(type: number): number | bigint {
    switch (type) {
      case 0x63: // c
        return (this.unsigned() << 24) >> 24;
      case 0x43: // C
        return this.unsigned();
      case 0x66: // f
        return this.real(false);
      case 0x64: // d
        return this.real(true);
      case 0x69: // i
      case 0x73: // s
      case 0x6c: // l
      case 0x71: // q
      case 0x42: // B
        return this.integer(this.head());
      case 0x53: // S
        return this.natural(16);
      case 0x49: // I
      case 0x4c: // L
        return this.natural(32);
      case 0x51: // Q
        return this.natural(64);
      default:
        throw new Damaged("an unknown type");
    }
  }

  /** The length of what follows. */
  length(): number {
    const head = this.head();
    if (head >= 0) return head;
    const value = Number(this.integer(head));
    if (value >= 0) return value;
    if (head === Tag.int16) return value + 0x1_0000;
    throw new Damaged("a negative length");
  }

  /** A float or a double; a whole one is written as an integer. */
  real(double: boolean): number {
    const head = this.head();
    if (head !== Tag.real) return Number(this.integer(head));
    return double ? this.bytes.readDoubleLE(this.skip(8)) : this.bytes.readFloatLE(this.skip(4));
  }
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
