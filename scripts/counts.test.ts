import { describe, expect, it } from "vitest";
import { fromPlaywright, fromVitest, inWords, NONE, sum } from "./counts.ts";

describe("the last line of npm test", () => {
  it("adds the runners up, and names skipped tests only when there are any", () => {
    const vitest = fromVitest({ numPassedTests: 3, numFailedTests: 1, numPendingTests: 0 }, 1);
    const playwright = fromPlaywright({ stats: { expected: 2, flaky: 1, unexpected: 0, skipped: 0 } }, 0);
    expect(inWords(sum(vitest, playwright))).toBe("6 passed, 1 failed");
    expect(inWords({ ...NONE, skipped: 2 })).toBe("0 passed, 0 failed, 2 skipped");
  });

  it("counts a run that failed without a failing test", () => {
    expect(fromVitest({ numPassedTests: 3 }, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
    expect(fromPlaywright(null, null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("takes a run of nothing for a failure", () => {
    expect(fromVitest({ numPassedTests: 0 }, 0).failed).toBe(1);
  });
});
