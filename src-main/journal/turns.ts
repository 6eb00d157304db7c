import type { Timer, Timers } from "../ports/timers.ts";

/** Work for soon. */
export interface Turns {
  /** Does this when it is its turn. */
  soon(work: () => void): Timer;
}

/**
 * One piece of work in each turn of the process: everybody else's wait does not grow with how many want to read at
 * the same time.
 */
export function takeTurns(timers: Timers): Turns {
  const due = new Set<() => void>();
  let isTurn = false;
  const turn = (): void => {
    if (isTurn || due.size === 0) return;
    isTurn = true;
    timers.after(0, next);
  };
  const next = (): void => {
    isTurn = false;
    const [first] = due;
    if (first === undefined) return;
    due.delete(first);
    turn();
    first();
  };
  return {
    soon(work) {
      const piece = (): void => work();
      due.add(piece);
      turn();
      return { cancel: () => void due.delete(piece) };
    },
  };
}
