import { runSeed, type SeedResult } from "./run-seed.ts";
import { makeTemplates } from "./templates.ts";

/** What the parent asks for: these seeds, one after the other. */
export interface Portion {
  from: number;
  count: number;
}

/** What it is told of each portion: the seeds that failed, and what happened in all of them. */
export interface PortionResult {
  count: number;
  failed: Pick<SeedResult, "seed" | "violations">[];
  happened: Record<string, number>;
  /** The virtual time that passed in them, in ms. */
  lived: number;
}

const templates = makeTemplates();

async function play({ from, count }: Portion): Promise<PortionResult> {
  const result: PortionResult = { count, failed: [], happened: {}, lived: 0 };
  for (let seed = from; seed < from + count; seed += 1) {
    const { violations, happened, lived } = await runSeed(seed, templates);
    if (violations.length > 0) result.failed.push({ seed, violations });
    for (const [what, times] of Object.entries(happened)) {
      result.happened[what] = (result.happened[what] ?? 0) + times;
    }
    result.lived += lived;
  }
  return result;
}

process.on("message", (portion: Portion) => {
  play(portion).then((result) => process.send?.(result));
});
// Nobody waits for the rest any more.
process.once("disconnect", () => {
  templates.remove();
  process.exit();
});
// Ctrl-C reaches the parent as well, and its end is what ends this process.
process.on("SIGINT", () => {});
