import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inRoot } from "../scripts/root.ts";
import { NODE_FLAGS } from "../scripts/start-plan.ts";

const KEY = "bh_benchmark_key_of_this_run_alone";
const READY_MS = 60_000;
const STOP_MS = 10_000;
/** Linux counts a process's time in hundredths of a second (USER_HZ). */
const TICK_MS = 10;

/** A built gateway on a copy of a chat.db, as a process of its own. */
export interface BenchedGateway {
  url: string;
  key: string;
  /** From spawning it to its saying that it is ready, in ms. */
  readyMs: number;
  /** Resident memory in MB. */
  memory(): number;
  /** Processor time since its start, in ms. */
  cpuMs(): number;
  /** Size of what it remembers, in MB. */
  ownDatabase(): number;
  stop(): Promise<void>;
}

/** Starts one. `options` go to Node itself, such as `--cpu-prof`. */
export function startOn(
  chatDb: string,
  dataDir: string,
  options: readonly string[] = [],
): Promise<BenchedGateway> {
  const program = [...NODE_FLAGS, ...options, inRoot("dist", "headless.js")];
  const flags = [
    "--chat-db",
    chatDb,
    "--data-dir",
    dataDir,
    "--port",
    "0",
    "--rate-limit",
    "0",
    "--api-key",
    KEY,
  ];
  const started = performance.now();
  const child = spawn(inRoot("node_modules", ".bin", "node"), [...program, ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BELLHOP_TEST: "1" },
  });
  const pid = String(child.pid);
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve();
      const limit = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      child.once("close", () => {
        clearTimeout(limit);
        resolve();
      });
      child.kill("SIGTERM");
    });
  return new Promise((resolve, reject) => {
    let said = "";
    const limit = setTimeout(() => {
      void stop();
      reject(new Error(`the gateway was not ready in time; it said:\n${said}`));
    }, READY_MS);
    child.once("close", (code) => {
      clearTimeout(limit);
      reject(new Error(`the gateway ended with ${code}; it said:\n${said}`));
    });
    createInterface({ input: child.stderr }).on("line", (line) => {
      said += `${line}\n`;
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      said += `${line}\n`;
      const url = /^bellhop ready (http:\/\/\S+)$/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(limit);
      resolve({
        url,
        key: KEY,
        readyMs: performance.now() - started,
        memory: () => memoryOf(pid),
        cpuMs: () => cpuOf(pid),
        ownDatabase: () => sizeOf(join(dataDir, "bellhop.db")) + sizeOf(join(dataDir, "bellhop.db-wal")),
        stop,
      });
    });
  });
}

function memoryOf(pid: string): number {
  const status = procFile(pid, "status");
  const kilobytes = status === null ? ps(pid, "rss") : (/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? "0");
  return Number(kilobytes) / 1_024;
}

function cpuOf(pid: string): number {
  const stat = procFile(pid, "stat");
  if (stat === null) return clockMs(ps(pid, "time"));
  // The program's name, in brackets, may hold anything; the 12th and 13th fields after it are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function procFile(pid: string, name: string): string | null {
  const path = join("/proc", pid, name);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** What a Mac's `ps` says of a process. */
function ps(pid: string, field: string): string {
  return execFileSync("ps", ["-o", `${field}=`, "-p", pid], { encoding: "utf8" }).trim();
}

/** `0:03.27`, or with hours before it, in ms. */
function clockMs(text: string): number {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1_000;
}

function sizeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 1_048_576;
}
