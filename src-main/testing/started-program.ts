import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { onTestFinished } from "vitest";
import { until } from "./until.ts";

const HEADLESS = resolve(import.meta.dirname, "../headless.ts");

/** The headless gateway as a process of its own. */
export interface StartedProgram {
  pid: number;
  output(): string;
  errors(): string;
  /** Waits for `bellhop ready` and gives the address. */
  ready(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Waits for the end; the exit code, null when a signal ended it. */
  ended(): Promise<number | null>;
}

/** Spawns `node headless.ts` with these flags, and nothing of our own `BELLHOP_…` environment. */
export function startedProgram(flags: readonly string[], env: Record<string, string> = {}): StartedProgram {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith("BELLHOP_"));
  const child: ChildProcess = spawn(process.execPath, [HEADLESS, ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...Object.fromEntries(clean), ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  let errors = "";
  let end: { code: number | null } | null = null;
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  child.once("close", (code) => {
    end = { code };
  });
  return {
    pid: child.pid ?? -1,
    output: () => output,
    errors: () => errors,
    ready: () =>
      until(
        "the gateway to be ready",
        () => {
          if (end !== null) throw new Error(`it ended with ${end.code}: ${errors}`);
          return /^bellhop ready (\S+)$/m.exec(output)?.[1];
        },
        20_000,
      ),
    signal: (name) => void child.kill(name),
    ended: async () => (await until("the gateway to end", () => end, 15_000)).code,
  };
}
