import type { LinkProblem } from "../bridge/link.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { StateBell } from "../parts/state-bell.tsx";

const FRESH_LINK = "npm run ui";

const WORDS: Record<LinkProblem, { title: string; detail: string }> = {
  none: {
    title: "This window opens with a link",
    detail: "Each link works once. Get one on the computer that runs Bellhop, in its folder:",
  },
  used: {
    title: "This link has been used",
    detail: "Each link works once. Get a fresh one on the computer that runs Bellhop, in its folder:",
  },
  expired: {
    title: "This link has expired",
    detail: "A link works for a short time only. Get a fresh one on the computer that runs Bellhop:",
  },
  unknown: {
    title: "Bellhop does not know this link",
    detail:
      "It may be cut short, or from before a restart. Get a fresh one on the computer that runs Bellhop:",
  },
  ended: {
    title: "This session has ended",
    detail: "Bellhop was restarted, or the session ran out. Get a fresh link on the computer that runs it:",
  },
};

/** What a browser sees before it has a session: why, and how to get one. */
export function LinkPage({ problem }: { problem: LinkProblem }) {
  const { title, detail } = WORDS[problem];
  return (
    <main className="link-page empty">
      <StateBell shape="stopped" />
      <h1 tabIndex={-1}>{title}</h1>
      <p>{detail}</p>
      <div className="way">
        <code>{FRESH_LINK}</code>
        <CopyButton what="command" words="Copy" get={() => FRESH_LINK} />
      </div>
    </main>
  );
}
