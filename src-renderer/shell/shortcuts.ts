import { useEffect } from "react";
import { PAGES, showPage } from "./pages.ts";

/** Lets ⌘1 and on (Ctrl elsewhere) choose the page. */
export function usePageShortcuts(): void {
  useEffect(() => {
    const choose = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
      const page = PAGES.find(({ shortcut }) => shortcut === event.key);
      if (page === undefined) return;
      event.preventDefault();
      showPage(page);
    };
    addEventListener("keydown", choose);
    return () => removeEventListener("keydown", choose);
  }, []);
}
