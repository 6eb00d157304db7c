import { join } from "node:path";
import { app } from "electron";
import { AlreadyRunning, readRunning } from "../storage/instance-lock.ts";

/**
 * One app for each data folder. Chromium keeps its own files in a folder of it, and the app's lock with them.
 * Throws AlreadyRunning, after the first one was told to show itself.
 */
export function becomeOnlyInstance(dataFolder: string, onSecond: () => void): void {
  app.setPath("userData", join(dataFolder, "window"));
  if (!app.requestSingleInstanceLock()) {
    throw new AlreadyRunning(dataFolder, readRunning(dataFolder));
  }
  app.on("second-instance", onSecond);
}
