import { useEffect, useState } from "react";
import { clockWords } from "../../src-shared/words/moments.ts";
import { isHere } from "../bridge/is-here.ts";
import { theLink } from "../gateway/live.ts";
import { useGateway } from "../gateway/state.ts";
import { StateGlyph } from "../parts/state-glyph.tsx";

function RetryWords({ retryAt }: { retryAt: number | null }) {
  const [, setTicks] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTicks((ticks) => ticks + 1), 500);
    return () => clearInterval(timer);
  }, []);
  if (retryAt === null) return "Trying now.";
  return `Trying again in ${Math.max(1, Math.ceil((retryAt - Date.now()) / 1000))} s.`;
}

/** Says that what is shown is old, and since when. The countdown is not read aloud: it would never end. */
export function OfflineBanner() {
  const connection = useGateway((state) => state.connection);
  const heardAt = useGateway((state) => state.heardAt);
  if (connection.state !== "lost") return null;
  return (
    <div className="above">
      <div className="notice is-stopped">
        <StateGlyph shape="stopped" isSilent />
        <div>
          <span role="alert">
            <b>
              {isHere()
                ? "Bellhop does not answer on this computer"
                : `No connection to Bellhop on ${location.hostname}`}
              .
            </b>{" "}
            {heardAt !== null && <span className="t2">What you see is from {clockWords(heardAt)}.</span>}
          </span>{" "}
          <span className="t2 num" aria-hidden="true">
            <RetryWords retryAt={connection.retryAt} />
          </span>
        </div>
        <button type="button" className="b b-sm" onClick={() => theLink().retryNow()}>
          Try now
        </button>
      </div>
    </div>
  );
}
