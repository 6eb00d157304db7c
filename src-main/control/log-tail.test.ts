import { describe, expect, it } from "vitest";
import { LogBatch } from "../../src-shared/domain/log-line.ts";
import { openLogTail } from "../observability/log-tail.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { openLogWindow } from "./log-tail.ts";

function opened() {
  const time = manualTime();
  const tail = openLogTail({ clock: time.clock });
  const pushes: LogBatch[] = [];
  const state = { isListening: true };
  const window = openLogWindow({
    tail,
    ...time,
    isListening: () => state.isListening,
    push: (batch) => pushes.push(LogBatch.parse(batch)),
  });
  const say = (count: number, level: "debug" | "warn" = "debug"): void => {
    for (let line = 0; line < count; line += 1) tail.add(level, "line");
  };
  return { time, tail, pushes, state, window, say };
}
const ids = (batches: readonly LogBatch[]): number[] =>
  batches.flatMap(({ lines }) => lines.map(({ id }) => id));

describe("log.follow", () => {
  it("pushes what comes from then on, in batches 200 ms apart", () => {
    const { window, pushes, say, time } = opened();
    say(3);
    expect(window.follow({ follower: "a", on: true })).toEqual({ newest: 3, forMs: 60_000 });
    say(2);
    time.advance(199);
    expect(pushes).toEqual([]);
    say(1);
    time.advance(1);
    expect(pushes).toHaveLength(1);
    expect(ids(pushes)).toEqual([4, 5, 6]);
    time.advance(1_000);
    expect(pushes).toHaveLength(1);
    say(1);
    time.advance(200);
    expect(ids(pushes)).toEqual([4, 5, 6, 7]);
  });

  it("pushes nothing unasked, and sets no timer for it", () => {
    const { window, pushes, say, time, state } = opened();
    say(5);
    state.isListening = false;
    window.follow({ follower: "a", on: true });
    say(5);
    expect(time.pending()).toBe(0);
    time.advance(1_000);
    expect(pushes).toEqual([]);
  });

  it("ends when the window says so, for that window alone", () => {
    const { window, pushes, say, time } = opened();
    window.follow({ follower: "a", on: true });
    window.follow({ follower: "b", on: true });
    window.follow({ follower: "a", on: false });
    say(1);
    time.advance(200);
    expect(pushes).toHaveLength(1);
    window.follow({ follower: "b", on: false });
    say(1);
    time.advance(1_000);
    expect(pushes).toHaveLength(1);
  });

  it("ends by itself for a window that is gone, and goes on for one that asks again", () => {
    const { window, pushes, say, time, state } = opened();
    window.follow({ follower: "a", on: true });
    time.advance(40_000);
    window.follow({ follower: "a", on: true });
    time.advance(40_000);
    say(1);
    time.advance(200);
    expect(pushes).toHaveLength(1);
    time.advance(60_000);
    say(1);
    time.advance(200);
    expect(pushes).toHaveLength(1);
    window.follow({ follower: "b", on: true });
    state.isListening = false;
    say(1);
    time.advance(200);
    expect(pushes).toHaveLength(1);
    expect(time.pending()).toBe(0);
  });

  it("of too many lines pushes 500, rather what is worth a look, and says how many it left out", () => {
    const { window, pushes, say, time } = opened();
    window.follow({ follower: "a", on: true });
    say(1, "warn");
    say(700);
    say(1, "warn");
    time.advance(200);
    expect(pushes).toHaveLength(1);
    expect(pushes[0]?.lines).toHaveLength(500);
    expect(pushes[0]?.missed).toBe(202);
    const told = ids(pushes);
    expect(told[0]).toBe(1);
    expect(told.at(-1)).toBe(702);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  it("counts as missed what the tail no longer keeps", () => {
    const { window, pushes, say, time } = opened();
    window.follow({ follower: "a", on: true });
    say(25_000);
    time.advance(200);
    expect(pushes[0]?.missed).toBe(24_500);
    expect(window.recent({ limit: 10_000 })).toMatchObject({ kept: 10_000, total: 25_000 });
  });
});
