import { join } from "node:path";
import type { Finished, Processes } from "../ports/processes.ts";
import { errorNumber, NOT_FOUND, withoutQuotes } from "./osascript-errors.ts";
import type { ScriptCall } from "./script-calls.ts";

/**
 * How a script ended. `unresolved`: it says that it had not begun. `failed`: macOS ended it, or it said what nobody
 * expects; `code` is null when there is no number. `stuck`: it was killed, with all that it started. No reason quotes
 * anything that went in.
 */
export type ScriptEnd =
  | { end: "done" }
  | { end: "unresolved"; code: number; reason: string }
  | { end: "failed"; code: number | null; reason: string }
  | { end: "stuck"; reason: string }
  | { end: "not started"; reason: string };

/** What runs scripts. */
export interface ScriptRunner {
  osascript: string;
  scripts: string;
  processes: Processes;
  /** Ends whatever runs, with its process group. */
  signal?: AbortSignal;
}

/** The longest that is kept of what a script says went wrong, in characters. */
const LONGEST_REASON = 300;

/**
 * Runs one of the scripts by osascript, without a shell. What follows the script's path is the script's: osascript
 * looks for options before it only, so that an argument may begin with a dash. Never rejects.
 * @param timeoutMs after which it is killed with its process group.
 */
export async function runScript(
  { osascript, scripts, processes, signal }: ScriptRunner,
  call: ScriptCall,
  timeoutMs: number,
): Promise<ScriptEnd> {
  // No text that is sent holds one: it is in a bubble or a title, which no script could find then.
  if (call.args.some((arg) => arg.includes("\0"))) {
    return {
      end: "unresolved",
      code: NOT_FOUND,
      reason: "what is looked for holds a NUL, which no script can take",
    };
  }
  try {
    const args = [join(scripts, call.script), ...call.args];
    const finished = await processes.run({ file: osascript, args, timeoutMs, ...(signal ? { signal } : {}) });
    if (!finished.timedOut) return endOf(finished, call);
    return { end: "stuck", reason: `Messages did not answer in ${timeoutMs / 1_000} seconds` };
  } catch (thrown) {
    // Its sentence may quote an argument, which is what somebody wrote: no log and no event may hold that.
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "no reason was given";
    return { end: "not started", reason: clipped(`osascript could not be started (${code})`) };
  }
}

function endOf({ exitCode, stdout, stderr }: Finished, call: ScriptCall): ScriptEnd {
  const said = stdout.trim();
  if (exitCode === 0 && said === call.says) return { end: "done" };
  const unresolved = exitCode === 0 ? /^unresolved (-?\d+) ?(.*)$/s.exec(said) : null;
  if (unresolved) {
    const code = Number(unresolved[1]);
    return { end: "unresolved", code, reason: clipped(withoutQuotes(unresolved[2] ?? "", code)) };
  }
  const code = errorNumber(stderr);
  const reason = stderr.trim() && withoutQuotes(stderr.trim(), code);
  return { end: "failed", code, reason: clipped(reason || `osascript ended with ${exitCode ?? "a signal"}`) };
}

function clipped(reason: string): string {
  const line = reason.replace(/\s+/g, " ");
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}…` : line;
}
