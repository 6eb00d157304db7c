import { join } from "node:path";
import { realPorts } from "./ports/real.ts";
import { runOsascript } from "./simulator/osascript.ts";

/**
 * What stands where osascript would on a Mac:
 * `node osascript-stand-in.js --simulated-dir DIR -- <the arguments a Mac's osascript would get>`.
 */
const [option, simulatedDir, separator, ...args] = process.argv.slice(2);
if (option !== "--simulated-dir" || simulatedDir === undefined || separator !== "--") {
  process.stderr.write("usage: osascript-stand-in --simulated-dir DIR -- [osascript's arguments]\n");
  process.exitCode = 1;
} else {
  try {
    const { clock, timers, randomness } = realPorts();
    const chatDbPath = join(simulatedDir, "chat.db");
    const result = await runOsascript(args, { chatDbPath, clock, timers, randomness });
    process.stdout.write(result.stdout);
    process.stderr.write(result.stderr);
    process.exitCode = result.exitCode;
  } catch (cause) {
    process.stderr.write(`osascript: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    process.exitCode = 1;
  }
}
