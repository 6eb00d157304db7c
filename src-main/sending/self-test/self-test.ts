import { SELF_TEST_STEPS, type SelfTest, type SelfTestStep } from "../../../src-shared/domain/self-test.ts";
import { asFault, Fault } from "../../../src-shared/faults.ts";
import { brokenStepWords, skippedWords } from "../../../src-shared/words/self-test-words.ts";
import { failed, type SelfTestSources, STEPS, type Testing } from "./self-test-steps.ts";
import { type Follower, openFollower } from "./self-test-trail.ts";

/** How long a whole test may take, in ms: a person may have to answer macOS' question meanwhile. */
const WHOLE_MS = 60_000;
const BUSY_AGAIN_S = 10;

export interface SelfTestOptions extends SelfTestSources {
  complain(thrown: unknown): void;
}

/** The first thing to run on a Mac: a message to oneself, followed through the whole way. */
export interface SelfTests {
  /**
   * Runs one, in a minute at most. `to` is one of this Mac's own lines, null for the one last used; `by` is who
   * asks, as in `SendTerms`. What fails is said by its step. Throws the Fault `busy` while another runs.
   */
  run(options: { to: string | null; by: string }): Promise<SelfTest>;
  /** Ends the one that runs: its step says what is known. */
  stop(): void;
}

/** Self-tests over these services, one at a time. */
export function openSelfTest(options: SelfTestOptions): SelfTests {
  let running: Follower | null = null;
  return {
    async run({ to, by }) {
      if (running !== null) {
        throw new Fault("busy", "a self-test is running; wait for its end", { retryAfter: BUSY_AGAIN_S });
      }
      running = openFollower(options, WHOLE_MS);
      try {
        return await runTest(options, running, { to, by });
      } finally {
        running.stop();
        running = null;
      }
    },
    stop: () => running?.stop(),
  };
}

async function runTest(
  options: SelfTestOptions,
  follower: Follower,
  asked: { to: string | null; by: string },
): Promise<SelfTest> {
  const { clock, complain } = options;
  const at = clock.now();
  const began = clock.monotonic();
  const testing: Testing = { ...options, ...asked, at, follower, known: [], line: null, outboxId: null };
  const steps: SelfTestStep[] = [];
  let isOn = true;
  for (const name of SELF_TEST_STEPS) {
    if (!isOn) {
      steps.push({ name, outcome: "skipped", tookMs: 0, ...skippedWords(name) });
      continue;
    }
    const started = clock.monotonic();
    const found = await STEPS[name](testing).catch((thrown: unknown) => {
      const fault = asFault(thrown);
      if (fault.code === "internal") complain(thrown);
      return failed(brokenStepWords(fault.message));
    });
    isOn = found.passed;
    steps.push({
      name,
      outcome: isOn ? "passed" : "failed",
      tookMs: tenths(found.tookMs ?? clock.monotonic() - started),
      sentence: found.sentence,
      fix: found.fix,
      pane: found.pane,
    });
  }
  const { line, outboxId } = testing;
  return { passed: isOn, at, tookMs: tenths(clock.monotonic() - began), line, outboxId, steps };
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10;
