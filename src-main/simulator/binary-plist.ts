/** A number that has to be stored as a real even where it is whole (dates). */
export class PlistReal {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A reference to another object of a keyed archive: CF$UID. */
export class PlistUid {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

/** What these property lists hold. */
export type PlistValue =
  | boolean
  | number
  | string
  | Uint8Array
  | PlistReal
  | PlistUid
  | readonly PlistValue[]
  | { readonly [key: string]: PlistValue };

/**
 * Writes a binary property list ("bplist00"): objects, a table of their offsets, a trailer of 32 bytes.
 * Only what Messages' columns need: booleans, integers from 0 to 2^53, reals, text, data, references of keyed
 * archives, arrays, dictionaries. The format is described in Apple's CFBinaryPList.c.
 */
export function writeBinaryPlist(root: PlistValue): Buffer {
  const objects: Buffer[] = [];
  const pending: Array<() => void> = [];
  const references = (values: readonly PlistValue[]): number[] => values.map((value) => add(value));

  function add(value: PlistValue): number {
    const index = objects.length;
    objects.push(Buffer.alloc(0));
    pending.push(() => {
      objects[index] = encode(value);
    });
    return index;
  }

  function encode(value: PlistValue): Buffer {
    if (typeof value === "boolean") return Buffer.from([value ? 0x09 : 0x08]);
    if (typeof value === "number") return integer(value);
    if (typeof value === "string") return text(value);
    if (value instanceof PlistReal) {
      const real = Buffer.alloc(9, 0x23);
      real.writeDoubleBE(value.value, 1);
      return real;
    }
    if (value instanceof PlistUid) return Buffer.from([0x81, value.index >> 8, value.index & 0xff]);
    if (value instanceof Uint8Array) return Buffer.concat([marker(0x40, value.length), value]);
    if (isArray(value))
      return Buffer.concat([marker(0xa0, value.length), ...references(value).map(reference)]);
    const keys = Object.keys(value);
    const links = [...references(keys), ...references(Object.values(value))];
    return Buffer.concat([marker(0xd0, keys.length), ...links.map(reference)]);
  }

  add(root);
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) next();
  return assemble(objects);
}

/**
 * Reads back what writeBinaryPlist wrote (offsets of 4 bytes, references of 2); reals come back as plain
 * numbers. Throws on anything else. The simulator needs it to edit one message twice.
 */
export function readBinaryPlist(bytes: Buffer): unknown {
  const trailer = bytes.subarray(bytes.length - 32);
  if (bytes.toString("latin1", 0, 8) !== "bplist00" || trailer[6] !== 4 || trailer[7] !== 2) {
    throw new Error("This property list was not written by the simulator.");
  }
  const table = Number(trailer.readBigUInt64BE(24));

  function at(index: number): unknown {
    const offset = bytes.readUInt32BE(table + index * 4);
    const first = bytes.readUInt8(offset);
    const kind = first & 0xf0;
    if (kind === 0x00) return first === 0x09;
    if (first === 0x13) return Number(bytes.readBigUInt64BE(offset + 1));
    if (kind === 0x10) return bytes.readUIntBE(offset + 1, 1 << (first & 0x0f));
    if (first === 0x81) return new PlistUid(bytes.readUInt16BE(offset + 1));
    if (kind === 0x20) return bytes.readDoubleBE(offset + 1);
    const { count, start } = extent(offset, first);
    const linked = (position: number): unknown => at(bytes.readUInt16BE(start + position * 2));
    const places = Array.from({ length: count }, (_, position) => position);
    if (kind === 0x40) return Buffer.from(bytes.subarray(start, start + count));
    if (kind === 0x50) return bytes.toString("latin1", start, start + count);
    if (kind === 0x60)
      return Buffer.from(bytes.subarray(start, start + count * 2))
        .swap16()
        .toString("utf16le");
    if (kind === 0xa0) return places.map(linked);
    if (kind === 0xd0) return Object.fromEntries(places.map((n) => [String(linked(n)), linked(count + n)]));
    throw new Error(`Unknown object 0x${first.toString(16)} in a property list.`);
  }

  /** A count of 15 or more stands after the marker, as an integer object. */
  function extent(offset: number, first: number): { count: number; start: number } {
    const short = first & 0x0f;
    if (short < 0x0f) return { count: short, start: offset + 1 };
    const width = 1 << (bytes.readUInt8(offset + 1) & 0x0f);
    return { count: bytes.readUIntBE(offset + 2, width), start: offset + 2 + width };
  }

  return at(Number(trailer.readBigUInt64BE(16)));
}

function assemble(objects: readonly Buffer[]): Buffer {
  const header = Buffer.from("bplist00");
  const offsets: Buffer[] = [];
  let position = header.length;
  for (const object of objects) {
    const offset = Buffer.alloc(4);
    offset.writeUInt32BE(position);
    offsets.push(offset);
    position += object.length;
  }
  const trailer = Buffer.alloc(32);
  trailer[6] = 4;
  trailer[7] = 2;
  trailer.writeBigUInt64BE(BigInt(objects.length), 8);
  trailer.writeBigUInt64BE(0n, 16);
  trailer.writeBigUInt64BE(BigInt(position), 24);
  return Buffer.concat([header, ...objects, ...offsets, trailer]);
}

function reference(index: number): Buffer {
  return Buffer.from([index >> 8, index & 0xff]);
}

function marker(kind: number, count: number): Buffer {
  return count < 15
    ? Buffer.from([kind | count])
    : Buffer.concat([Buffer.from([kind | 0x0f]), integer(count)]);
}

function integer(value: number): Buffer {
  if (value < 0x100) return Buffer.from([0x10, value]);
  if (value < 0x1_0000) return Buffer.from([0x11, value >> 8, value & 0xff]);
  if (value >= 0x1_0000_0000) {
    const widest = Buffer.alloc(9, 0x13);
    widest.writeBigUInt64BE(BigInt(value), 1);
    return widest;
  }
  const wide = Buffer.alloc(5, 0x12);
  wide.writeUInt32BE(value, 1);
  return wide;
}

function text(value: string): Buffer {
  if (/^[\x20-\x7e]*$/.test(value))
    return Buffer.concat([marker(0x50, value.length), Buffer.from(value, "latin1")]);
  return Buffer.concat([marker(0x60, value.length), Buffer.from(value, "utf16le").swap16()]);
}

function isArray(value: PlistValue): value is readonly PlistValue[] {
  return Array.isArray(value);
}
