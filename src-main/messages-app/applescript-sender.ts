import type { Command, Processes } from "../ports/processes.ts";
import { automationAnswer } from "./automation.ts";
import type { MessagesApp, SendOutcome } from "./messages-app.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { NOT_RUNNING } from "./osascript-errors.ts";
import { runScript } from "./run-script.ts";
import { ASK_AUTOMATION, actionCall, type ScriptCall, sendCall } from "./script-calls.ts";
import { outcomeOf } from "./script-outcome.ts";

/** Longer than the scripts' own `with timeout of 25 seconds`, so that theirs speaks first. */
const DEADLINE_MS = 30_000;
/** macOS' own question waits for a person. */
const ASKING_DEADLINE_MS = 120_000;
/** Opens Messages behind everything else. */
export const OPEN_MESSAGES = { file: "/usr/bin/open", args: ["-g", "-j", "-b", "com.apple.MobileSMS"] };

/** What drives Messages. */
export interface AppleScriptOptions {
  /** Absolute path of the program: `/usr/bin/osascript`, or a stand-in. */
  osascript: string;
  /** The folder with the scripts. */
  scripts: string;
  /** How Messages is opened when it does not run; null where nothing can be opened. */
  open: Pick<Command, "file" | "args"> | null;
  processes: Processes;
  /** Ends whatever runs: what nobody waits for any more would still send. */
  signal?: AbortSignal;
}

/**
 * Drives Messages by `osascript` with the fixed scripts of `resources/applescript`, one after the other; every value
 * goes in as an argument, none through a shell.
 */
export function applescriptSender(options: AppleScriptOptions): MessagesApp {
  const alone = oneAtATime();

  /** Opens Messages and has another try, when the first says that it does not run and surely did nothing. */
  async function running<T>(attempt: () => Promise<T>, isClosed: (result: T) => boolean): Promise<T> {
    const result = await attempt();
    if (options.open === null || !isClosed(result)) return result;
    await options.processes.run({ ...options.open, timeoutMs: DEADLINE_MS }).catch(() => null);
    return attempt();
  }

  const done = (call: ScriptCall): Promise<SendOutcome> =>
    alone(() =>
      running(
        async () => outcomeOf(call, await runScript(options, call, DEADLINE_MS)),
        (found) => found.outcome === "not left" && NOT_RUNNING.has(found.code ?? 0),
      ),
    );

  return {
    send: async (target, content) => done(sendCall(target, content)),
    act: async (action) => done(actionCall(action)),
    askAutomation: async () =>
      alone(() =>
        running(
          async () => automationAnswer(await runScript(options, ASK_AUTOMATION, ASKING_DEADLINE_MS)),
          (found) => found.answer === "not running",
        ),
      ),
  };
}
