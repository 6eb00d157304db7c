import { useState } from "react";
import type { SelfTest, SelfTestStep } from "../../src-shared/domain/self-test.ts";
import { PANES } from "../../src-shared/panes.ts";
import type { Status } from "../../src-shared/status.ts";
import { durationWords } from "../../src-shared/words/numbers.ts";
import { selfTestWords } from "../../src-shared/words/self-test-words.ts";
import type { RowShape } from "../../src-shared/words/shapes.ts";
import { ask } from "../bridge/ask.ts";
import { isHere } from "../bridge/is-here.ts";
import { theLink } from "../gateway/live.ts";
import { StateGlyph } from "../parts/state-glyph.tsx";
import { selfTestOutlook } from "./sending-words.ts";

const SHAPES: Record<SelfTestStep["outcome"], RowShape> = {
  passed: "well",
  failed: "stopped",
  skipped: "idle",
};
const PANE_ADDRESSES: ReadonlySet<string> = new Set(Object.values(PANES));

/** Whether the pane is one that this computer's own System Settings have. */
function canOpen(pane: string | null): pane is string {
  const isSameComputer = window.bellhop !== undefined || isHere();
  return pane !== null && PANE_ADDRESSES.has(pane) && isSameComputer;
}

function Step({ step }: { step: SelfTestStep }) {
  const { outcome, sentence, fix, pane, tookMs } = step;
  return (
    <li className={`step is-${SHAPES[outcome]}`}>
      <StateGlyph shape={SHAPES[outcome]} isSilent />
      <div>
        <p>
          <span className="vh">{outcome}: </span>
          {sentence}
        </p>
        {fix !== null && <p className="fix">{fix}</p>}
        {canOpen(pane) && (
          <a className="b b-sm" href={pane}>
            Open System Settings
          </a>
        )}
      </div>
      <span className="num">{outcome === "skipped" ? "" : durationWords(tookMs)}</span>
    </li>
  );
}

function Said({
  isRunning,
  failure,
  test,
}: {
  isRunning: boolean;
  failure: string | null;
  test: SelfTest | null;
}) {
  if (isRunning) return <p>Running. It takes a minute at most.</p>;
  if (failure !== null)
    return (
      <>
        <StateGlyph shape="stopped" isSilent />
        <p className="bad">{failure}</p>
      </>
    );
  if (test === null) return null;
  return (
    <>
      <StateGlyph shape={test.passed ? "well" : "stopped"} isSilent />
      <p>
        {selfTestWords(test)}
        <span className="vh"> {test.steps.find(({ outcome }) => outcome === "failed")?.sentence}</span>
      </p>
    </>
  );
}

/** A message to oneself, followed from here to its event: what to run first on a new Mac. */
export function SelfTestPart({ status }: { status: Status }) {
  const [isRunning, setRunning] = useState(false);
  const [test, setTest] = useState<SelfTest | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  async function run() {
    if (isRunning) return;
    setRunning(true);
    setTest(null);
    setFailure(null);
    const answer = await ask(theLink().bridge, "selfTest.run", {});
    setRunning(false);
    if (answer.ok) setTest(answer.value);
    else setFailure(answer.error.message);
  }

  const isSaid = isRunning || failure !== null || test !== null;
  return (
    <section className="part" aria-label="Test the whole way">
      <div className="gh">
        <h2>Test the whole way</h2>
        <p>Sends a message to yourself and follows it to its event.</p>
      </div>
      <div className="group">
        <div className="way-head">
          <div className="said">
            <div role="status">
              <Said isRunning={isRunning} failure={failure} test={test} />
            </div>
            {!isSaid && <p id="self-test-outlook">{selfTestOutlook(status)}</p>}
          </div>
          <button
            type="button"
            className="b"
            aria-disabled={isRunning}
            aria-describedby={isSaid ? undefined : "self-test-outlook"}
            onClick={run}
          >
            Run the self-test
          </button>
        </div>
        {test !== null && (
          <ol className="way" aria-label="Steps of the self-test">
            {test.steps.map((step) => (
              <Step key={step.name} step={step} />
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}
