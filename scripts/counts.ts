/** How a run of tests ended. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };

/** Several runs as one. */
export function sum(...runs: readonly Counts[]): Counts {
  return runs.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: all.skipped + one.skipped,
    }),
    NONE,
  );
}

/** "12 passed, 0 failed", and how many were skipped when any were. */
export function inWords(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/** What Vitest's JSON report says; a file that could not be loaded counts as one failure. */
export function fromVitest(report: unknown, exitCode: number | null): Counts {
  const counts = {
    passed: numberAt(report, "numPassedTests"),
    failed: numberAt(report, "numFailedTests"),
    skipped: numberAt(report, "numPendingTests") + numberAt(report, "numTodoTests"),
  };
  return withExit(counts, exitCode);
}

/** What Playwright's JSON report says; a test that passed only when repeated has passed. */
export function fromPlaywright(report: unknown, exitCode: number | null): Counts {
  const stats = fieldOf(report, "stats");
  const counts = {
    passed: numberAt(stats, "expected") + numberAt(stats, "flaky"),
    failed: numberAt(stats, "unexpected"),
    skipped: numberAt(stats, "skipped"),
  };
  return withExit(counts, exitCode);
}

/** A run that failed without naming a test has failed all the same, and so has one that ran nothing. */
function withExit(counts: Counts, exitCode: number | null): Counts {
  const ran = counts.passed + counts.failed + counts.skipped > 0;
  return counts.failed === 0 && (exitCode !== 0 || !ran) ? { ...counts, failed: 1 } : counts;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function numberAt(value: unknown, name: string): number {
  const field = fieldOf(value, name);
  return typeof field === "number" ? field : 0;
}
