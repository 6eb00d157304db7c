import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { z } from "zod";

/** What a running gateway tells other programs of the same user: `running.json`, 0600. */
export const RunningGateway = z.object({
  pid: z.int(),
  url: z.string(),
  /** Lets the command line ask for a link to the window. */
  controlToken: z.string(),
});
export type RunningGateway = z.infer<typeof RunningGateway>;

/** Another Bellhop holds the data folder. */
export class AlreadyRunning extends Error {
  constructor(folder: string, running: Pick<RunningGateway, "pid" | "url"> | null) {
    const where = running?.url ? ` on ${running.url}` : "";
    const who = running === null ? "another Bellhop" : `another Bellhop (process ${running.pid}${where})`;
    super(`${who} already uses ${folder}; quit it, or choose another --data-dir`);
    this.name = "AlreadyRunning";
  }
}

export interface InstanceLock {
  announce(gateway: RunningGateway): void;
  release(): void;
}

/**
 * Takes the data folder for this process alone. The lock is SQLite's on a file of its own, so the system
 * drops it however the process ends, and a reused pid fools nobody. Throws AlreadyRunning.
 */
export function lockDataFolder(folder: string): InstanceLock {
  const path = join(folder, "instance.lock");
  const lock = new Sqlite(path, { timeout: 0 });
  try {
    chmodSync(path, 0o600);
    lock.pragma("locking_mode = EXCLUSIVE");
    lock.exec("BEGIN EXCLUSIVE");
  } catch (thrown) {
    lock.close();
    if (!isLocked(thrown))
      throw new Error(
        `${path} cannot be used; let Bellhop write to that folder, or choose another --data-dir`,
        { cause: thrown },
      );
    throw new AlreadyRunning(folder, readRunning(folder));
  }
  const file = join(folder, "running.json");
  // Said before there is an address, so that a second instance can name the pid at any moment.
  writeFileSync(file, JSON.stringify({ pid: process.pid, url: "", controlToken: "" }), { mode: 0o600 });
  return {
    announce: (gateway) => writeFileSync(file, JSON.stringify(gateway), { mode: 0o600 }),
    release() {
      rmSync(file, { force: true });
      lock.close();
    },
  };
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("SQLITE_BUSY");
}

/** The gateway that announced itself in `folder`; null when there is none. It may have died since. */
export function readRunning(folder: string): RunningGateway | null {
  const file = join(folder, "running.json");
  if (!existsSync(file)) return null;
  try {
    return RunningGateway.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
