import { execFileSync, spawnSync } from "node:child_process";

/** Whether there is a `sqlite3` program here: another process with another build of SQLite. */
export const hasSqliteProgram = spawnSync("sqlite3", ["--version"]).status === 0;
if (!hasSqliteProgram)
  console.warn("SKIPPED: there is no sqlite3 program here, so none of its writes was seen.");

/** Runs SQL on the file at `path` in one transaction, and lets go of it. */
export function runSqliteProgram(path: string, sql: string): void {
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", path, `BEGIN IMMEDIATE; ${sql}; COMMIT;`]);
}
