import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePlaces, decodeCursor, encodeCursor, FIRST_PLACE, LAST_PLACE } from "./cursor.ts";

const places = fc.record({
  date: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  rowId: fc.bigInt(1n, 2n ** 53n),
});

describe("a cursor", () => {
  it("names the very place it was made of, in characters that need no escaping", () => {
    fc.assert(
      fc.property(places, (place) => {
        const cursor = encodeCursor(place);
        expect(cursor).toMatch(/^[\w-]{22}$/);
        expect(decodeCursor(cursor)).toEqual(place);
      }),
    );
  });

  it("is nothing else: any other text is none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const place = decodeCursor(text);
        if (place !== null) expect(encodeCursor(place)).toBe(text);
      }),
    );
    const cursor = encodeCursor({ date: 5n, rowId: 7n });
    for (const text of ["", "abc", `${cursor}=`, ` ${cursor}`, cursor.slice(1), `${cursor}A`]) {
      expect(decodeCursor(text)).toBeNull();
    }
  });
});

it("places are in order of date, then of ROWID, between the first and the last", () => {
  fc.assert(
    fc.property(places, places, (a, b) => {
      const expected = Math.sign(Number(a.date - b.date)) || Math.sign(Number(a.rowId - b.rowId));
      expect(comparePlaces(a, b)).toBe(expected);
      expect(comparePlaces(FIRST_PLACE, a)).toBe(-1);
      expect(comparePlaces(a, LAST_PLACE)).toBe(-1);
    }),
  );
});
