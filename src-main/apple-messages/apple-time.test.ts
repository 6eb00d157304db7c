import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { appleNanoseconds, unixMs } from "./apple-time.ts";

/** What SQLite makes of a column that holds `value`. */
function converter(): (value: bigint | null) => number | null {
  const database = new Sqlite(":memory:");
  onTestFinished(() => void database.close());
  const select = database
    .prepare<[bigint | null], number | null>(`SELECT ${unixMs("t.at")} FROM (SELECT ? AS at) t`)
    .pluck();
  return (value) => select.get(value) ?? null;
}

const MARCH = Date.UTC(2026, 2, 23, 23, 49, 54);
const SECONDS_2001 = 978_307_200n;

it("reads nanoseconds since 2001, as every Mac since 10.13 writes them", () => {
  expect(converter()((BigInt(MARCH) / 1000n - SECONDS_2001) * 1_000_000_000n)).toBe(MARCH);
});

it("reads seconds since 2001, as old rows have them", () => {
  expect(converter()(BigInt(MARCH) / 1000n - SECONDS_2001)).toBe(MARCH);
});

it.each([
  ["0", 0n],
  ["NULL", null],
  ["INT64_MAX", 9_223_372_036_854_775_807n],
])("takes %s for no time", (_name, value) => {
  expect(converter()(value)).toBeNull();
});

it("does not lose a millisecond to rounding, whatever the date", () => {
  const convert = converter();
  const dates = fc.date({ min: new Date("2001-01-02"), max: new Date("2200-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(dates, (date) => {
      fc.pre(appleNanoseconds(date.getTime()) >= 1_000_000_000_000n);
      expect(convert(appleNanoseconds(date.getTime()))).toBe(date.getTime());
    }),
  );
});

it("can be asked of any 64-bit number", () => {
  const convert = converter();
  const least = -(2n ** 63n);
  fc.assert(
    fc.property(fc.bigInt({ min: least, max: 2n ** 63n - 1n }), (value) => {
      expect(() => convert(value)).not.toThrow();
    }),
    { examples: [[least]] },
  );
});

it("stays within 64 bits, however far away the year", () => {
  for (const year of ["0001", "1969", "2001", "2999", "9999"]) {
    const nanoseconds = appleNanoseconds(Date.parse(`${year}-01-01T00:00:00Z`));
    expect(BigInt.asIntN(64, nanoseconds)).toBe(nanoseconds);
  }
});
