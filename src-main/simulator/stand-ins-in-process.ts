import type { Command, Finished, Processes } from "../ports/processes.ts";
import { runOpen } from "./open.ts";
import { type OsascriptSetting, runOsascript } from "./osascript.ts";

/**
 * Runs the stand-ins for `osascript` and `open` in this process, for a program that cannot start them; every
 * other command goes to `others`. A call ends at its deadline or its signal as a killed process does: what had
 * happened has happened, and nothing more does.
 */
export function standInsInProcess(options: {
  /** The names by which the two are called; there need be no such files. */
  osascript: string;
  open: string;
  setting: OsascriptSetting;
  others: Processes;
}): Processes {
  const { setting } = options;
  return {
    async run(command) {
      if (command.file === options.open) return { ...runOpen(command.args, setting), timedOut: false };
      return command.file === options.osascript ? timed(command, setting) : options.others.run(command);
    },
  };
}

async function timed(command: Command, setting: OsascriptSetting): Promise<Finished> {
  const deadline = new AbortController();
  const timer = setting.timers.after(command.timeoutMs, () => deadline.abort());
  const signals = command.signal === undefined ? [] : [command.signal];
  const killed = AbortSignal.any([deadline.signal, ...signals]);
  try {
    const result = await runOsascript(command.args, { ...setting, killed });
    if (!killed.aborted) return { ...result, timedOut: false };
    return { exitCode: null, stdout: "", stderr: "", timedOut: deadline.signal.aborted };
  } finally {
    timer.cancel();
  }
}
