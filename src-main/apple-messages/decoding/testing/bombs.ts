import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { messageBody } from "../../../simulator/message-body.ts";
import { encodeAttributedBody } from "../../../simulator/typedstream-encoder.ts";
import { DECODERS, type Decoder } from "./decoders.ts";
import { object } from "./plist-builder.ts";

/** A small input that asks for a lot of memory, or for a long result; `size` is about how many bytes to make. */
export interface Bomb {
  name: string;
  decoders: readonly Decoder[];
  make(size: number): Buffer;
}

const natural = (value: number, width: number): Buffer => {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntBE(value, 0, width);
  return bytes;
};

const counted = (kind: number, count: number): Buffer =>
  Buffer.concat([Buffer.from([kind | 0x0f, 0x12]), natural(count, 4)]);

/** A list with references of 3 bytes. */
const list = (references: readonly number[]): Buffer =>
  Buffer.concat([counted(0xa0, references.length), ...references.map((one) => natural(one, 3))]);

const dictionary = (entries: readonly (readonly [number, number])[]): Buffer =>
  Buffer.concat([
    counted(0xd0, entries.length),
    ...entries.map(([key]) => natural(key, 3)),
    ...entries.map(([, value]) => natural(value, 3)),
  ]);

const ascii = (text: string): Buffer => Buffer.concat([counted(0x50, text.length), Buffer.from(text)]);

/**
 * A property list with references of 3 bytes. An object that is a number stands where that object of the list
 * stands: the table of offsets may name one place again and again.
 */
