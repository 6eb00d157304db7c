import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Beside chat.db, as long as simulated Messages is closed. */
const FILE = "messages-closed";

/** Quits simulated Messages: every script gets −600 until it is opened. */
export function closeMessages(simulatedDir: string): void {
  writeFileSync(join(simulatedDir, FILE), "", { mode: 0o600 });
}

/** Makes it run again. */
export function openMessages(simulatedDir: string): void {
  rmSync(join(simulatedDir, FILE), { force: true });
}

/** Whether it was quit. */
export function isMessagesClosed(simulatedDir: string): boolean {
  return existsSync(join(simulatedDir, FILE));
}
