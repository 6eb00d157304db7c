import { describe, expect, it } from "vitest";
import { settle } from "../testing/until.ts";
import { slots } from "./slots.ts";

describe("slots", () => {
  it("lets so many through at once, the others in order as places become free, failed or not", async () => {
    const slot = slots(2);
    const started: number[] = [];
    const ends: ((failed: boolean) => void)[] = [];
    const work = [0, 1, 2, 3].map((number) =>
      slot(() => {
        started.push(number);
        return new Promise<number>((resolve, reject) => {
          ends[number] = (failed) => (failed ? reject(new Error("failed")) : resolve(number));
        });
      }).catch(() => "failed"),
    );
    await settle();
    expect(started).toEqual([0, 1]);
    ends[1]?.(true);
    await settle();
    expect(started).toEqual([0, 1, 2]);
    ends[0]?.(false);
    await settle();
    expect(started).toEqual([0, 1, 2, 3]);
    ends[2]?.(false);
    ends[3]?.(false);
    expect(await Promise.all(work)).toEqual([0, "failed", 2, 3]);
  });
});