function plist(objects: readonly (Buffer | number)[], top = 0): Buffer {
  const offsets: number[] = [];
  const bytes: Buffer[] = [];
  let at = 8;
  for (const one of objects) {
    if (typeof one === "number") {
      offsets.push(offsets[one] ?? 0);
    } else {
      offsets.push(at);
      bytes.push(one);
      at += one.length;
    }
  }
  const trailer = Buffer.alloc(32);
  trailer.writeUInt8(3, 6);
  trailer.writeUInt8(3, 7);
  trailer.writeBigUInt64BE(BigInt(objects.length), 8);
  trailer.writeBigUInt64BE(BigInt(top), 16);
  trailer.writeBigUInt64BE(BigInt(at), 24);
  return Buffer.concat([
    Buffer.from("bplist00"),
    ...bytes,
    ...offsets.map((one) => natural(one, 3)),
    trailer,
  ]);
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

/** A list of so many objects that all stand in the same place. */
const overlapping = (count: number, one: Buffer): Buffer[] | (Buffer | number)[] => [
  list(range(1, count)),
  one,
  ...new Array<number>(count - 1).fill(1),
];

/** An archive whose `$objects` are these, behind "$null"; the first of them is the root. */
function archive(objects: readonly (Buffer | number)[], shared: readonly Buffer[], top = "root"): Buffer {
  // 0 dictionary, 1 to 3 its words, 4 $objects, 5 $top, 6 the root's reference, then the shared, then the objects.
  const first = 7 + shared.length;
  return plist([
    dictionary([
      [1, 4],
      [2, 5],
    ]),
    ascii("$objects"),
    ascii("$top"),
    ascii(top),
    list([3, ...range(first, objects.length)]),
    dictionary([[3, 6]]),
    object(0x80, 1),
    ...shared,
    ...objects,
  ]);
}

const uid = (index: number): Buffer => Buffer.concat([Buffer.from([0x82]), natural(index, 3)]);

const HEADER = Buffer.from("\x04\x0bstreamtyped\x81\xe8\x03", "latin1");

/** An object of that class that holds these bytes again and again, without an end where there is none. */
function stream(className: string, start: string, again: string, size: number): Buffer {
  const opened = `\x84\x01@\x84\x84\x84${String.fromCharCode(className.length)}${className}\x00\x85`;
  const head = Buffer.concat([HEADER, Buffer.from(opened + start, "latin1")]);
  const times = Math.max(1, Math.floor((size - head.length) / again.length));
  return Buffer.concat([head, Buffer.from(again.repeat(times), "latin1"), Buffer.from([0x86])]);
}

const PLISTS = [...DECODERS["chat.properties"], ...DECODERS.message_summary_info];

const inPlist = (name: string, ...one: (number | string)[]): Bomb => ({
  name: `a list of ${name}, all of which stand in one place`,
  decoders: PLISTS,
  make: (size) => plist(overlapping(Math.floor(size / 6), object(...one))),
});

const shared = (name: string, ...one: (number | string)[]): Bomb => ({
  name: `${name} that a list refers to again and again`,
  decoders: PLISTS,
  make: (size) => plist([list(new Array<number>(Math.floor(size / 3)).fill(1)), object(...one)]),
});

const inArchive = (name: string, ...one: (number | string)[]): Bomb => ({
  name: `an archive that copies ${name} again and again`,
  decoders: [...DECODERS.payload_data, ...DECODERS.dd_result],
  make: (size) => archive([list(new Array<number>(Math.floor(size / 3)).fill(7))], [object(...one)]),
});

const inStream = (name: string, className: string, start: string, again: string): Bomb => ({
  name: `a typedstream of ${name}`,
  decoders: DECODERS.typedstream,
  make: (size) => stream(className, start, again, size),
});

const fields = (name: string, next: (writer: BinaryWriter, at: number) => void, each: number): Bomb => ({
  name: `protobuf fields of ${name}`,
  decoders: [...DECODERS.handwriting_payload, ...DECODERS.digital_touch_payload],
  make: (size) => {
    const writer = new BinaryWriter();
    for (let at = 0; at < size / each; at += 1) next(writer, at);
    return Buffer.from(writer.finish());
  },
});

/** Every way that we know of to make one of the decoders take too much. */
export const BOMBS: readonly Bomb[] = [
  inPlist("empty dictionaries", 0xd0),
  inPlist("empty lists", 0xa0),
  inPlist("empty blobs", 0x40),
  inPlist("blobs of 65 bytes", 0x4f, 0x10, 65, "x".repeat(65)),
  inPlist("empty texts", 0x50),
  inPlist("texts in UTF-16", 0x6f, 0x10, 60, "\x30\x42".repeat(60)),
  inPlist("dates", 0x33, 0x41, "\0".repeat(7)),
  inPlist("references", 0x80, 7),
  inPlist("doubles", 0x23, 0x40, 0x59, 0x20, 0, 0, 0, 0, 1),
  inPlist("huge integers", 0x13, 0x7f, "\xff".repeat(7)),
  inPlist("lists of one", 0xa1, 0, 0, 2),
  shared("a text of control characters", 0x5f, 0x10, 60, "\x01".repeat(60)),
  shared("a blob", 0x4f, 0x10, 60, "\x01".repeat(60)),
  shared("a double", 0x23, 0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a),
  {
    name: "a dictionary of equal keys",
    decoders: PLISTS,
    make: (size) =>
      plist([
        dictionary(new Array<[number, number]>(Math.floor(size / 6)).fill([1, 2])),
        ascii("k"),
        object(0xd0),
      ]),
  },
  {
    name: "lists, each of which holds the one before it twice, all in one list",
    decoders: PLISTS,
    make: (size) => {
      const count = Math.floor(size / 15);
      return plist([list(range(1, count)), object(0xa0), ...range(1, count - 1).map((at) => list([at, at]))]);
    },
  },
  {
    name: "lists, each of which holds the one before it",
    decoders: PLISTS,
    make: (size) => {
      const count = Math.floor(size / 15);
      return plist([list(range(1, count)), object(0xa0), ...range(1, count - 1).map((at) => list([at]))]);
    },
  },
  inArchive("an empty dictionary", 0xd0),
  inArchive("an empty list", 0xa0),
  inArchive("a dictionary of one", 0xd1, 0, 0, 3, 0, 0, 3),
  inArchive("a text", 0x5f, 0x10, 60, "\x01".repeat(60)),
  {
    name: "an archive of lists of lists of one empty dictionary",
    decoders: DECODERS.payload_data,
    make: (size) =>
      archive(
        [list(new Array<number>(14).fill(8))],
        [object(0xd0), list(new Array<number>(Math.floor(size / 3)).fill(7))],
      ),
  },
  {
    name: "an archive of URLs, each relative to the one before it",
    decoders: DECODERS.payload_data,
    make: (size) => {
      const count = Math.floor(size / 40);
      // 7 to 10 the words, 11 the class's name, 12 the class; then the references and the URLs by turns.
      const words = [
        ascii("$class"),
        ascii("NS.base"),
        ascii("NS.relative"),
        ascii("$classname"),
        ascii("NSURL"),
      ];
      const references = range(0, count + 3).map((at) => uid(at));
      const place = (index: number): number => 13 + index;
      const urls = range(0, count).map((at) =>
        dictionary([
          [7, place(2)],
          [8, place(at === 0 ? 0 : at + 2)],
          [9, 11],
        ]),
      );
      const all = list(range(3, count).map(place));
      return archive([all, 12, ...urls], [...words, dictionary([[10, 11]]), ...references]);
    },
  },
  {
    name: "data detectors' results with one sub-result again and again",
    decoders: DECODERS.dd_result,
    make: (size) => {
      const shared = [
        ascii("T"),
        ascii("MS"),
        ascii("SR"),
        ascii("x"),
        list(new Array<number>(Math.floor(size / 3)).fill(12)),
        uid(2),
        dictionary([
          [7, 10],
          [8, 10],
          [9, 11],
        ]),
      ];
      return archive(
        [
          13,
          dictionary([
            [7, 10],
            [8, 10],
          ]),
        ],
        shared,
        "dd-result",
      );
    },
  },
  inStream("arrays of empty blobs", "NSArray", "\x84\x0e[99999999[0c]]", "\x92"),
  inStream("arrays of empty structures", "NSArray", "\x84\x0d[99999999{=}]", "\x92"),
  inStream("empty blobs", "NSArray", "\x84\x04[0c]", "\x94"),
  inStream("many empty blobs to a group", "NSArray", `\x84\x50${"[0c]".repeat(20)}`, "\x94"),
  inStream("empty objects", "Thing", "", "\x92\x84\x93\x86"),
  inStream("empty lists", "NSArray", "", "\x92\x84\x93\x86"),
  inStream("empty dictionaries", "NSDictionary", "", "\x92\x84\x93\x86"),
  inStream(
    "dates",
    "NSArray",
    "\x92\x84\x84\x84\x06NSDate\x00\x85\x84\x01d\x01\x86",
    "\x92\x84\x95\x95\x01\x86",
  ),
  {
    name: "a body with a long link that every other letter has",
    decoders: DECODERS.typedstream,
    make: (size) => {
      const link = { link: "\x01".repeat(Math.floor(size * 0.9)) };
      const letters = range(0, 200).map((at) => ({ text: "x", attributes: at % 2 === 0 ? link : {} }));
      return encodeAttributedBody(letters);
    },
  },
  {
    name: "a summary with one body in a hundred versions of fifty parts",
    decoders: DECODERS.message_summary_info,
    make: (size) => {
      const body = messageBody([{ text: "\x01".repeat(size) }]).encoded;
      const parts = range(0, 50);
      // 0 dictionary, 1 its word, 2 the history, 3 the versions, 4 to 6 one of them, 7 its date, 8 its body.
      return plist([
        dictionary([[1, 2]]),
        ascii("ec"),
        dictionary(parts.map((at) => [9 + at, 3])),
        list(new Array<number>(100).fill(4)),
        dictionary([
          [5, 7],
          [6, 8],
        ]),
        ascii("d"),
        ascii("t"),
        object(0x23, "\0".repeat(8)),
        Buffer.concat([counted(0x40, body.length), body]),
        ...parts.map((at) => ascii(`${at}`)),
      ]);
    },
  },
  inStream("small numbers", "NSArray", "\x84\x05[10c]0123456789", "\x84\x01i\x01"),
  inStream("huge integers", "NSArray", "\x84\x01q", "\x87\xff\xff\xff\xff\xff\xff\xff\x7f\x94"),
  inStream("new names", "NSArray", "", "\x84\x01%\x84\x01\x01"),
  inStream("one text again and again", "NSArray", `\x84\x01*\x84\x84\x3c${"\x01".repeat(60)}`, "\x94\x94"),
  inStream("classes", "NSArray", "", "\x92\x84\x84\x93\x00\x85\x86"),
  inStream("bytes one by one", "NSArray", "\x84\x01C\x01", "\x94\x01"),
  fields(
    "empty bytes",
    (writer, at) => writer.tag(16 + at, WireType.LengthDelimited).bytes(new Uint8Array()),
    4,
  ),
  fields("numbers", (writer, at) => writer.tag(16 + at, WireType.Varint).uint64(2n ** 60n), 12),
  fields("one number", (writer) => writer.tag(1, WireType.Varint).uint32(1), 2),
];
