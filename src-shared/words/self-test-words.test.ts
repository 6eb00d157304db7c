import { describe, expect, it } from "vitest";
import { SELF_TEST_STEPS, type SelfTest, type SelfTestStep } from "../domain/self-test.ts";
import { FaultCode } from "../faults.ts";
import { PANES } from "../panes.ts";
import { ReadingProblem } from "../status.ts";
import {
  automationStepWords,
  brokenStepWords,
  eventStepWords,
  noEventWords,
  noLineWords,
  noRowWords,
  notAnsweredWords,
  notSentWords,
  readingStepWords,
  type StepWords,
  selfTestWords,
  skippedWords,
  stillQueuedWords,
} from "./self-test-words.ts";

const MAC = { path: "/Users/me/Library/Messages/chat.db", isApples: true };
const COPY = { path: "/tmp/chat.db", isApples: false };

/** Everything that a failed step may say. */
function failures(): StepWords[] {
  const reasons = [null, "", "macOS says no", "it ended."];
  return [
    ...ReadingProblem.options.flatMap((problem) =>
      [MAC, COPY].map((where) => readingStepWords(problem, where)),
    ),
    ...(["off", "not asked", "not running", "unknown", "late"] as const).flatMap((answer) =>
      reasons.map((reason) => automationStepWords(answer, { reason, isNeeded: true })),
    ),
    noLineWords(null, []),
    noLineWords("+1", ["+15550100", "me@example.com"]),
    ...FaultCode.options.flatMap((fault) =>
      reasons.map((reason) => notSentWords(fault, reason, "+15550100")),
    ),
    ...reasons.map(notAnsweredWords),
    ...[true, false].map(stillQueuedWords),
    ...[true, false].map(noEventWords),
    noRowWords(),
    brokenStepWords("something went wrong inside Bellhop"),
  ];
}

describe("a step that failed", () => {
  it("says what happened and then what mends it, each in a whole sentence", () => {
    for (const { sentence, fix } of failures()) {
      for (const said of [sentence, fix ?? ""]) {
        expect(said).toMatch(/^(?:[A-Z+]|macOS|chat\.db).*[.?]$/);
        expect(said).not.toMatch(/\.\.|: \.|undefined|null|!|please|oops/i);
      }
    }
  });

  it("opens the pane where it is mended, and only where macOS guards it", () => {
    expect(readingStepWords("refused", MAC).pane).toBe(PANES.fullDiskAccess);
    expect(readingStepWords("refused", COPY).pane).toBeNull();
    expect(notSentWords("automation_denied", null, "+1").pane).toBe(PANES.automation);
    for (const { pane } of failures()) expect([null, ...Object.values(PANES)]).toContain(pane);
  });
});

describe("a step that passed, or was not reached", () => {
  it("has nothing to mend", () => {
    const well = [
      readingStepWords(null, MAC),
      automationStepWords("on", { reason: null, isNeeded: false }),
      eventStepWords(48_214),
      ...SELF_TEST_STEPS.map(skippedWords),
    ];
    for (const words of well) expect(words).toMatchObject({ fix: null, pane: null });
    expect(eventStepWords(48_214).sentence).toBe("Kept as event 48,214, message.sent");
  });
});

describe("a whole test", () => {
  it("is said in a sentence", () => {
    const steps = SELF_TEST_STEPS.map((name, index): SelfTestStep => {
      return { name, outcome: index === 0 ? "passed" : "failed", tookMs: 1, ...skippedWords(name) };
    });
    const test: SelfTest = { passed: true, at: 0, tookMs: 407, line: null, outboxId: null, steps };
    expect(selfTestWords(test)).toBe("Passed: a message to yourself went the whole way in 407 ms.");
    expect(selfTestWords({ ...test, passed: false })).toBe("Failed at step 2 of 6.");
  });
});
