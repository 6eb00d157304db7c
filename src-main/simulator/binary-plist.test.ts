import { expect, it } from "vitest";
import { PlistReal, readBinaryPlist, writeBinaryPlist } from "./binary-plist.ts";
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
