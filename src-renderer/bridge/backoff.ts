const LONGEST_MS = 15_000;

/** How long to wait before the given attempt: 1, 2, 4, 8, then 15 s, each up to a fifth shorter. */
export function backoffMs(attempt: number, chance: number = Math.random()): number {
  const full = Math.min(LONGEST_MS, 1000 * 2 ** Math.max(0, attempt - 1));
  return Math.round(full * (1 - chance * 0.2));
}
