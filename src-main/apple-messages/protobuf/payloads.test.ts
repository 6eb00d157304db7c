import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, it } from "vitest";
import { readDigitalTouch } from "./digital-touch.ts";
import { readHandwriting } from "./handwriting.ts";

const ID = "C8A101E7-231C-4C1A-8B19-B4202BE9BDBA";
const XZ = Buffer.from("\xfd7zXZ\0rest", "latin1");

function handwriting({ id = ID, method = 4, strokes = XZ as Uint8Array } = {}): Uint8Array {
  const writing = new BinaryWriter()
    .tag(4, WireType.Varint)
    .uint32(20)
    .tag(5, WireType.Varint)
    .uint32(method)
    .tag(6, WireType.Varint)
    .uint64(2n ** 40n)
    .tag(8, WireType.LengthDelimited)
    .bytes(strokes);
  return new BinaryWriter()
    .tag(2, WireType.Bit64)
    .sfixed64(577_234_961_941n)
    .tag(3, WireType.LengthDelimited)
    .string(id)
    .tag(4, WireType.LengthDelimited)
    .bytes(writing.finish())
    .finish();
}

function touch(kind: number): Uint8Array {
  return new BinaryWriter()
    .tag(1, WireType.Varint)
    .uint32(kind)
    .tag(3, WireType.LengthDelimited)
    .bytes(new Uint8Array(40))
    .tag(5, WireType.LengthDelimited)
    .string(ID)
    .finish();
}

describe("handwriting", () => {
  it("tells when it was written and how many strokes it has, without unpacking them", () => {
    expect(readHandwriting(handwriting())).toEqual({
      createdMsSince2001: 577_234_961_941,
      id: ID,
      strokesCount: 20,
      compression: "xz",
      decompressedLength: 2 ** 40,
      strokes: new Uint8Array(XZ),
    });
  });

  it("tells how the strokes are packed: not at all, or in a way that it does not know", () => {
    expect(readHandwriting(handwriting({ method: 1 }))?.compression).toBe("none");
    expect(readHandwriting(handwriting({ method: 2 }))?.compression).toBeNull();
    expect(readHandwriting(handwriting({ strokes: new Uint8Array(9) }))?.compression).toBeNull();
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["another message", touch(4)],
    ["no UUID", handwriting({ id: "words" })],
    ["one cut off", handwriting().subarray(0, -1)],
    ["groups without end", Buffer.alloc(100_000, 0x0b)],
    ["a field longer than the message", Buffer.from([0x1a, 0xff, 0xff, 0xff, 0xff, 0x07])],
  ])("is null for %s", (_what, bytes) => {
    expect(readHandwriting(bytes, { steps: 0 })).toBeNull();
  });
});

describe("Digital Touch", () => {
  it.each([
    [1, "Tap"],
    [3, "Heartbeat"],
    [4, "Sketch"],
    [6, "Media"],
    [7, "Kiss"],
    [8, "Fireball"],
    [99, "Unknown"],
  ])("knows kind %i as %s", (number, kind) => {
    expect(readDigitalTouch(touch(number))).toEqual({ kind, id: ID });
  });

  it("is null for another message", () => {
    expect(readDigitalTouch(handwriting(), { steps: 0 })).toBeNull();
    expect(readDigitalTouch(new Uint8Array())).toBeNull();
  });
});
