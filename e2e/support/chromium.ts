import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";
import { findProgram } from "../../scripts/find-program.ts";

/** Root has no sandbox, a test machine no GPU, and nothing is to be fetched meanwhile. */
export function chromiumArgs(): string[] {
  return [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
}

/** The Chromium that `npm test` found, else one on this machine, else Playwright's own. */
export function chromiumPath(): string {
  const given = process.env.BELLHOP_CHROMIUM;
  if (given && existsSync(given)) return given;
  return findProgram("chromium", "chromium-browser", "google-chrome") ?? chromium.executablePath();
}
