import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openTestJournal } from "./testing/open-test-journal.ts";

describe("dropping events", () => {
  it("begins with the oldest and says how many went", () => {
    const { journal, tellOf } = openTestJournal(temporaryFolder());
    tellOf(5);
    expect(journal.prune(3, 2)).toBe(2);
    expect([journal.prunedTo(), journal.newest(), journal.count()]).toEqual([2, 5, 3]);
    expect(journal.prune(3, 2)).toBe(1);
    expect(journal.prune(3, 2)).toBe(0);
    expect(journal.get(3)).toBeNull();
    expect(journal.oldest(9).map(({ seq }) => seq)).toEqual([4, 5]);
  });

  it.each([
    ["a clean stop", true],
    ["a kill", false],
  ])("of all never makes a sequence come again, after %s neither", (_what, clean) => {
    const folder = temporaryFolder();
    const first = openTestJournal(folder);
    first.tellOf(3);
    first.journal.prune(3, 9);
    expect([first.journal.newest(), first.journal.count()]).toEqual([3, 0]);
    if (clean) first.journal.close();
    first.close();
    const { journal, tellOf } = openTestJournal(folder);
    expect([journal.newest(), journal.prunedTo()]).toEqual([3, 3]);
    expect(tellOf(1)[0]?.seq).toBe(clean ? 4 : 1_003);
  });

  it("has not happened when its transaction was rolled back", () => {
    const { database, journal, tellOf } = openTestJournal(temporaryFolder());
    tellOf(3);
    expect(journal.count()).toBe(3);
    const fail = database.transaction(() => {
      journal.prune(2, 9);
      throw new Error("no");
    });
    expect(fail).toThrow("no");
    expect([journal.prunedTo(), journal.count(), journal.oldest(1)[0]?.seq]).toEqual([0, 3, 1]);
  });

  it("leaves a count that is right, whatever is added, dropped and rolled back", () => {
    const { database, journal, tellOf } = openTestJournal(temporaryFolder());
    database.pragma("synchronous = OFF");
    const step = fc.record({
      add: fc.integer({ min: 0, max: 5 }),
      drop: fc.integer({ min: 0, max: 4 }),
      look: fc.boolean(),
      fails: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        for (const { add, drop, look, fails } of steps) {
          try {
            database.transaction(() => {
              tellOf(add);
              journal.prune(journal.newest(), drop);
              if (look) journal.count();
              if (fails) throw new Error("no");
            })();
          } catch {
            // As if it had not been.
          }
          if (look) expect(journal.count()).toBe(journal.oldest(1e6).length);
        }
        expect(journal.count()).toBe(journal.oldest(1e6).length);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a position", () => {
  it("is good from what was dropped last to what is newest", () => {
    const { journal, tellOf } = openTestJournal(temporaryFolder());
    journal.checkCursor(0);
    expect(() => journal.checkCursor(1)).toThrow("there is no event 1 yet");
    tellOf(5);
    journal.prune(2, 9);
    for (const since of [2, 3, 4, 5]) journal.checkCursor(since);
    for (const since of [0, 1, 6]) {
      expect(() => journal.checkCursor(since)).toThrow("the oldest usable since is 2, the newest 5");
      expect(() => journal.checkCursor(since)).toThrow(expect.objectContaining({ code: "cursor_expired" }));
    }
  });

  it("is found by time", () => {
    const { journal, tellOf } = openTestJournal(temporaryFolder());
    expect(journal.seqBefore(Number.MAX_SAFE_INTEGER)).toBe(0);
    for (const at of [10, 20, 20, 30, 40]) tellOf(1, at);
    const found = [5, 10, 11, 20, 21, 35, 40, 99].map((at) => journal.seqBefore(at));
    expect(found).toEqual([0, 0, 1, 1, 3, 4, 4, 5]);
    journal.prune(2, 9);
    expect([5, 20, 21].map((at) => journal.seqBefore(at))).toEqual([0, 0, 3]);
  });
});
