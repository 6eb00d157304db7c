import { join } from "node:path";
import { realPorts } from "./ports/real.ts";
import { handOn, takeOver } from "./simulator/later-process.ts";
import { runOpen } from "./simulator/open.ts";
import { type OsascriptSetting, runLater, runOsascript } from "./simulator/osascript.ts";
import type { ProgramResult } from "./simulator/program-result.ts";

const USAGE = "usage: osascript-stand-in --simulated-dir DIR --as osascript|open -- [its arguments]\n";

/**
 * What stands where osascript and open would on a Mac:
 * `node osascript-stand-in.js --simulated-dir DIR --as osascript -- <the arguments a Mac's osascript would get>`.
 * With `--later FILE` in place of `--as …` it does what a run before it left to be done.
 */
async function run([option, dir, how, value, separator, ...args]: string[]): Promise<ProgramResult> {
  if (option !== "--simulated-dir" || dir === undefined || value === undefined) return refused(USAGE);
  const { clock, timers, randomness } = realPorts();
  const program = [...process.execArgv, process.argv[1] ?? "", option, dir];
  const setting: OsascriptSetting = {
    chatDbPath: join(dir, "chat.db"),
    clock,
    timers,
    randomness,
    later: (step) => handOn(step, dir, [process.execPath, ...program]),
  };
  if (how === "--later") {
    await runLater(takeOver(value), setting);
    return { exitCode: 0, stdout: "", stderr: "" };
  }
  if (how !== "--as" || separator !== "--") return refused(USAGE);
  if (value === "open") return runOpen(args, setting);
  return value === "osascript" ? runOsascript(args, setting) : refused(USAGE);
}

function refused(stderr: string): ProgramResult {
  return { exitCode: 1, stdout: "", stderr };
}

const result = await run(process.argv.slice(2)).catch((cause: unknown) =>
  refused(`osascript: ${cause instanceof Error ? cause.message : String(cause)}\n`),
);
process.stdout.write(result.stdout);
process.stderr.write(result.stderr);
process.exitCode = result.exitCode;
