import { expect, it } from "vitest";
import type { Line } from "../../../src-shared/domain/line.ts";
import { settableClock } from "../testing/settable-clock.ts";
import { openLineCountry } from "./line-country.ts";

const phone = (handle: string, lastUsedAt: number | null = 1): Line => ({
  handle,
  kind: "phone",
  services: ["iMessage"],
  lastUsedAt,
});
const mail: Line = { handle: "me@example.com", kind: "email", services: ["iMessage"], lastUsedAt: 2 };

it.each([
  ["its line", [phone("+447911123456"), mail], "44"],
  ["all of its lines", [phone("+12025550123"), phone("+12025550124")], "1"],
  ["those used lately", [phone("+12025550123"), phone("+447911123456", null)], "1"],
  ["lines of which none was used lately", [phone("+12025550123", null)], "1"],
  ["no line, where they are in two countries", [phone("+12025550123"), phone("+447911123456")], null],
  ["no line, where there is an address alone", [mail], null],
  ["no line, where a number does not say", [phone("5551234567")], null],
])("the country is that of %s", (_, lines, code) => {
  expect(openLineCountry({ lines: { list: () => lines }, clock: settableClock() })()).toBe(code);
});

it("the country is looked up once a minute at most", () => {
  const clock = settableClock();
  let asked = 0;
  const lines = { list: () => [phone(asked++ === 0 ? "+447911123456" : "+12025550123")] };
  const code = openLineCountry({ lines, clock });
  expect(asked).toBe(0);
  expect([code(), code(), asked]).toEqual(["44", "44", 1]);
  clock.pass(60_000);
  expect(code()).toBe("1");
});
