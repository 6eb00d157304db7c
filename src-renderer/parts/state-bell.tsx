import { useId } from "react";
import type { Shape } from "../../src-shared/words/shapes.ts";

const FULL =
  "M7 3.6V3H6.2a.7.7 0 0 1 0-1.4h3.6a.7.7 0 0 1 0 1.4H9v.6A5.7 5.7 0 0 1 13.7 9.2v1.2H2.3V9.2A5.7 5.7 0 0 1 7 3.6z";
const OPEN = "M8 4V2.4M6.3 2.2h3.4M2.95 10.1V9.1a5.05 5.05 0 0 1 10.1 0v1z";
const openStroke = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.3,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

function Running() {
  return (
    <>
      <path d={FULL} fill="currentColor" />
      <rect x="1" y="11.6" width="14" height="2.4" rx="1.2" fill="currentColor" />
    </>
  );
}

function Attention({ mask }: { mask: string }) {
  return (
    <>
      <mask id={mask}>
        <rect width="16" height="16" fill="#fff" />
        <rect x="9.9" y="5.1" width="7" height="12" rx="3" fill="#000" />
      </mask>
      <g mask={`url(#${mask})`}>
        <Running />
      </g>
      <path d="M11.6 7.3a1.5 1.5 0 0 1 3 0l-.5 3.9a1 1 0 0 1-2 0z" fill="currentColor" />
      <circle cx="13.1" cy="13.7" r="1.25" fill="currentColor" />
    </>
  );
}

function Paused() {
  return (
    <>
      <path d={OPEN} {...openStroke} />
      <rect x="5.8" y="6" width="1.6" height="2.9" rx=".5" fill="currentColor" />
      <rect x="8.6" y="6" width="1.6" height="2.9" rx=".5" fill="currentColor" />
      <rect x="1" y="11.7" width="14" height="2.3" rx="1.15" fill="currentColor" />
    </>
  );
}

function Stopped({ mask }: { mask: string }) {
  return (
    <>
      <mask id={mask}>
        <rect width="16" height="16" fill="#fff" />
        <path d="M1.2.6l14.4 14.4" stroke="#000" strokeWidth="3.7" />
      </mask>
      <g mask={`url(#${mask})`}>
        <path d={OPEN} {...openStroke} />
        <rect x="1" y="11.7" width="14" height="2.3" rx="1.15" fill="currentColor" />
      </g>
      <path d="M2 1.4l12.6 12.6" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </>
  );
}

/** The bell as it stands in the menu bar; the sentence beside it says the same. */
export function StateBell({ shape }: { shape: Shape }) {
  const mask = useId().replace(/[^\w-]/g, "");
  return (
    <svg className="bell" viewBox="0 0 16 16" aria-hidden="true">
      {shape === "well" && <Running />}
      {shape === "attention" && <Attention mask={mask} />}
      {shape === "paused" && <Paused />}
      {shape === "stopped" && <Stopped mask={mask} />}
    </svg>
  );
}
