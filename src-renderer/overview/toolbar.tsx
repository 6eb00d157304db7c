import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { pauseSending } from "../gateway/live.ts";
import { useGateway } from "../gateway/state.ts";
import { useStatusWords } from "../gateway/use-status-words.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Icon } from "../parts/icon.tsx";

/** Pauses or resumes; held down while the gateway has not answered. */
export function PauseButton({ isPaused, isPrimary = false }: { isPaused: boolean; isPrimary?: boolean }) {
  const [isAsking, setAsking] = useState(false);
  async function ask() {
    setAsking(true);
    await pauseSending(!isPaused);
    setAsking(false);
  }
  return (
    <button
      type="button"
      className={isPrimary ? "b b-primary" : "b"}
      aria-disabled={isAsking}
      onClick={() => !isAsking && ask()}
    >
      <Icon of={isPaused ? Play : Pause} />
      {isPaused ? "Resume sending" : "Pause sending"}
    </button>
  );
}

/** The page's title, and what is wanted at any time. While the sentence offers to resume, it is not here too. */
export function Toolbar() {
  const status = useGateway((state) => state.status);
  const isOpen = useGateway((state) => state.connection.state === "open" && state.statusFailure === null);
  const shape = useStatusWords()?.shape;
  const problem = status?.sending.problem;
  const isOffered = isOpen && status !== null && problem !== "no_sender" && shape !== "paused";
  return (
    <header className="toolbar">
      <h1 tabIndex={-1}>Overview</h1>
      <span className="sp" />
      {isOffered && <PauseButton isPaused={problem === "paused"} />}
      <CopyButton
        what="URL"
        words="Copy URL"
        isDisabled={status === null || !isOpen}
        get={() => status?.url ?? null}
      />
    </header>
  );
}
