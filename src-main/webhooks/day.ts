const DAY_MS = 24 * 60 * 60 * 1_000;

/** The day of this Mac's own calendar that a moment (ms since 1970) lies in, as days since 1970. */
export function dayOf(at: number): number {
  const offsetMs = new Date(at).getTimezoneOffset() * 60_000;
  return Math.floor((at - offsetMs) / DAY_MS);
}
