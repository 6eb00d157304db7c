import { useGateway } from "../gateway/state.ts";
import { StateGlyph } from "../parts/state-glyph.tsx";

/** Why the last wish to pause or resume was not done. Goes with the next one that is, or when dismissed. */
export function PauseFailure() {
  const failure = useGateway((state) => state.pauseFailure);
  const isOpen = useGateway((state) => state.connection.state === "open");
  if (failure === null || !isOpen) return null;
  return (
    <div className="above">
      <div className="notice is-stopped">
        <StateGlyph shape="stopped" isSilent />
        <div>
          <b>Sending is as it was.</b> <span className="t2">{failure.message}</span>
        </div>
        <button type="button" className="b b-sm" onClick={() => useGateway.setState({ pauseFailure: null })}>
          Dismiss
        </button>
      </div>
    </div>
  );
}
