import { dirname } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { openMessages } from "./closed-messages.ts";
import { takeFault } from "./faults.ts";
import type { ProgramResult } from "./program-result.ts";

const BUNDLE = "com.apple.MobileSMS";
/** The options of `open` that a value follows. */
const WITH_VALUE = new Set(["-a", "-b", "-u"]);

/**
 * Does what `open ARGS` would do where it opens Messages, by bundle, name or an imessage: address: it runs
 * again. Anything else, and a fault planned for `open`, gets the error a Mac would give.
 */
export function runOpen(
  args: readonly string[],
  setting: { chatDbPath: string; clock: Pick<Clock, "now"> },
): ProgramResult {
  const simulatedDir = dirname(setting.chatDbPath);
  const what = opened(args);
  if (what === null) {
    return failed("open: the stand-in of simulated Messages opens nothing but Messages.\n");
  }
  const { osascript, unresolved } = takeFault(simulatedDir, "open", () => setting.clock.now());
  const code = osascript ?? unresolved;
  if (code !== undefined)
    return failed(`LSOpenURLsWithRole() failed for the application ${what} with error ${code}.\n`);
  openMessages(simulatedDir);
  return { exitCode: 0, stdout: "", stderr: "" };
}

/** What of Messages is to be opened; null when it is something else. */
function opened(args: readonly string[]): string | null {
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? "";
    const value = WITH_VALUE.has(word) ? (args[++index] ?? "") : word.startsWith("-") ? null : word;
    if (value === null) continue;
    const isMessages =
      word === "-b"
        ? value.toLowerCase() === BUNDLE.toLowerCase()
        : /^(imessage|sms):|(^|\/)Messages(\.app)?\/?$/i.test(value);
    return isMessages ? value : null;
  }
  return null;
}

function failed(stderr: string): ProgramResult {
  return { exitCode: 1, stdout: "", stderr };
}
