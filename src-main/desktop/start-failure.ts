import { app, dialog } from "electron";
import { UsageError } from "../launch-options.ts";
import { AlreadyRunning } from "../storage/instance-lock.ts";

/** Says in one sentence why the app does not start, where the person will see it, and ends it. */
export function failToStart(cause: unknown): void {
  if (cause instanceof UsageError && cause.help !== null) {
    process.stdout.write(cause.help);
    app.exit(0);
    return;
  }
  const sentence = cause instanceof Error ? cause.message : String(cause);
  process.stderr.write(`Bellhop did not start: ${sentence}\n`);
  if (!process.env.BELLHOP_TEST && hasScreen() && !firstShowsItself(cause)) {
    dialog.showErrorBox("Bellhop did not start", sentence);
  }
  app.exit(1);
}

function hasScreen(): boolean {
  return process.platform === "darwin" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** The app that holds the lock has just opened its window: that says enough. */
function firstShowsItself(cause: unknown): boolean {
  return cause instanceof AlreadyRunning && !app.hasSingleInstanceLock();
}
