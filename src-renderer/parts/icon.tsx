import type { LucideIcon } from "lucide-react";

/** A line icon as the window draws them all: silent, in the colour of what it stands beside. */
export function Icon({ of: Drawn }: { of: LucideIcon }) {
  return <Drawn className="i" strokeWidth={1.75} aria-hidden="true" />;
}
