/**
 * Draws the PNGs in this folder from sources/. Run it with Node after changing a source:
 *   node resources/icons/render.ts [path of Chromium]
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const here = import.meta.dirname;
const tray = ["trayRunning", "trayAttention", "trayPaused", "trayStopped"];
const pictures = [
  ...tray.flatMap((name) => [
    { source: `${name}.svg`, file: `${name}Template.png`, size: 16 },
    { source: `${name}.svg`, file: `${name}Template@2x.png`, size: 32 },
  ]),
  { source: "icon.svg", file: "icon.png", size: 1024 },
  { source: "icon-simulated.svg", file: "icon-simulated.png", size: 1024 },
];

const executablePath = process.argv[2];
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  for (const { source, file, size } of pictures) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const svg = await readFile(join(here, "sources", source), "utf8");
    await page.setContent(
      `<style>html,body{margin:0;background:none}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
    );
    await writeFile(join(here, file), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
} finally {
  await browser.close();
}
