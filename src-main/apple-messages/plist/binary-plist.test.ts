import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlistReal, type PlistValue as Written, writeBinaryPlist } from "../../simulator/binary-plist.ts";
import { handMadePlist, object } from "../decoding/testing/plist-builder.ts";
import { STEPS_PER_BYTE } from "../decoding/work.ts";
import { PlistUid, type PlistValue, readBinaryPlist } from "./binary-plist.ts";

const one = (...pieces: (number | string)[]): PlistValue =>
  readBinaryPlist(handMadePlist({ objects: [object(...pieces)] }));

describe("binary property lists", () => {
  it.each([
    ["null", [0x00], null],
    ["false", [0x08], false],
    ["true", [0x09], true],
    ["one byte", [0x10, 0xff], 255],
    ["two bytes", [0x11, 0x01, 0x00], 256],
    ["four bytes, unsigned", [0x12, 0xff, 0xff, 0xff, 0xff], 0xffff_ffff],
    ["eight bytes, signed", [0x13, "\xff".repeat(8)], -1],
    ["eight bytes beyond a double", [0x13, 0x7f, "\xff".repeat(7)], 2n ** 63n - 1n],
    ["sixteen bytes", [0x14, "\0".repeat(8), "\xff".repeat(8)], 2n ** 64n - 1n],
    ["a float", [0x22, 0x40, 0x60, 0, 0], 3.5],
    ["a double", [0x23, 0x40, 0x59, 0x20, 0, 0, 0, 0, 0], 100.5],
    ["a date", [0x33, "\0".repeat(8)], new Date("2001-01-01T00:00:00Z")],
    ["data", [0x43, 1, 2, 3], new Uint8Array([1, 2, 3])],
    ["text", [0x52, "hi"], "hi"],
    ["text with a long count", [0x5f, 0x10, 0x10, "x".repeat(16)], "x".repeat(16)],
    ["text in UTF-16", [0x62, 0xd8, 0x3d, 0xde, 0x03], "😃"],
    ["a reference", [0x80, 7], new PlistUid(7)],
    ["an empty list", [0xa0], []],
    ["an empty dictionary", [0xd0], new Map()],
  ])("reads %s", (_what, pieces, value) => {
    expect(one(...pieces)).toEqual(value);
  });

  it("gives back whatever the simulator wrote", () => {
    const leaf = fc.oneof(
      fc.boolean(),
      fc.nat(0xffff_ffff),
      fc.string({ unit: "binary" }),
      fc.uint8Array(),
      fc.double({ noNaN: true }).map((value) => new PlistReal(value)),
    );
    const { tree } = fc.letrec<{ tree: Written }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf,
        fc.array(tie("tree"), { maxLength: 20 }),
        fc.dictionary(fc.string(), tie("tree"), { maxKeys: 20, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (written) => {
        expect(readBinaryPlist(writeBinaryPlist(written))).toEqual(asRead(written));
      }),
      { numRuns: 500 },
    );
  });

  it("keeps __proto__ as a key like any other", () => {
    const plist = readBinaryPlist(
      handMadePlist({
        objects: [
          object(0xd1, 1, 2),
          object(0x59, "__proto__"),
          object(0xd1, 3, 4),
          object(0x51, "x"),
          object(0x09),
        ],
      }),
    );
    expect(plist).toEqual(new Map([["__proto__", new Map([["x", true]])]]));
    expect({}).not.toHaveProperty("x");
  });

  it("reads a shared object once", () => {
    const plist = readBinaryPlist(
      handMadePlist({ objects: [object(0xa2, 1, 1), object(0xa1, 2), object(0x09)] }),
    );
    const [first, second] = Array.isArray(plist) ? plist : [];
    expect(first).toEqual([true]);
    expect(second).toBe(first);
  });
});

describe("damaged and hostile property lists", () => {
  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a header alone", Buffer.from("bplist00")],
    ["another format", Buffer.from(`<?xml version="1.0"?>${" ".repeat(60)}`)],
    ["a list that contains itself", handMadePlist({ objects: [object(0xa1, 0)] })],
    ["two that contain each other", handMadePlist({ objects: [object(0xa1, 1), object(0xa1, 0)] })],
    ["an object that is not there", handMadePlist({ objects: [object(0xa1, 9)] })],
    ["a root that is not there", handMadePlist({ objects: [object(0x09)], top: 3 })],
    ["more objects than bytes", handMadePlist({ objects: [object(0x09)], claimed: 2 ** 40 })],
    [
      "a list longer than the file",
      handMadePlist({ objects: [object(0xaf, 0x13, "\x00\x00\x00\xff\xff\xff\xff\xff")] }),
    ],
    [
      "a text longer than the file",
      handMadePlist({ objects: [object(0x5f, 0x12, "\x7f\xff\xff\xff", "abc")] }),
    ],
    ["a text that reaches into the table", handMadePlist({ objects: [object(0x58, "abc")] })],
    ["data of 2^64 bytes", handMadePlist({ objects: [object(0x4f, 0x13, "\xff".repeat(8))] })],
    ["a key that is no string", handMadePlist({ objects: [object(0xd1, 1, 1), object(0x09)] })],
    ["a date that is none", handMadePlist({ objects: [object(0x33, 0x7f, 0xf8, "\0".repeat(6))] })],
    ["an unknown kind", handMadePlist({ objects: [object(0xe0)] })],
  ])("gives null for %s", (_what, bytes) => {
    const count = { steps: 0 };
    expect(readBinaryPlist(bytes, count)).toBeNull();
    expect(count.steps).toBeLessThanOrEqual(bytes.length * STEPS_PER_BYTE);
  });

  it("gives null for lists within lists that would be 2^100 when written out", () => {
    const objects = Array.from({ length: 100 }, (_, at) => object(0xa2, at + 1, at + 1));
    const bytes = handMadePlist({ objects: [...objects, object(0x09)] });
    expect(readBinaryPlist(bytes)).toBeNull();
  });

  it("gives null for one long text referred to ten thousand times", () => {
    const text = object(0x5f, 0x11, 0x27, 0x10, "x".repeat(10_000));
    const list = object(0xaf, 0x11, 0x27, 0x10, "\x01".repeat(10_000));
    expect(readBinaryPlist(handMadePlist({ objects: [list, text] }))).toBeNull();
  });

  it("gives null for lists nested too deep", () => {
    const objects = Array.from({ length: 200 }, (_, at) => object(0xa1, at + 1));
    expect(readBinaryPlist(handMadePlist({ objects: [...objects, object(0x09)] }))).toBeNull();
  });
});

/** What was written, as it is read: reals are numbers, records Maps. */
function asRead(written: Written): unknown {
  if (written instanceof PlistReal) return written.value;
  if (written instanceof Uint8Array || typeof written !== "object") return written;
  if (Array.isArray(written)) return written.map(asRead);
  return new Map(Object.entries(written).map(([key, value]) => [key, asRead(value)]));
}
