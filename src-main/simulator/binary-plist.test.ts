import fc from "fast-check";
import { expect, it } from "vitest";
import { PlistReal, PlistUid, type PlistValue, readBinaryPlist, writeBinaryPlist } from "./binary-plist.ts";
import { decodeSummary, encodeSummary } from "./summary-info.ts";

it("reads back every kind of value it writes", () => {
  const long = "x".repeat(300);
  const plist = writeBinaryPlist({
    yes: true,
    no: false,
    numbers: [0, 255, 256, 65_535, 65_536, 4_294_967_295],
    real: new PlistReal(725_505_911.336),
    text: "naïve 👋",
    long,
    data: Buffer.from([1, 2, 3]),
    empty: {},
  });
  expect(readBinaryPlist(plist)).toEqual({
    yes: true,
    no: false,
    numbers: [0, 255, 256, 65_535, 65_536, 4_294_967_295],
    real: 725_505_911.336,
    text: "naïve 👋",
    long,
    data: Buffer.from([1, 2, 3]),
    empty: {},
  });
});

it("reads back any property list", () => {
  const { value } = fc.letrec<{ value: PlistValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
      fc.nat(Number.MAX_SAFE_INTEGER),
      fc.boolean(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.nat(0xffff).map((index) => new PlistUid(index)),
      fc.array(tie("value"), { maxLength: 20 }),
      fc.dictionary(fc.string(), tie("value"), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (root) => {
      expect(readBinaryPlist(writeBinaryPlist(root))).toEqual(root);
    }),
  );
});

it("keeps the history of an edited message", () => {
  const summary = {
    otr: { 0: { lo: 0, le: 5 } },
    ec: {
      0: [
        { t: Buffer.from("old"), d: 1 },
        { t: Buffer.from("new"), d: 2.5 },
      ],
    },
    rp: [],
  };
  expect(decodeSummary(encodeSummary(summary))).toEqual(summary);
  expect(decodeSummary(null)).toEqual({ otr: {}, ec: {}, rp: [] });
});
