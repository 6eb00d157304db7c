import fc from "fast-check";
import { expect, it } from "vitest";
import { latencyTop, roundTop } from "./chart-scale.ts";

it.each([
  [0, 10],
  [10, 10],
  [11, 20],
  [92, 100],
  [101, 200],
  [4321, 6000],
])("the axis for %i ends at %i", (most, top) => {
  expect(roundTop(most)).toBe(top);
});

it("never cuts a bar and never leaves more than two thirds of the plot empty", () => {
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 1_000_000 }), (most) => {
      const top = roundTop(most);
      expect(top).toBeGreaterThanOrEqual(most);
      expect(Number.isInteger(top / 2)).toBe(true);
      expect(most / top).toBeGreaterThan(1 / 3);
    }),
  );
});

it("keeps the limit in sight, and makes room for what is worse", () => {
  expect(latencyTop(3)).toBe(24);
  expect(latencyTop(24)).toBe(24);
  expect(latencyTop(250)).toBe(400);
});
