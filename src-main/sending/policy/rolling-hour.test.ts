import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settableClock } from "../testing/settable-clock.ts";
import { type NotedSince, rollingHour } from "./rolling-hour.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A wall clock that can be set, beside a time that goes on, and notes kept in wall time. */
function stage() {
  const clock = settableClock();
  const notes: { at: number; steady: number }[] = [];
  const noted: NotedSince = (since) => {
    const ats = notes.map(({ at }) => at).filter((at) => at >= since);
    return { count: ats.length, oldestAt: ats.length === 0 ? null : Math.min(...ats) };
  };
  return {
    clock,
    notes,
    noted,
    pass: clock.pass,
    set: clock.set,
    note: () => void notes.push({ at: clock.now(), steady: clock.monotonic() }),
  };
}

describe("a rolling hour", () => {
  it("holds what was noted in the last hour, and says when the oldest will have left", () => {
    const { clock, noted, note, pass } = stage();
    const hour = rollingHour(clock);
    expect(hour.count(noted)).toEqual({ count: 0, leavesInMs: null });
    note();
    pass(10 * MINUTE);
    note();
    // A second more, since clocks drift.
    expect(hour.count(noted)).toEqual({ count: 2, leavesInMs: 50 * MINUTE + 1_000 });
    pass(50 * MINUTE + 1_001);
    expect(hour.count(noted)).toEqual({ count: 1, leavesInMs: 10 * MINUTE - 1 });
  });

  it("counts what an earlier process noted, also where the clock was set back since", () => {
    const { clock, noted, note, set } = stage();
    note();
    set(-30 * MINUTE);
    expect(rollingHour(clock).count(noted).count).toBe(1);
  });

  it("does not count for ever what was noted under a clock that was years ahead", () => {
    const { clock, noted, note, set, pass } = stage();
    const hour = rollingHour(clock);
    const years = 15 * 365 * 24 * HOUR;
    set(years);
    hour.count(noted);
    note();
    set(-years);
    expect(hour.count(noted).count).toBe(1);
    pass(HOUR + 2_000);
    expect(hour.count(noted)).toEqual({ count: 0, leavesInMs: null });
    expect(rollingHour(clock).count(noted).count).toBe(0);
  });

  it("counts what it should in any history of clocks that are set, and nothing twice", () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant("note" as const), after: fc.nat(20 * MINUTE) }) },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant("set" as const),
          after: fc.integer({ min: -5 * HOUR, max: 5 * HOUR }),
        }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, notes, noted, note, pass, set } = stage();
        const hour = rollingHour(clock);
        for (const { do: what, after } of steps) {
          if (what === "set") {
            set(after);
            continue;
          }
          pass(after);
          const { count } = hour.count(noted);
          const inTheHour = notes.filter(({ steady }) => steady > clock.monotonic() - HOUR).length;
          expect(count).toBeGreaterThanOrEqual(inTheHour);
          expect(count).toBeLessThanOrEqual(notes.length);
          note();
        }
      }),
      { numRuns: 500 },
    );
  });
});
