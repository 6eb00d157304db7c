import { describe, expect, it } from "vitest";
import { beforeDeadline, onlyOnce } from "./shutdown.ts";
import { manualTime } from "./simulator/testing/manual-time.ts";
import { settle } from "./testing/until.ts";

function stopping(work: Record<string, Promise<unknown>>) {
  const time = manualTime();
  const complaints: unknown[] = [];
  let isDone = false;
  void beforeDeadline(time.timers, 5_000, work, (thrown) => complaints.push(thrown)).then(() => {
    isDone = true;
  });
  return { time, complaints, isDone: () => isDone };
}

describe("a stop", () => {
  it("waits for everything, and leaves no timer behind", async () => {
    let end = (): void => {};
    const slow = new Promise<void>((resolve) => {
      end = resolve;
    });
    const { time, complaints, isDone } = stopping({ quick: Promise.resolve(), slow });
    await settle();
    expect(isDone()).toBe(false);
    end();
    await settle();
    expect([isDone(), complaints, time.pending()]).toEqual([true, [], 0]);
  });

  it("is kept by nothing for longer than its deadline, and names what was late", async () => {
    const { time, complaints, isDone } = stopping({
      quick: Promise.resolve(),
      hanging: new Promise(() => {}),
    });
    await settle();
    time.advance(4_999);
    await settle();
    expect(isDone()).toBe(false);
    time.advance(1);
    await settle();
    expect(isDone()).toBe(true);
    expect(complaints).toMatchObject([
      { message: expect.stringMatching(/^not done after 5000 ms, .*: hanging$/) },
    ]);
  });

  it("goes on when something fails", async () => {
    const { complaints, isDone } = stopping({ broken: Promise.reject(new Error("disk full")) });
    await settle();
    expect([isDone(), complaints]).toEqual([true, [new Error("disk full")]]);
  });

  it("happens once", async () => {
    let times = 0;
    const stop = onlyOnce(async () => {
      times += 1;
    });
    await Promise.all([stop(), stop()]);
    expect(times).toBe(1);
  });
});
