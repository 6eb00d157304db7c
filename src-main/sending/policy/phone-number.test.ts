import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callingCodeOf, spelledOut, withCountry } from "./phone-number.ts";

describe("an address spelled out", () => {
  it.each([
    ["+15551234567", "1", "+15551234567"],
    ["5551234567", "1", "+15551234567"],
    ["15551234567", "1", "+15551234567"],
    ["7911123456", "1", "+17911123456"],
    ["7911123456", "44", "+447911123456"],
    ["07911123456", "44", "+447911123456"],
    ["01711234567", "49", "+491711234567"],
    // A zero stays in Italy, and an eight goes in Russia.
    ["0612345678", "39", "+390612345678"],
    ["89123456789", "7", "+79123456789"],
    // Whatever has its country is exact.
    ["+4407911123456", "44", "+4407911123456"],
    ["7911123456", null, "7911123456"],
    ["+447911123456", null, "+447911123456"],
    // Numbers that are none there, and short codes, which have no country.
    ["5550111", "1", "5550111"],
    ["22395", "49", "22395"],
    ["+1555", "1", "+1555"],
    ["0000000000", "55", "0000000000"],
    ["12345(smsft)", "1", "12345(smsft)"],
    ["Ada@Example.com", "1", "ada@example.com"],
    ["urn:biz:4711", "1", "urn:biz:4711"],
  ])("%s in the country with +%s is %s", (address, code, full) => {
    expect(spelledOut(address, code)).toBe(full);
  });

  it("stays as it is once it is, and ends as it did", () => {
    const address = fc.oneof(fc.stringMatching(/^\+?\d{3,17}$/), fc.emailAddress(), fc.string());
    fc.assert(
      fc.property(
        address,
        fc.constantFrom("1", "44", "49", "39", "54", "55", "52", "7", null),
        (one, code) => {
          const full = spelledOut(one, code);
          expect(spelledOut(full, code)).toBe(full);
          expect(full.slice(-4)).toBe(one.includes("@") ? one.slice(-4).toLowerCase() : one.slice(-4));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("a number for Messages", () => {
  it.each([
    ["07911123456", "44", "+447911123456"],
    ["2025550123", "1", "+12025550123"],
    // Of the right length, and yet no number: Messages may know better.
    ["5551234567", "1", "5551234567"],
    ["22395", "49", "22395"],
    ["07911123456", null, "07911123456"],
    ["ada@example.com", "1", "ada@example.com"],
  ])("%s in the country with +%s is %s", (address, code, full) => {
    expect(withCountry(address, () => code)).toBe(full);
  });
});

describe("a country's calling code", () => {
  it.each([
    ["+447911123456", "44"],
    ["+15550100", "1"],
    ["07911123456", null],
    ["me@example.com", null],
    ["+0", null],
    ["", null],
  ])("of %j is %s", (address, code) => {
    expect(callingCodeOf(address)).toBe(code);
  });
});
