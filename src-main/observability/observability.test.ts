import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { createLatency, quantile } from "./latency.ts";
import { openLog } from "./log.ts";

describe("latency", () => {
  it("is kept for each minute of the last hour", () => {
    const { clock, advance } = manualTime();
    const latency = createLatency(clock);
    expect(latency.median()).toBeNull();
    for (const ms of [1, 2, 100]) latency.add(ms);
    expect(latency.median()).toBe(2);
    expect(latency.points()).toMatchObject([{ medianMs: 2, p99Ms: 100 }]);
    advance(59 * 60_000);
    latency.add(7);
    expect(latency.points()).toHaveLength(2);
    advance(60_000);
    expect(latency.points()).toMatchObject([{ medianMs: 7 }]);
  });

  it("of a burst takes no more than it needs", () => {
    const latency = createLatency(manualTime().clock);
    for (let count = 0; count < 100_000; count += 1) latency.add(1);
    expect(latency.median()).toBe(1);
  });

  it("of longer ago is forgotten, also when nobody ever asks", () => {
    let minute = 0;
    const latency = createLatency({ now: () => minute * 60_000, monotonic: () => 0 });
    for (; minute < 200; minute += 1) latency.add(minute);
    // What is still there would show when the clock is set back.
    minute = 130;
    expect(latency.points()).toEqual([]);
    latency.add(7);
    expect(latency.points()).toMatchObject([{ at: 130 * 60_000, medianMs: 7 }]);
  });

  it("is one of the samples, whatever the share", () => {
    const samples = fc.array(fc.nat(), { minLength: 1 });
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        expect(values).toContain(quantile(values, share));
      }),
    );
  });
});

describe("the log", () => {
  it("is for this user only, and writes no secret that slips into a line", () => {
    const folder = temporaryFolder();
    const lines: string[] = [];
    const log = openLog({ folder, level: "info", screen: { write: (line) => void lines.push(line) } });
    log.info({ key: "bh_1", event: { body: "private" } }, "routine");
    log.warn({ token: "t0ken" }, "look here");
    log.debug("too small");
    const file = join(folder, "bellhop.log");
    const text = readFileSync(file, "utf8");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(text).toContain("routine");
    expect(text).not.toMatch(/bh_1|private|t0ken|too small/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("look here");
  });
});
