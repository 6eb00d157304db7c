import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./child.ts";
import { type Counts, fromPlaywright, fromVitest } from "./counts.ts";
import { findProgram } from "./find-program.ts";
import type { Chromium } from "./provide-chromium.ts";
import type { Electron } from "./provide-electron.ts";
import { inRoot } from "./root.ts";

const UNIT_MS = 900_000;
const E2E_MS = 900_000;

/** Runs Vitest with its usual output, and counts. */
export function runVitest(): Promise<Counts> {
  return inTemporaryFolder(async (folder) => {
    const report = join(folder, "vitest.json");
    const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const end = await run("vitest", args, { timeoutMs: UNIT_MS });
    return fromVitest(await readJson(report), end.code);
  });
}

/** What Playwright is handed; a project whose program could not be had is left out. */
export interface BrowsersAtHand {
  chromium: Chromium | null;
  electron: Electron | null;
}

/** Runs Playwright with its usual output, on a screen nobody sees where there is none, and counts. */
export function runPlaywright(have: BrowsersAtHand, args: readonly string[] = []): Promise<Counts> {
  return inTemporaryFolder(async (folder) => {
    const report = join(folder, "playwright.json");
    const chosen = args.some((arg) => arg.startsWith("--project"));
    const atHand = [have.chromium && "--project=browser", have.electron && "--project=electron"];
    const projects = chosen ? [] : atHand;
    const cli = inRoot("node_modules", "@playwright", "test", "cli.js");
    const command = [
      ...(have.electron && lacksScreen() ? ["xvfb-run", "-a"] : []),
      process.execPath,
      ...[cli, "test", "--reporter=list,json"],
      ...projects.filter((project) => project !== null),
      ...args,
    ];
    const env = {
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      ...(have.chromium && { BELLHOP_CHROMIUM: have.chromium.path }),
      ...(have.electron && { BELLHOP_ELECTRON: have.electron.path }),
    };
    const end = await run(command[0] ?? "", command.slice(1), { timeoutMs: E2E_MS, env });
    return fromPlaywright(await readJson(report), end.code);
  });
}

/** Whether the app can open a window: on a screen, or on one that nobody sees. */
export function screenAtHand(): boolean {
  return !lacksScreen() || findProgram("xvfb-run") !== null;
}

function lacksScreen(): boolean {
  return process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
}

async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bellhop-test-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch(() => "null");
  return JSON.parse(text);
}
