import { describe, expect, it } from "vitest";
import { ArchivedUrl } from "../decoding/archived-url.ts";
import { handMadePlist, object } from "../decoding/testing/plist-builder.ts";
import { readDataDetectorResult } from "./data-detector.ts";
import { readArchiveRoot, readKeyedArchive } from "./keyed-archive.ts";

type Plain =
  | string
  | number
  | boolean
  | Uint8Array
  | Ref
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** A reference to an object of the archive, by its place. */
class Ref {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

const ref = (index: number): Ref => new Ref(index);

/** An archive with these objects behind "$null"; the root is the first of them. */
function archive(objects: readonly Plain[], top: Record<string, Plain> = { root: ref(1) }): Buffer {
  const encoded: Buffer[] = [];
  const add = (value: Plain): number => {
    const at = encoded.push(Buffer.alloc(0)) - 1;
    encoded[at] = encode(value);
    return at;
  };
  const counted = (kind: number, count: number): number[] =>
    count < 15 ? [kind | count] : [kind | 0x0f, 0x11, count >> 8, count & 0xff];
  function encode(value: Plain): Buffer {
    if (value instanceof Ref) return object(0x81, value.index >> 8, value.index & 0xff);
    if (typeof value === "boolean") return object(value ? 0x09 : 0x08);
    if (typeof value === "number") {
      const real = Buffer.alloc(9, 0x23);
      real.writeDoubleBE(value, 1);
      return real;
    }
    if (typeof value === "string") return object(...counted(0x50, value.length), value);
    if (value instanceof Uint8Array) return Buffer.concat([object(...counted(0x40, value.length)), value]);
    if (isList(value)) return object(...counted(0xa0, value.length), ...value.map(add));
    const keys = Object.keys(value);
    return object(...counted(0xd0, keys.length), ...keys.map(add), ...Object.values(value).map(add));
  }
  const root = add({ $objects: ["$null", ...objects], $top: top });
  return handMadePlist({ objects: encoded, top: root });
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

const named = (name: string): Plain => ({ $classname: name, $classes: [name, "NSObject"] });

describe("keyed archives", () => {
  it("resolve dictionaries, lists and sets, whose members are elsewhere", () => {
    const bytes = archive([
      { $class: ref(2), "NS.keys": [ref(3), ref(4)], "NS.objects": [ref(5), ref(6)] },
      named("NSDictionary"),
      "list",
      "nothing",
      { $class: ref(7), "NS.objects": [ref(3), ref(0)] },
      { $class: ref(8) },
      named("NSSet"),
      named("NSNull"),
    ]);
    expect(readArchiveRoot(bytes)).toEqual(
      new Map<string, unknown>([
        ["list", ["list", null]],
        ["nothing", null],
      ]),
    );
  });

  it("give a URL with what it is relative to", () => {
    const bytes = archive([
      { $class: ref(5), "NS.base": ref(2), "NS.relative": ref(4) },
      { $class: ref(5), "NS.base": ref(0), "NS.relative": ref(3) },
      "https://example.com/dir/",
      "page.html",
      named("NSURL"),
    ]);
    const url = readArchiveRoot(bytes);
    expect(url).toEqual(new ArchivedUrl("page.html", new ArchivedUrl("https://example.com/dir/")));
    expect(url instanceof ArchivedUrl && url.absolute).toBe("https://example.com/dir/page.html");
  });

  it("do not resolve a URL that is longer than 8,192 characters with what it is relative to", () => {
    const base = new ArchivedUrl(`https://example.com/${"x".repeat(8_192)}/`);
    expect(new ArchivedUrl("page.html", base).absolute).toBe("page.html");
  });

  it("give a UUID as text, a date as a Date, data as bytes, a string object as its string", () => {
    const bytes = archive([
      { a: ref(2), b: ref(3), c: ref(4), d: ref(5) },
      { $class: ref(6), "NS.uuidbytes": Buffer.from("5e5a5125d53042e18f7f1943614e0016", "hex") },
      { $class: ref(7), "NS.time": 86_400.5 },
      { $class: ref(8), "NS.data": new Uint8Array([1, 2]) },
      { $class: ref(9), "NS.string": "words" },
      named("NSUUID"),
      named("NSDate"),
      named("NSMutableData"),
      named("NSMutableString"),
    ]);
    expect(readArchiveRoot(bytes)).toEqual(
      new Map<string, unknown>([
        ["a", "5E5A5125-D530-42E1-8F7F-1943614E0016"],
        ["b", new Date("2001-01-02T00:00:00.500Z")],
        ["c", new Uint8Array([1, 2])],
        ["d", "words"],
      ]),
    );
  });

  it("give any other class as what it encoded, and share what is shared", () => {
    const bytes = archive([
      { $class: ref(3), first: ref(2), second: ref(2) },
      { $class: ref(3), size: "{0, 0}" },
      named("LPImage"),
    ]);
    const root = readArchiveRoot(bytes);
    const [first, second] = root instanceof Map ? [root.get("first"), root.get("second")] : [];
    expect(first).toEqual(new Map([["size", "{0, 0}"]]));
    expect(second).toBe(first);
  });

  it("give null where an object refers back to itself, and go on", () => {
    const bytes = archive([{ parent: ref(1), name: "loop" }]);
    expect(readArchiveRoot(bytes)).toEqual(
      new Map<string, unknown>([
        ["parent", null],
        ["name", "loop"],
      ]),
    );
  });

  it("are null for a plain property list, a reference to nothing and keys without values", () => {
    expect(readKeyedArchive(handMadePlist({ objects: [object(0xd0)] }))).toBeNull();
    expect(readKeyedArchive(archive([ref(1)], { root: ref(77) }))).toBeNull();
    expect(
      readKeyedArchive(
        archive([{ $class: ref(2), "NS.keys": ["a"], "NS.objects": [] }, named("NSDictionary")]),
      ),
    ).toBeNull();
  });

  it("are null when they would be 2^60 objects written out, or nest without end", () => {
    const doubling = Array.from({ length: 60 }, (_, at) => [ref(at + 2), ref(at + 2)]);
    expect(readKeyedArchive(archive([...doubling, true]))).toBeNull();
    const chain = Array.from({ length: 140 }, (_, at) => [ref(at + 2)]);
    expect(readKeyedArchive(archive([...chain, true]))).toBeNull();
  });
});

describe("what data detectors found", () => {
  it("is a tree of kinds, with the stretch of text each was found in", () => {
    const bytes = archive(
      [
        { $class: ref(5), T: "PhysicalAmount", MS: "1L", SR: ref(2) },
        { $class: ref(4), "NS.objects": [ref(3)] },
        { $class: ref(5), T: "Unit", V: "liter", MS: "L" },
        named("NSArray"),
        named("DDScannerResult"),
      ],
      { "dd-result": ref(1) },
    );
    expect(readDataDetectorResult(bytes)).toEqual({
      kind: "PhysicalAmount",
      matched: "1L",
      children: [{ kind: "Unit", value: "liter", matched: "L", children: [] }],
    });
  });

  it("is null in an archive of something else", () => {
    expect(readDataDetectorResult(archive(["words"]))).toBeNull();
    expect(readDataDetectorResult(archive([{ T: "Money" }], { "dd-result": ref(1) }))).toBeNull();
  });
});
