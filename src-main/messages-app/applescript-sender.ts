import { join } from "node:path";
import type { Command, Processes } from "../ports/processes.ts";
import type { MessagesApp, SendContent, SendOutcome, SendTarget } from "./messages-app.ts";
import { errorNumber } from "./osascript-errors.ts";

/** Longer than the scripts' own `with timeout of 25 seconds`, so that theirs speaks first. */
const DEADLINE_MS = 30_000;
const TIMED_OUT = -1712;
/** Messages does not run, or stopped running: it is opened, and asked once more. */
const NOT_RUNNING = new Set([-600, -609]);
/** Opens Messages behind everything else. */
export const OPEN_MESSAGES = { file: "/usr/bin/open", args: ["-g", "-j", "-b", "com.apple.MobileSMS"] };

/**
 * Drives Messages by `osascript` with the fixed scripts of `resources/applescript`; every value goes in as
 * an argument, none through a shell.
 * @param osascript absolute path of the program: `/usr/bin/osascript`, or a stand-in.
 */
export function applescriptSender(options: {
  osascript: string;
  scripts: string;
  /** How Messages is opened when it does not run; null where nothing can be opened. */
  open: Pick<Command, "file" | "args"> | null;
  processes: Processes;
}): MessagesApp {
  const { processes } = options;

  async function once(target: SendTarget, content: SendContent): Promise<SendOutcome> {
    const { script, args } = commandFor(target, content);
    try {
      const finished = await processes.run({
        file: options.osascript,
        args: [join(options.scripts, script), ...args],
        timeoutMs: DEADLINE_MS,
      });
      if (finished.timedOut) {
        return { outcome: "uncertain", code: TIMED_OUT, reason: "Messages did not answer in 30 seconds" };
      }
      return outcomeOf(finished.exitCode, finished.stdout.trim(), finished.stderr.trim());
    } catch (thrown) {
      return {
        outcome: "not left",
        code: null,
        reason: `osascript could not be started: ${wordsOf(thrown)}`,
      };
    }
  }

  return {
    async send(target, content) {
      const outcome = await once(target, content);
      if (outcome.outcome !== "not left" || !NOT_RUNNING.has(outcome.code ?? 0)) return outcome;
      if (options.open) await processes.run({ ...options.open, timeoutMs: DEADLINE_MS }).catch(() => null);
      return once(target, content);
    },
  };
}

const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

function commandFor(target: SendTarget, content: SendContent): { script: string; args: string[] } {
  const payload = content.kind === "text" ? content.text : content.path;
  return target.kind === "chat"
    ? { script: `send-${content.kind}-to-chat.applescript`, args: [target.guid, payload] }
    : {
        script: `send-${content.kind}-to-participant.applescript`,
        args: [target.address, target.service, payload],
      };
}

/** Codes that come before anything is dispatched, even when the script itself ended with them. */
const BEFORE_DISPATCH = new Set([-1743, -1744, -2741, -2753]);

function outcomeOf(exitCode: number | null, stdout: string, stderr: string): SendOutcome {
  const unresolved = /^unresolved (-?\d+) ?(.*)$/s.exec(stdout);
  if (unresolved) return { outcome: "not left", code: Number(unresolved[1]), reason: unresolved[2] ?? "" };
  if (exitCode === 0 && stdout === "sent") return { outcome: "taken" };
  const code = errorNumber(stderr);
  const reason = stderr || `osascript ended with ${exitCode ?? "a signal"}`;
  if (code !== null && BEFORE_DISPATCH.has(code)) return { outcome: "not left", code, reason };
  return { outcome: "uncertain", code, reason };
}
