import { type ChildProcess, spawn } from "node:child_process";
import { delimiter } from "node:path";
import { inRoot, root } from "./root.ts";

/** How a child is run. */
export interface ChildOptions {
  /** After this many milliseconds it is ended, with all it started. */
  timeoutMs: number;
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Keeps the output for the caller in place of showing it. */
  quiet?: boolean;
}

/** How a child ended. `output` is empty unless it was run quietly. */
export interface ChildEnd {
  code: number | null;
  timedOut: boolean;
  output: string;
}

/** The environment of every child: the project's own programs, and its own Node, come first. */
export function childEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const path = [inRoot("node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/** Runs a program to its end. A program that cannot be started ends with code null and the reason as output. */
export function run(file: string, args: readonly string[], options: ChildOptions): Promise<ChildEnd> {
  return new Promise((resolve) => {
    // A process group of its own, so that the time limit also ends what the child has started.
    const child = spawn(file, [...args], {
      cwd: options.cwd ?? root,
      env: childEnv(options.env),
      detached: true,
      stdio: options.quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    });
    let output = "";
    let timedOut = false;
    const keep = (text: Buffer) => {
      output += text.toString();
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    const letGo = endWithUs(child);
    const limit = setTimeout(() => {
      timedOut = true;
      endGroup(child, "SIGKILL");
    }, options.timeoutMs);
    const end = (code: number | null) => {
      clearTimeout(limit);
      letGo();
      resolve({ code, timedOut, output });
    };
    child.once("error", (cause) => {
      output += cause.message;
      end(null);
    });
    child.once("close", (code) => end(code));
  });
}

/** A child has its own group, so Ctrl-C does not reach it: what ends us must end it. */
function endWithUs(child: ChildProcess): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const handlers = signals.map((signal) => {
    const handler = () => {
      endGroup(child, "SIGTERM");
      process.exitCode = 130;
      child.once("close", () => process.exit());
    };
    process.once(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of handlers) off();
  };
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It had ended already.
  }
}
