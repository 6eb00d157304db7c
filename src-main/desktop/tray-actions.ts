import { app, clipboard, shell } from "electron";
import { calls } from "../../src-shared/control.ts";
import { PANES } from "../../src-shared/panes.ts";
import type { TrayControl } from "./tray.ts";
import type { TrayAction } from "./tray-menu.ts";
import type { SettingsWindow } from "./window.ts";

/** What each row of the menu does. */
export function trayActions(control: TrayControl, window: SettingsWindow): (action: TrayAction) => void {
  const does: Record<TrayAction, () => unknown> = {
    copy_url: () => clipboard.writeText(control.status().url),
    copy_key: () => copyKey(control),
    pause_sending: () => control.call("sending.pause", { paused: true }),
    resume_sending: () => control.call("sending.pause", { paused: false }),
    allow_full_disk_access: () => shell.openExternal(PANES.fullDiskAccess),
    allow_automation: () => shell.openExternal(PANES.automation),
    open: () => window.show(),
    quit: () => app.quit(),
  };
  return (action) => void does[action]();
}

async function copyKey(control: TrayControl): Promise<void> {
  const answer = await control.call("key.reveal", {});
  if (answer.ok) clipboard.writeText(calls["key.reveal"].output.parse(answer.value).key);
}
