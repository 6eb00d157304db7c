import { describe, expect, it } from "vitest";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { takeTurns } from "./turns.ts";

/** Timers that say how often they were asked to run something. */
function counted() {
  const time = manualTime();
  const turns: (() => void)[] = [];
  const timers = {
    after(_ms: number, run: () => void) {
      turns.push(run);
      return { cancel: () => {} };
    },
  };
  return { time, turns, taken: takeTurns(timers) };
}

describe("turns", () => {
  it("are taken one by one, in the order in which they were asked for", () => {
    const { turns, taken } = counted();
    const done: string[] = [];
    for (const name of ["a", "b", "c"]) taken.soon(() => done.push(name));
    for (const expected of [["a"], ["a", "b"], ["a", "b", "c"]]) {
      expect(turns).toHaveLength(1);
      turns.shift()?.();
      expect(done).toEqual(expected);
    }
    expect(turns).toEqual([]);
  });

  it("leave out what was cancelled, and go on after what throws", () => {
    const { turns, taken } = counted();
    const done: string[] = [];
    taken.soon(() => {
      throw new Error("not mine");
    });
    const cancelled = taken.soon(() => done.push("cancelled"));
    taken.soon(() => done.push("last"));
    cancelled.cancel();
    expect(() => turns.shift()?.()).toThrow("not mine");
    turns.shift()?.();
    expect([done, turns]).toEqual([["last"], []]);
  });
});
