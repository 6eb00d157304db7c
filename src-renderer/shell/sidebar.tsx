import { addressWords, type StatusWords } from "../../src-shared/words/status-words.ts";
import { useGateway } from "../gateway/state.ts";
import { useStatusWords } from "../gateway/use-status-words.ts";
import { Icon } from "../parts/icon.tsx";
import { StateGlyph } from "../parts/state-glyph.tsx";
import { PAGES, showPage, usePage } from "./pages.ts";

function Foot({ words }: { words: StatusWords | null }) {
  const status = useGateway((state) => state.status);
  const isLost = useGateway((state) => state.connection.state === "lost");
  if (!isLost && words === null) return null;
  const why = words?.title.split(": ")[1] ?? "";
  const where = isLost
    ? location.host
    : words?.shape === "stopped" || status === null
      ? why
      : addressWords(status);
  return (
    <div className="side-foot">
      <StateGlyph shape={isLost || words === null ? "stopped" : words.shape} isSilent />
      <b>{isLost || words === null ? "Not connected" : words.short}</b>
      <span className="cut">{where}</span>
    </div>
  );
}

/** The pages, and at its foot the state of the gateway in a word. */
export function Sidebar() {
  const current = usePage((state) => state.page);
  const words = useStatusWords();
  return (
    <div className="sidebar">
      <div className="lights" />
      <nav className="nav" aria-label="Pages">
        {PAGES.map((page) => (
          <a
            key={page.id}
            href={`#${page.id}`}
            aria-current={page === current ? "page" : undefined}
            onClick={(event) => {
              event.preventDefault();
              showPage(page);
            }}
          >
            <Icon of={page.icon} />
            <span>{page.label}</span>
            {page.id === "overview" && words?.shape === "attention" && <StateGlyph shape="attention" />}
          </a>
        ))}
      </nav>
      <Foot words={words} />
    </div>
  );
}
