import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { inRoot } from "../../scripts/root.ts";
import { NODE_FLAGS } from "../../scripts/start-plan.ts";

const READY_MS = 30_000;
const STOP_MS = 15_000;
const KEY = "bh_key_of_the_faults_harness_alone";

/** A built gateway on one chat.db, one data folder and one port, which is ended and started again. */
export interface KillableGateway {
  url: string;
  key: string;
  /** Spawns it; it must not be running. */
  start(): void;
  /** Waits until it answers. Rejects, with what it said, when it ends before. */
  ready(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when that is not heard; the exit code. */
  stop(): Promise<number | null>;
  /** Kills it without waiting, for the very end. */
  abandon(): void;
  /** What its processes have written to stderr: warnings and errors. */
  complaints(): string[];
}

/** Makes one on a copy of a chat.db, or where that is null on simulated Messages; nothing runs yet. */
export function killableGateway(options: {
  chatDb: string | null;
  dataDir: string;
  port: number;
}): KillableGateway {
  const flags = [
    ...(options.chatDb === null ? ["--simulate"] : ["--chat-db", options.chatDb]),
    ...["--data-dir", options.dataDir],
    ...["--port", String(options.port), "--rate-limit", "0", "--api-key", KEY],
  ];
  const complaints: string[] = [];
  let child: ChildProcess | null = null;
  let ready: Promise<void> = Promise.resolve();
  let gone: Promise<number | null> = Promise.resolve(null);

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ending = child;
    ending?.kill(signal);
    const limit = setTimeout(() => ending?.kill("SIGKILL"), STOP_MS);
    const code = await gone;
    clearTimeout(limit);
    child = null;
    return code;
  };

  return {
    url: `http://127.0.0.1:${options.port}`,
    key: KEY,
    start() {
      if (child !== null) throw new Error("the gateway is running already");
      const started = spawn(
        inRoot("node_modules", ".bin", "node"),
        [...NODE_FLAGS, inRoot("dist", "headless.js"), ...flags],
        { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, BELLHOP_TEST: "1" } },
      );
      child = started;
      gone = new Promise((resolve) => started.once("close", resolve));
      ready = saysReady(started, complaints);
      // Nobody may be waiting for it when it is killed.
      ready.catch(() => {});
    },
    ready: () => ready,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
    abandon: () => void child?.kill("SIGKILL"),
    complaints: () => complaints,
  };
}

function saysReady(child: ChildProcess, complaints: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const fail = (why: string) => reject(new Error(`the gateway ${why}; it said:\n${said.join("\n")}`));
    const limit = setTimeout(() => fail("was not ready in time"), READY_MS);
    child.once("close", (code, signal) => {
      clearTimeout(limit);
      fail(`ended with ${code ?? signal}`);
    });
    child.once("error", (cause) => fail(`could not be started: ${cause.message}`));
    if (child.stderr) {
      createInterface({ input: child.stderr }).on("line", (line) => {
        said.push(line);
        complaints.push(line);
      });
    }
    if (child.stdout) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (!line.startsWith("bellhop ready ")) return;
        clearTimeout(limit);
        resolve();
      });
    }
  });
}
