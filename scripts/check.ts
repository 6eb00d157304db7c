import { existsSync } from "node:fs";
import { run } from "./child.ts";
import { inRoot, type Say, say as sayOnScreen } from "./root.ts";

const STEP_MS = 180_000;
const PROJECTS = ["src-shared", "src-main", "src-renderer", "."];
const IMPORTS_OF = ["src-main", "src-renderer", "src-shared", "e2e", "bench", "scripts"];

interface Step {
  name: string;
  command: readonly [string, ...string[]];
}

/** Types, style and formatting, and who may import whom. */
function steps(): Step[] {
  const folders = IMPORTS_OF.filter((folder) => existsSync(inRoot(folder)));
  return [
    ...PROJECTS.map((project) => ({
      name: `types of ${project === "." ? "scripts, tests and configuration" : project}`,
      command: ["tsc", "--pretty", "false", "-p", inRoot(project)] as const,
    })),
    { name: "style", command: ["biome", "ci", "--colors=off", "."] },
    { name: "imports", command: ["depcruise", "--config", ".dependency-cruiser.cjs", ...folders] },
  ];
}

/** Runs every step, also after one has failed; shows what failed, and returns whether nothing did. */
export async function check(say: Say = sayOnScreen): Promise<boolean> {
  let fine = true;
  for (const step of steps()) {
    const [file, ...args] = step.command;
    const end = await run(file, args, { timeoutMs: STEP_MS, quiet: true });
    const passed = end.code === 0;
    say(`${passed ? "ok    " : "FAILED"} ${step.name}`);
    if (!passed) say(end.timedOut ? "It took too long." : end.output.trimEnd());
    fine &&= passed;
  }
  return fine;
}

if (import.meta.main) process.exitCode = (await check()) ? 0 : 1;
