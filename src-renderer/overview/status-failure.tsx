import { stoppedWords } from "../../src-shared/words/status-words.ts";
import { refresh } from "../gateway/live.ts";
import type { Failure } from "../gateway/state.ts";
import { useStatusWords } from "../gateway/use-status-words.ts";
import { StateBell } from "../parts/state-bell.tsx";
import { StateGlyph } from "../parts/state-glyph.tsx";

function TryAgain() {
  return (
    <button type="button" className="b b-primary" onClick={() => refresh()}>
      Try again
    </button>
  );
}

/** In the place of the page: the gateway does not run, or does not say how it is. Goes by itself once it does. */
export function StatusFailure({ failure }: { failure: Failure }) {
  const words = useStatusWords();
  if (words !== null)
    return (
      <div className="scroll">
        <div className="col">
          <div className="hero">
            <StateBell shape="stopped" />
            <div>
              <h2>{words.title}</h2>
              <p>{words.detail}</p>
              <div className="act">
                <TryAgain />
              </div>
            </div>
          </div>
          <section className="group health" aria-label="Health">
            <div className="hrow is-stopped">
              <StateGlyph shape="stopped" />
              <b>Server</b>
              <p>No program can reach Bellhop until it runs.</p>
              <span className="num" />
            </div>
          </section>
        </div>
      </div>
    );
  const { title, detail } = stoppedWords(failure.message);
  return (
    <div className="scroll">
      <div className="empty">
        <StateGlyph shape="stopped" isSilent />
        <h2>{title}</h2>
        <p>{detail === "" ? "Bellhop did not say how it is. This page asks again by itself." : detail}</p>
        <div className="act">
          <TryAgain />
        </div>
      </div>
    </div>
  );
}
