import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, type ElectronApplication, type Page } from "@playwright/test";
import { provideElectron } from "../../scripts/provide-electron.ts";
import { root } from "../../scripts/root.ts";

const START_MS = 30_000;

/** The menu-bar app, started in a data folder of its own, on simulated Messages. */
export interface RunningApp {
  app: ElectronApplication;
  page: Page;
  dataDir: string;
  /** Ends it, however it is, and removes its folder. */
  close(): Promise<void>;
}

/** Starts the built app and waits for its window. */
export async function startApp(): Promise<RunningApp> {
  const dataDir = await mkdtemp(join(tmpdir(), "bellhop-app-"));
  const app = await _electron.launch({
    executablePath: await electronPath(),
    args: [...chromiumSwitches(), root, ...flags(dataDir)],
    cwd: root,
    env: testEnv(),
    timeout: START_MS,
  });
  const close = async () => {
    await app.close().catch(() => {});
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const page = await app.firstWindow({ timeout: START_MS });
    return { app, page, dataDir, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** How a start without Playwright ended. */
export interface AppEnd {
  code: number | null;
  stderr: string;
}

/** Starts the app in a data folder and waits for its end: for starts that are refused. */
export async function startInVain(dataDir: string): Promise<AppEnd> {
  const program = await electronPath();
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...chromiumSwitches(), root, ...flags(dataDir)], {
      cwd: root,
      env: testEnv(),
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => {
      stderr += text.toString();
    });
    const limit = setTimeout(() => child.kill("SIGKILL"), START_MS);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(limit);
      resolve({ code, stderr });
    });
  });
}

/** The Electron that `npm test` found, else the one it would find. */
async function electronPath(): Promise<string> {
  const given = process.env.BELLHOP_ELECTRON;
  const path = given ?? (await provideElectron())?.path;
  if (!path) throw new Error("no Electron could be had here");
  return path;
}

function flags(dataDir: string): string[] {
  return ["--simulate", "--port", "0", "--rate-limit", "0", "--data-dir", dataDir];
}

/** Chromium's own sandbox needs a user that is not root; a screen nobody sees needs no GPU. */
function chromiumSwitches(): string[] {
  if (process.platform !== "linux") return [];
  return [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu", "--disable-dev-shm-usage"];
}

function testEnv(): Record<string, string> {
  const defined = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...Object.fromEntries(defined), BELLHOP_TEST: "1" };
}
