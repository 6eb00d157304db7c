import { useEffect } from "react";
import { useGateway } from "../gateway/state.ts";
import { useStatusWords } from "../gateway/use-status-words.ts";
import { Announcer, announceStatus } from "./announcer.tsx";
import { LinkPage } from "./link-page.tsx";
import { usePage } from "./pages.ts";
import { usePageShortcuts } from "./shortcuts.ts";
import { Sidebar } from "./sidebar.tsx";

function useSpokenStatus(): void {
  const title = useStatusWords()?.title;
  useEffect(() => {
    if (title !== undefined) announceStatus(title);
  }, [title]);
}

function Frame() {
  const { component: Shown } = usePage((state) => state.page);
  return (
    <div className="frame">
      <Sidebar />
      <main className="content">
        <Shown />
      </main>
    </div>
  );
}

/** The settings window. */
export function App() {
  const connection = useGateway((state) => state.connection);
  usePageShortcuts();
  useSpokenStatus();
  return (
    <div className="window">
      {connection.state === "unlinked" ? <LinkPage problem={connection.problem} /> : <Frame />}
      <Announcer />
    </div>
  );
}
