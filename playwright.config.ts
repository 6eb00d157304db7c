import { defineConfig, devices } from "@playwright/test";
import { chromiumArgs, chromiumPath } from "./e2e/support/chromium.ts";

const APP = "app.spec.ts";

/** The window twice: in a browser over its one-time link, and in the menu-bar app. */
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: { trace: "retain-on-failure", viewport: { width: 1040, height: 720 } },
  projects: [
    {
      name: "browser",
      testIgnore: APP,
      use: {
        ...devices["Desktop Chrome"],
        viewport: { width: 1040, height: 720 },
        launchOptions: {
          executablePath: chromiumPath(),
          args: chromiumArgs(),
        },
      },
    },
    { name: "electron", testMatch: APP },
  ],
});
