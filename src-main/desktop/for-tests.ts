import { app } from "electron";
import type { TrayHandle } from "./tray.ts";
import type { TrayAction } from "./tray-menu.ts";

/** What the end-to-end tests can see and press that is not in the window. */
export interface BellhopForTests {
  tray: Pick<TrayHandle, "rows" | "shape">;
  press(action: TrayAction): void;
}

/** Hands the tray to Playwright, in this process only: never to the page, never in the installed app. */
export function offerToTests(tray: TrayHandle, press: (action: TrayAction) => void): void {
  if (app.isPackaged || process.env.BELLHOP_TEST !== "1") return;
  const handle: BellhopForTests = { tray, press };
  Object.assign(globalThis, { bellhopForTests: handle });
}
