import { ConciergeBell, type LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import { create } from "zustand";
import { Overview } from "../overview/overview.tsx";

/** One page: a row here is all that the sidebar and the shortcuts need. */
export interface Page {
  id: string;
  label: string;
  icon: LucideIcon;
  /** With ⌘, or Ctrl where there is none. */
  shortcut: string;
  component: ComponentType;
}

/** The pages in the order of the sidebar. */
export const PAGES: readonly [Page, ...Page[]] = [
  { id: "overview", label: "Overview", icon: ConciergeBell, shortcut: "1", component: Overview },
];

/** Which page is shown. */
export const usePage = create<{ page: Page }>()(() => ({ page: PAGES[0] }));

/** Shows a page; its heading takes the focus. */
export function showPage(page: Page): void {
  usePage.setState({ page });
  requestAnimationFrame(() => document.querySelector("h1")?.focus());
}
