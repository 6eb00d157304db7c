import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Mode } from "../../src-shared/status.ts";

/** What a data folder is for. */
export const USUAL_FOLDERS = ["real", "simulated", "copy"] as const;

/** Where Bellhop keeps its things when nobody says otherwise: a folder for each source, never shared. */
export function defaultDataFolder(source: Mode | "copy"): string {
  const name = { real: "Bellhop", simulated: "Bellhop Simulated", copy: "Bellhop Copy" }[source];
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", name);
  const base = process.env.XDG_DATA_HOME || join(homedir(), ".local", "share");
  return join(base, name.toLowerCase().replace(" ", "-"));
}

/** Where logs go: the system's place for the default folder, `logs/` inside a folder of one's own. */
export function logFolder(dataFolder: string): string {
  const standard = process.platform === "darwin" && dataFolder === defaultDataFolder("real");
  return standard ? join(homedir(), "Library", "Logs", "Bellhop") : join(dataFolder, "logs");
}

/** Makes `path` and what is missing above it, for this user only (0700). A folder that is there stays as it is. */
export function makePrivateFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Error(`${path} cannot be used as a folder; choose another --data-dir`, { cause });
  }
  return path;
}
