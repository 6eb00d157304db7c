import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneAtATime } from "./one-at-a-time.ts";

describe("work that is done one at a time", () => {
  it("never overlaps and keeps its order, whatever takes how long and fails", async () => {
    const pieces = fc.array(fc.record({ turns: fc.nat({ max: 5 }), fails: fc.boolean() }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(pieces, async (asked) => {
        const alone = oneAtATime();
        const story: string[] = [];
        const ends = asked.map(({ turns, fails }, index) =>
          alone(async () => {
            story.push(`${index} begins`);
            for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
            story.push(`${index} ends`);
            if (fails) throw new Error(`${index}`);
            return index;
          }),
        );
        const found = await Promise.allSettled(ends);
        expect(story).toEqual(asked.flatMap((_piece, index) => [`${index} begins`, `${index} ends`]));
        expect(found.map(({ status }) => status === "rejected")).toEqual(asked.map(({ fails }) => fails));
      }),
    );
  });

  it("begins again after it has been idle, also after a failure", async () => {
    const alone = oneAtATime();
    await expect(alone(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await alone(async () => 7)).toBe(7);
  });
});
