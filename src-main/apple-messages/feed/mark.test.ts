import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limitsOf, type Mark, noted, settled } from "./mark.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (highWater: number): Mark => ({ highWater, ahead: null, beyondSince: null });

/** Rows of these dates come at these moments: the mark afterwards. */
function markAfter(mark: Mark, rows: readonly (readonly [date: number, now: number])[]): Mark {
  return rows.reduce((before, [date, now]) => noted(settled(before, now), date, now), mark);
}

describe("the mark", () => {
  it("stands still while the Mac is away, so that nothing of those days is backfill", () => {
    const away = at(NOW - 5 * DAY);
    const back = markAfter(away, [[NOW - 60_000, NOW]]);
    expect(limitsOf(back, NOW).backfill).toBe(NOW - 6 * DAY);
  });

  it("stays there while they come, the newest first, and calls what is behind it late", () => {
    const back = markAfter(at(NOW - 5 * DAY), [
      [NOW - 60_000, NOW],
      [NOW - 2 * DAY, NOW + 1_000],
    ]);
    expect(limitsOf(back, NOW + 2_000)).toEqual({ backfill: NOW - 6 * DAY, late: NOW - 60_000 - HOUR });
  });

  it("follows an hour later", () => {
    const later = markAfter(at(NOW - 5 * DAY), [
      [NOW, NOW],
      [NOW + HOUR, NOW + HOUR],
    ]);
    expect(limitsOf(later, NOW + HOUR).backfill).toBe(NOW - DAY);
  });

  it("is not moved by a scheduled message, nor by a clock that is behind for a while", () => {
    expect(noted(at(NOW), NOW + DAY, NOW)).toEqual(at(NOW));
    const behind = markAfter(at(NOW), [[NOW - 365 * DAY, NOW - 365 * DAY]]);
    expect(limitsOf(settled(behind, NOW + 1_000), NOW + 1_000).backfill).toBe(NOW - DAY);
  });

  it("comes back from the future, when the clock was ahead, after a day", () => {
    const ahead = markAfter(at(NOW + 30 * DAY), [
      [NOW, NOW],
      [NOW + DAY, NOW + DAY],
    ]);
    expect(ahead.highWater).toBe(NOW + DAY);
  });

  it("never goes back and never into the future while the clock is right", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -400 * DAY, max: DAY }), fc.nat(2 * HOUR)));
    fc.assert(
      fc.property(steps, (rows) => {
        let now = NOW;
        let mark = at(NOW - DAY);
        for (const [age, pause] of rows) {
          now += pause;
          const next = noted(settled(mark, now), now + age, now);
          expect(next.highWater).toBeGreaterThanOrEqual(mark.highWater);
          expect(Math.max(next.highWater, next.ahead?.at ?? 0)).toBeLessThanOrEqual(now);
          mark = next;
        }
      }),
    );
  });
});
