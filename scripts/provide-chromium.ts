import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";
import { run } from "./child.ts";
import { installPackages } from "./debian-packages.ts";
import { findProgram } from "./find-program.ts";
import { inRoot, type Say, say as sayOnScreen } from "./root.ts";

const DOWNLOAD_MS = 180_000;

/** A Chromium that starts: where it is, and what it calls itself. */
export interface Chromium {
  path: string;
  version: string;
}

/** Finds a Chromium on this machine, without fetching anything. */
export async function findChromium(): Promise<Chromium | null> {
  const candidates = [
    process.env.BELLHOP_CHROMIUM ?? null,
    findProgram("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    chromium.executablePath(),
  ];
  for (const path of candidates) {
    const found = path && existsSync(path) ? await verify(path) : null;
    if (found) return found;
  }
  return null;
}

/** An installed Chromium, else Playwright's own download, else Debian's package; null where none can be had. */
export async function provideChromium(say: Say = sayOnScreen): Promise<Chromium | null> {
  const installed = await findChromium();
  if (installed) return installed;
  say("No Chromium here; downloading Playwright's");
  const cli = inRoot("node_modules", "@playwright", "test", "cli.js");
  const options = { timeoutMs: DOWNLOAD_MS, quiet: true };
  const download = await run(process.execPath, [cli, "install", "chromium"], options);
  const downloaded = download.code === 0 ? await findChromium() : null;
  if (downloaded) return downloaded;
  say("Playwright's Chromium could not be had here");
  return (await installPackages(["chromium", "fonts-dejavu-core"], say)) ? findChromium() : null;
}

async function verify(path: string): Promise<Chromium | null> {
  const end = await run(path, ["--version"], { timeoutMs: 20_000, quiet: true });
  const version = /^.*\d+\.\d+\.\d+.*$/m.exec(end.output)?.[0].trim();
  return end.code === 0 && version ? { path, version } : null;
}
