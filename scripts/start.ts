import { spawn } from "node:child_process";
import { constants } from "node:os";
import { buildIfStale } from "./build.ts";
import { childEnv } from "./child.ts";
import { ownElectron } from "./provide-electron.ts";
import { inRoot, root, say } from "./root.ts";
import { NODE_FLAGS, planStart, type StartPlan } from "./start-plan.ts";

/** What is started: a program and its arguments; null when it cannot be had. */
async function commandFor(plan: StartPlan, flags: readonly string[]): Promise<[string, string[]] | null> {
  if (plan.kind === "headless")
    return [process.execPath, [...NODE_FLAGS, inRoot("dist", "headless.js"), ...flags]];
  const electron = await ownElectron();
  return electron && [electron.path, [root, ...flags]];
}

/** Runs it in the foreground; what ends us ends it, and its exit code is ours. */
function inForeground(file: string, args: readonly string[]): Promise<number> {
  const child = spawn(file, [...args], { cwd: root, env: childEnv(), stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Ctrl-C reaches everything in the terminal's foreground by itself; a second one would mean "at once".
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve) => {
    child.once("error", (cause) => {
      console.error(cause.message);
      resolve(1);
    });
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

const flags = process.argv.slice(2);
const plan = planStart(flags, process.platform, process.env);
const command = (await buildIfStale()) ? await commandFor(plan, flags) : null;
if (plan.note) say(plan.note);
process.exitCode = command ? await inForeground(...command) : 1;
