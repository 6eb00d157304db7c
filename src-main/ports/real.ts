import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { realNetwork } from "../egress/real-network.ts";
import type { Ports } from "./ports.ts";
import type { Command, Finished } from "./processes.ts";

/** Longest output kept of a child; osascript prints a line or two. */
const OUTPUT_LIMIT = 64 * 1024;

/** The real outside world. Called by the composition roots (main.ts, headless.ts, cli.ts) and by nobody else. */
export function realPorts(): Ports {
  return {
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    timers: {
      after(ms, run) {
        if (ms <= 0) {
          // A timer would wait for a millisecond, however little it is given.
          const turn = setImmediate(run);
          return { cancel: () => clearImmediate(turn) };
        }
        const timer = setTimeout(run, ms);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    randomness: {
      bytes: pooledRandomBytes(),
      fraction: () => Math.random(),
      uuid: () => randomUUID(),
    },
    processes: { run: runProcess },
    network: realNetwork(),
  };
}

/** As many as a page of memory. */
const POOL_BYTES = 4_096;

/**
 * Random bytes, asked of the system many at a time: asking costs the same for twelve as for thousands, and every event
 * is sealed under twelve. No byte is given twice.
 */
function pooledRandomBytes(): (count: number) => Uint8Array {
  let pool = Buffer.alloc(0);
  return (count) => {
    if (count > POOL_BYTES / 16) return randomBytes(count);
    if (pool.length < count) pool = randomBytes(POOL_BYTES);
    const bytes = Buffer.from(pool.subarray(0, count));
    pool = pool.subarray(count);
    return bytes;
  };
}

/** Each child leads a process group of its own, so that a timeout ends it with everything it started. */
function runProcess(command: Command): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, [...command.args], {
      shell: false,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (stdout.length < OUTPUT_LIMIT) stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (stderr.length < OUTPUT_LIMIT) stderr += text;
    });
    const deadline = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, command.timeoutMs);
    const giveUp = (): void => killGroup(child.pid);
    command.signal?.addEventListener("abort", giveUp);
    if (command.signal?.aborted) giveUp();
    const settled = (): void => {
      clearTimeout(deadline);
      command.signal?.removeEventListener("abort", giveUp);
    };
    child.once("error", (cause) => {
      settled();
      reject(cause);
    });
    child.once("close", (exitCode) => {
      settled();
      resolve({ exitCode: timedOut ? null : exitCode, stdout, stderr, timedOut });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended between the timer and the signal.
  }
}
