import { chromium } from "@playwright/test";
import { chromiumArgs, chromiumPath } from "../e2e/support/chromium.ts";
import { startGateway } from "../e2e/support/gateway.ts";
import { inRoot, say } from "./root.ts";

/** Takes the README's pictures of the window, light and dark, on simulated Messages. */
const gateway = await startGateway(["--port", "3001"]);
const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs() });
try {
  const page = await browser.newPage({ viewport: { width: 1040, height: 720 }, deviceScaleFactor: 2 });
  await page.goto(gateway.link);
  await page.getByRole("heading", { level: 2, name: /^Running on/ }).waitFor();
  for (const body of ["The blue folder, please", "And the key to the side entrance"]) {
    await page.request.post(`${gateway.url}/api/v1/messages`, {
      headers: { "X-API-Key": gateway.key },
      data: { recipient: "+15550001", body },
    });
  }
  await page.getByRole("region", { name: "Last events" }).getByRole("listitem").nth(3).waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.screenshot({ path: inRoot("docs", `overview-${colorScheme}.png`) });
    say(`docs/overview-${colorScheme}.png`);
  }
} finally {
  await browser.close();
  await gateway.stop();
}
