import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LogLine, LogPage } from "../../src-shared/domain/log-line.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { type LogTail, openLogTail } from "./log-tail.ts";

const tailOf = (options: { mostLines?: number; mostBytes?: number } = {}): LogTail =>
  openLogTail({ clock: manualTime().clock, ...options });
const ids = (lines: readonly LogLine[]): number[] => lines.map(({ id }) => id);

describe("the tail", () => {
  it("keeps the newest lines, and says of how many", () => {
    const tail = tailOf({ mostLines: 10 });
    for (let line = 1; line <= 25; line += 1)
      tail.add(line === 3 || line === 20 ? "warn" : "info", `${line}`);
    const page = LogPage.parse(tail.recent({ limit: 4 }));
    expect(page).toMatchObject({ hasMore: true, kept: 10, total: 25, warnings: 1, errors: 0 });
    expect(ids(page.lines)).toEqual([22, 23, 24, 25]);
    expect(ids(tail.recent({ limit: 4, before: 19 }).lines)).toEqual([16, 17, 18]);
    expect(tail.recent({ limit: 4, before: 19 }).hasMore).toBe(false);
  });

  it("finds by level and by what is said, in whatever case", () => {
    const tail = tailOf();
    tail.add("debug", "home-assistant took 1", { area: "webhook", delivery: "dlv_ABC" });
    tail.add("warn", "home-assistant answered 502 to 2");
    tail.add("error", "Not sent", { area: "sending" });
    expect(ids(tail.recent({ limit: 9, level: "warn" }).lines)).toEqual([2, 3]);
    expect(ids(tail.recent({ limit: 9, text: "HOME" }).lines)).toEqual([1, 2]);
    expect(ids(tail.recent({ limit: 9, text: "dlv_abc" }).lines)).toEqual([1]);
    expect(ids(tail.recent({ limit: 9, text: "sending" }).lines)).toEqual([3]);
    expect(ids(tail.recent({ limit: 9, level: "error", text: "home" }).lines)).toEqual([]);
  });

  it("does not take more memory than it may", () => {
    const tail = tailOf({ mostBytes: 50_000 });
    for (let line = 0; line < 2_000; line += 1)
      tail.add("info", "x".repeat(5_000), { more: "y".repeat(5_000) });
    const { kept, total } = tail.recent({ limit: 1 });
    expect(total).toBe(2_000);
    expect(kept).toBeLessThan(6);
    expect(kept).toBeGreaterThan(0);
  });

  it("gives every line once to whoever asks for what came after, unless it is gone", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 20 }), (bursts) => {
        const tail = tailOf({ mostLines: 16 });
        let told = 0;
        for (const burst of bursts) {
          for (let line = 0; line < burst; line += 1) tail.add("debug", "line");
          const news = tail.after(told);
          expect(news).toHaveLength(Math.min(burst, 16));
          expect(ids(news)).toEqual(news.map((_, at) => tail.newest() - news.length + 1 + at));
          told = tail.newest();
        }
      }),
    );
  });

  it("holds lines that are as the window expects them, whatever was logged", () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.anything()), (sentence, members) => {
        const tail = tailOf();
        tail.add("info", sentence, members);
        for (const line of tail.after(0)) expect(() => LogLine.parse(line)).not.toThrow();
      }),
    );
  });

  it("tells whoever listens, until they leave", () => {
    const tail = tailOf();
    let told = 0;
    const leave = tail.subscribe(() => {
      told += 1;
    });
    tail.add("info", "one");
    leave();
    tail.add("info", "two");
    expect(told).toBe(1);
  });
});
