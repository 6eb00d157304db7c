import { join } from "node:path";
import type { Finished, Processes } from "../ports/processes.ts";
import { errorNumber } from "./osascript-errors.ts";
import type { ScriptCall } from "./script-calls.ts";

/**
 * How a script ended. `unresolved`: it says that it had not begun. `failed`: macOS ended it, or it said what nobody
 * expects; `code` is null when there is no number. `stuck`: it was killed, with all that it started.
 */
export type ScriptEnd =
  | { end: "done" }
  | { end: "unresolved"; code: number; reason: string }
  | { end: "failed"; code: number | null; reason: string }
  | { end: "stuck"; reason: string }
  | { end: "not started"; reason: string };

/** The longest that is kept of what a script says went wrong, in characters. */
const LONGEST_REASON = 300;

/**
 * Runs one of the scripts by osascript, without a shell. What follows the script's path is the script's: osascript
 * looks for options before it only, so that an argument may begin with a dash. Never rejects.
 * @param timeoutMs after which it is killed with its process group.
 */
export async function runScript(
  { osascript, scripts, processes }: { osascript: string; scripts: string; processes: Processes },
  call: ScriptCall,
  timeoutMs: number,
): Promise<ScriptEnd> {
  try {
    const args = [join(scripts, call.script), ...call.args];
    const finished = await processes.run({ file: osascript, args, timeoutMs });
    if (!finished.timedOut) return endOf(finished, call);
    return { end: "stuck", reason: `Messages did not answer in ${timeoutMs / 1_000} seconds` };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { end: "not started", reason: clipped(`osascript could not be started: ${why}`) };
  }
}

function endOf({ exitCode, stdout, stderr }: Finished, call: ScriptCall): ScriptEnd {
  const said = stdout.trim();
  if (exitCode === 0 && said === call.says) return { end: "done" };
  const unresolved = exitCode === 0 ? /^unresolved (-?\d+) ?(.*)$/s.exec(said) : null;
  if (unresolved) {
    return { end: "unresolved", code: Number(unresolved[1]), reason: clipped(unresolved[2] ?? "") };
  }
  const reason = stderr.trim() || `osascript ended with ${exitCode ?? "a signal"}`;
  return { end: "failed", code: errorNumber(stderr), reason: clipped(reason) };
}

function clipped(reason: string): string {
  const line = reason.replace(/\s+/g, " ");
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}…` : line;
}
