import { describe, expect, it } from "vitest";
import { TypedstreamWriter } from "../../simulator/typedstream-writer.ts";
import { ArchivedUrl } from "../decoding/archived-url.ts";
import { STEPS_PER_BYTE } from "../decoding/work.ts";
import { ArchivedObject, readTypedstream } from "./typedstream.ts";

const HEADER = "\x04\x0bstreamtyped\x81\xe8\x03";
const OBJECT = "\x84\x84\x08NSObject\x00\x85";
const END = "\x86";

const read = (body: string, count = { steps: 0 }) =>
  readTypedstream(Buffer.from(`${HEADER}\x84\x01@${body}`, "latin1"), count);

/** A root object of a class that nobody knows, with one group of that type. */
const group = (type: string, values: string): unknown => {
  const length = String.fromCharCode(type.length);
  const archive = read(`\x84\x84\x84\x05Thing\x00${OBJECT}\x84${length}${type}${values}${END}`);
  return archive?.root instanceof ArchivedObject ? archive.root.values : null;
};

describe("typedstreams", () => {
  it.each([
    ["c", "\xff", [-1]],
    ["C", "\xff", [255]],
    ["i", "\x81\x40\x9c", [-25_536]],
    ["I", "\x81\x40\x9c", [40_000]],
    ["I", "\xff", [2 ** 32 - 1]],
    ["q", "\x87\xff\xff\xff\xff\xff\xff\xff\x7f", [2n ** 63n - 1n]],
    ["q", "\x87\x00\x00\x00\x00\x00\x00\x01\x00", [2 ** 48]],
    ["Q", "\xff", [2n ** 64n - 1n]],
    ["f", "\x83\x00\x00\x60\x40", [3.5]],
    ["d", "\x83\x00\x00\x00\x00\x00\x20\x59\x40", [100.5]],
    ["d", "\x07", [7]],
    ["[3c]", "abc", [new Uint8Array([97, 98, 99])]],
    ["[3i]", "\x01\x02\x03", [1, 2, 3]],
    ["{CGSize=dd}", "\x01\x02", [1, 2]],
    ["[2{P=ii}]", "\x01\x02\x03\x04", [1, 2, 3, 4]],
    ["*", "\x84\x84\x02hi", ["hi"]],
    ["%", "\x84\x02hi", ["hi"]],
    ["#", `\x92`, null],
    ["@", "\x85", [null]],
    ["iI", "\x01\x02", [1, 2]],
  ])("read a group of type %s", (type, values, expected) => {
    expect(group(type, values)).toEqual(expected);
  });

  it("know a class that they do not know by what it is derived from", () => {
    const archive = read(
      `\x84\x84\x84\x08MyString\x00\x84\x84\x08NSString\x01${OBJECT}\x84\x01+\x02hi${END}`,
    );
    expect(archive).toEqual({ rootClass: "MyString", root: "hi" });
  });

  it("give a URL with what it is relative to", () => {
    const writer = new TypedstreamWriter();
    writer.sharedString("@");
    writer.beginObject("NSURL");
    writer.sharedString("c");
    writer.raw(Buffer.from([1]));
    writer.sharedString("@");
    url(writer, "https://example.com/dir/");
    writer.sharedString("@");
    string(writer, "page.html");
    writer.endObject();
    expect(readTypedstream(writer.finish())?.root).toEqual(
      new ArchivedUrl("page.html", new ArchivedUrl("https://example.com/dir/")),
    );
  });

  it("share what is shared", () => {
    const root = readTypedstream(doubling(1))?.root;
    const [first, second] = Array.isArray(root) ? root : [];
    expect(first).toEqual([]);
    expect(second).toBe(first);
  });
});

describe("hostile typedstreams", () => {
  it.each([
    ["lists within lists that would be 2^60 written out", doubling(60)],
    ["lists nested too deep", nested(100)],
    [
      "a class of many superclasses",
      Buffer.from(`${HEADER}\x84\x01@\x84${"\x84\x84\x01A\x00".repeat(200)}\x85`, "latin1"),
    ],
    [
      "an array of a billion nothings",
      Buffer.from(`${HEADER}\x84\x01@\x84\x84\x84\x01A\x00\x85\x84\x0d[999999999{=}]`, "latin1"),
    ],
    [
      "arrays of arrays of arrays",
      Buffer.from(
        `${HEADER}\x84\x01@\x84\x84\x84\x01A\x00\x85\x84\x81\x20\x4e${"[1".repeat(6_666)}${"]".repeat(6_668)}${"x".repeat(1_000_000)}`,
        "latin1",
      ),
    ],
    ["a root that is a number", Buffer.from(`${HEADER}\x84\x01i\x07`, "latin1")],
    ["a root that is nothing", Buffer.from(`${HEADER}\x84\x01@\x85`, "latin1")],
  ])("are null: %s", (_what, bytes) => {
    const count = { steps: 0 };
    expect(readTypedstream(bytes, count)).toBeNull();
    expect(count.steps).toBeLessThanOrEqual(bytes.length * STEPS_PER_BYTE);
  });

  it("hold null where a list contains itself", () => {
    expect(read(`\x84\x84\x84\x07NSArray\x00${OBJECT}\x84\x01i\x01\x92\x92${END}`)).toEqual({
      rootClass: "NSArray",
      root: [null],
    });
  });
});

/** A list of two references to a list of two references, so many deep, to an empty one. */
function doubling(levels: number): Buffer {
  const writer = new TypedstreamWriter();
  writer.sharedString("@");
  const list = (level: number): void => {
    writer.beginObject("NSArray", `list ${level}`);
    writer.sharedString("i");
    writer.integer(level === 0 ? 0 : 2);
    if (level > 0) {
      writer.sharedString("@");
      list(level - 1);
      writer.sharedString("@");
      writer.seenObject(`list ${level - 1}`);
    }
    writer.endObject();
  };
  list(levels);
  return writer.finish();
}

function nested(levels: number): Buffer {
  const writer = new TypedstreamWriter();
  for (let level = 0; level < levels; level += 1) {
    writer.sharedString("@");
    writer.beginObject("NSArray");
    writer.sharedString("i");
    writer.integer(1);
  }
  for (let level = 0; level < levels; level += 1) writer.endObject();
  return writer.finish();
}

function string(writer: TypedstreamWriter, text: string): void {
  writer.beginObject("NSString");
  writer.sharedString("+");
  writer.text(text);
  writer.endObject();
}

function url(writer: TypedstreamWriter, text: string): void {
  writer.beginObject("NSURL");
  writer.sharedString("c");
  writer.raw(Buffer.from([0]));
  writer.sharedString("@");
  string(writer, text);
  writer.endObject();
}
