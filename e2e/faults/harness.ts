import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Counts, inWords } from "../../scripts/counts.ts";
import type { Say } from "../../scripts/root.ts";
import type { Check } from "./checks.ts";

/** What ends something that was started; run in reverse, when all is over or was interrupted. */
export type Endings = (() => void)[];

const LOOK_MS = 20;
const LONGEST_MS = 600_000;

/**
 * Plays in a temporary folder, says what does not hold, and counts the checks. Whatever was started is ended, also
 * after Ctrl-C. `again` is the command that plays the same once more.
 */
export async function runHarness(options: {
  name: string;
  again: string;
  say: Say;
  play(folder: string, endings: Endings): Promise<Check[]>;
}): Promise<Counts> {
  const { name, again, say } = options;
  const folder = mkdtempSync(join(tmpdir(), `bellhop-${name}-`));
  const endings: Endings = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })];
  const letGo = endWithUs(() => endAll(endings));
  try {
    const checks = await options.play(folder, endings);
    for (const { name, wrong } of checks) if (wrong !== null) say(`FAILED ${name}: ${wrong}`);
    const failed = checks.filter(({ wrong }) => wrong !== null).length;
    const counts = { passed: checks.length - failed, failed, skipped: 0 };
    if (failed > 0) say(`Again: ${again}`);
    say(inWords(counts));
    return counts;
  } catch (thrown) {
    say(`FAILED ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    say(`Again: ${again}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    letGo();
    endAll(endings);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until it is so. Rejects after ten minutes, and when `over` is aborted. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  over: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  while (!(await isSo())) {
    over.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`waited ${LONGEST_MS} ms in vain for ${what}`);
    await pause(LOOK_MS);
  }
}

/** Ctrl-C ends what was started as well; gives back how to stop listening for it. */
function endWithUs(endNow: () => void): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const interrupted = (): void => {
    endNow();
    process.exit(130);
  };
  for (const signal of signals) process.once(signal, interrupted);
  process.once("exit", endNow);
  return () => {
    for (const signal of signals) process.off(signal, interrupted);
    process.off("exit", endNow);
  };
}

function endAll(endings: Endings): void {
  for (const end of endings.splice(0).reverse()) end();
}
