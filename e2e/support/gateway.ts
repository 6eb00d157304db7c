import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inRoot } from "../../scripts/root.ts";
import { NODE_FLAGS } from "../../scripts/start-plan.ts";

const READY_MS = 30_000;
const STOP_MS = 10_000;

/** A gateway of one's own, on simulated Messages, in a folder of its own. */
export interface RunningGateway {
  url: string;
  /** The first API key. */
  key: string;
  /** The one-time link to the window in a browser. */
  link: string;
  dataDir: string;
  pid: number;
  /** Everything it has printed. */
  output(): string;
  /** Ends it by signal and waits; the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `dist/headless.js` and waits until it says that it is ready and how to get in. */
export async function startGateway(
  flags: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), "bellhop-e2e-"));
  const args = ["--simulate", "--port", "0", "--rate-limit", "0", "--data-dir", dataDir, ...flags];
  const child = spawn(
    inRoot("node_modules", ".bin", "node"),
    [...NODE_FLAGS, inRoot("dist", "headless.js"), ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment, BELLHOP_TEST: "1" },
    },
  );
  try {
    const { found, output } = await waitForBanner(child);
    const stop = async () => {
      const code = await end(child);
      await rm(dataDir, { recursive: true, force: true });
      return code;
    };
    return { ...found, dataDir, pid: child.pid ?? 0, output, stop };
  } catch (cause) {
    await end(child);
    await rm(dataDir, { recursive: true, force: true });
    throw cause;
  }
}

interface Banner {
  url: string;
  key: string;
  link: string;
}

function waitForBanner(child: ChildProcess): Promise<{ found: Banner; output: () => string }> {
  let text = "";
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the gateway ${why}; it said:\n${text}`));
    const limit = setTimeout(() => fail("was not ready in time"), READY_MS);
    child.once("close", (code) => fail(`ended with ${code}`));
    child.once("error", reject);
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        text += `${line}\n`;
        const found = readBanner(text);
        if (!found) return;
        clearTimeout(limit);
        resolve({ found, output: () => text });
      });
    }
  });
}

function readBanner(text: string): Banner | null {
  const url = /^bellhop ready (http:\/\/\S+)$/m.exec(text)?.[1];
  const key = /\b(bh_[\w-]{20,}|bellhop_[\w-]{20,})/.exec(text)?.[1];
  const link = /http:\/\/\S+\/ui\/?#[\w.-]+/.exec(text)?.[0];
  return url && key && link ? { url, key, link } : null;
}

/** SIGTERM, and SIGKILL when that is not heard. */
function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.once("close", (code) => {
      clearTimeout(limit);
      resolve(code);
    });
    child.kill("SIGTERM");
  });
}
