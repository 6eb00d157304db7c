import type { RowShape } from "../../src-shared/words/shapes.ts";
import { SHAPE_WORDS } from "../../src-shared/words/shapes.ts";

const stroke = {
  stroke: "var(--cut, var(--bg))",
  strokeWidth: 1.7,
  strokeLinecap: "round",
  strokeLinejoin: "round",
  fill: "none",
} as const;

const DRAWN = {
  well: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M4.9 8.3l2.2 2.2 4-4.7" {...stroke} />
    </>
  ),
  attention: (
    <>
      <path
        d="M8 1.2c.6 0 1.1.3 1.4.8l6 10.6c.6 1.1-.2 2.4-1.4 2.4H2c-1.2 0-2-1.3-1.4-2.4L6.6 2c.3-.5.8-.8 1.4-.8z"
        fill="currentColor"
      />
      <path d="M8 5.7v3.4M8 12v.01" {...stroke} />
    </>
  ),
  paused: (
    <>
      <rect x="2.5" y="2" width="4" height="12" rx="1.3" fill="currentColor" />
      <rect x="9.5" y="2" width="4" height="12" rx="1.3" fill="currentColor" />
    </>
  ),
  stopped: (
    <>
      <path d="M5.3 1h5.4L15 5.3v5.4L10.7 15H5.3L1 10.7V5.3z" fill="currentColor" />
      <path d="M5.7 5.7l4.6 4.6m0-4.6l-4.6 4.6" {...stroke} />
    </>
  ),
  idle: (
    <circle
      cx="8"
      cy="8"
      r="6.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeDasharray="2.6 1.9"
    />
  ),
} satisfies Record<RowShape, unknown>;

/** One of the state shapes. Beside text that says the same it is silent. */
export function StateGlyph({ shape, isSilent = false }: { shape: RowShape; isSilent?: boolean }) {
  return isSilent ? (
    <svg className={`st st-${shape}`} viewBox="0 0 16 16" aria-hidden="true">
      {DRAWN[shape]}
    </svg>
  ) : (
    <svg className={`st st-${shape}`} viewBox="0 0 16 16" role="img" aria-label={SHAPE_WORDS[shape]}>
      {DRAWN[shape]}
    </svg>
  );
}
