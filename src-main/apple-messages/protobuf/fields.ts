import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { Damaged, type Work } from "../decoding/work.ts";

/** The highest field that is kept; Apple's messages here have fewer. */
const LAST_FIELD = 15;

/** The steps that a field weighs; the smallest has two bytes, so no message is refused for having many. */
const FIELD = 8;

/**
 * A protobuf message's fields 1 to 15 by number, the last of each. Numbers are as they stand on the wire,
 * unsigned.
 */
export type Fields = ReadonlyMap<number, number | bigint | Uint8Array>;

/**
 * Reads the fields of a protobuf message without its definition. Groups, which nothing of Apple's here uses
 * and which nest without end, are damage. Throws Damaged.
 */
export function fieldsOf(bytes: Uint8Array, work: Work): Fields {
  const fields = new Map<number, number | bigint | Uint8Array>();
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      work.spend(FIELD);
      const [number, type] = reader.tag();
      const value = fieldValue(reader, type);
      if (number <= LAST_FIELD) fields.set(number, value);
    }
  } catch {
    // The library throws whatever it meets; all of it means the same here.
    throw new Damaged("no protobuf message");
  }
  return fields;
}

function fieldValue(reader: BinaryReader, type: WireType): number | bigint | Uint8Array {
  switch (type) {
    case WireType.Varint:
      return BigInt(reader.uint64());
    case WireType.Bit64:
      return BigInt(reader.sfixed64());
    case WireType.Bit32:
      return reader.fixed32();
    case WireType.LengthDelimited:
      return reader.bytes();
    default:
      throw new Damaged("a group");
  }
}

/** A field as a number that a double holds; null where it is missing. Throws Damaged. */
export function numberField(fields: Fields, field: number): number | null {
  const value = fields.get(field);
  if (value === undefined) return null;
  const number = value instanceof Uint8Array ? Number.NaN : Number(value);
  if (!Number.isSafeInteger(number)) throw new Damaged("a field that is no number");
  return number;
}

/** A field of bytes; null where it is missing. Throws Damaged. */
export function bytesField(fields: Fields, field: number): Uint8Array | null {
  const value = fields.get(field);
  if (value === undefined) return null;
  if (!(value instanceof Uint8Array)) throw new Damaged("a field that is no bytes");
  return value;
}

const UUID = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

/** A field that holds a UUID in words, which every one of these payloads has. Throws Damaged. */
export function uuidField(fields: Fields, field: number): string {
  const text = Buffer.from(bytesField(fields, field) ?? []).toString("latin1");
  if (!UUID.test(text)) throw new Damaged("no UUID");
  return text;
}
