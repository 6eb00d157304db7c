import type { Timers } from "./ports/timers.ts";

/**
 * Waits for all of this work, but no longer than `ms`: whoever stops must not be kept by something that hangs. What
 * fails, or is late, is complained of and changes nothing about the rest.
 */
export async function beforeDeadline(
  timers: Timers,
  ms: number,
  work: Readonly<Record<string, Promise<unknown>>>,
  complain: (thrown: unknown) => void,
): Promise<void> {
  const late = new Set(Object.keys(work));
  const all = Object.entries(work).map(async ([name, one]) => {
    try {
      await one;
    } catch (thrown) {
      complain(thrown);
    } finally {
      late.delete(name);
    }
  });
  await new Promise<void>((resolve) => {
    const deadline = timers.after(ms, () => {
      complain(new Error(`not done after ${ms} ms, and left behind: ${[...late].join(", ")}`));
      resolve();
    });
    void Promise.all(all).then(() => {
      deadline.cancel();
      resolve();
    });
  });
}

/** Runs once, however often it is asked for. */
export function onlyOnce(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
