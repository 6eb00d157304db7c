import type { Timers } from "../../ports/timers.ts";

/** Those who wait for something to become of an item. */
export interface WaitingRoom {
  /** Resolves as soon as `isOver` says so when it is asked, or after `ms` milliseconds. */
  wait(id: string, ms: number, isOver: () => boolean): Promise<void>;
  /** Has those who wait for it ask again. */
  call(id: string): void;
  /** Has everybody ask again. */
  callAll(): void;
}

/** Nobody waits yet. */
export function openWaitingRoom(timers: Timers): WaitingRoom {
  const waiting = new Map<string, Set<() => void>>();
  const call = (id: string): void => {
    for (const ask of [...(waiting.get(id) ?? [])]) ask();
  };
  return {
    wait: (id, ms, isOver) =>
      new Promise<void>((resolve, reject) => {
        const mine = waiting.get(id) ?? new Set();
        const leave = (): void => {
          timer.cancel();
          mine.delete(ask);
          if (mine.size === 0) waiting.delete(id);
        };
        const ask = (): void => {
          try {
            if (!isOver()) return;
            leave();
            resolve();
          } catch (thrown) {
            leave();
            reject(thrown);
          }
        };
        const timer = timers.after(ms, () => {
          leave();
          resolve();
        });
        waiting.set(id, mine.add(ask));
        ask();
      }),
    call,
    callAll: () => [...waiting.keys()].forEach(call),
  };
}
