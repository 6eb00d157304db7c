import { chmodSync } from "node:fs";
import Sqlite, { type Database } from "better-sqlite3";
import { MIGRATIONS } from "./migrations/migrations.ts";

export type { Database };

/** Nobody else writes here; a program that looks in and holds a lock must not hold up the whole gateway. */
const BUSY_TIMEOUT_MS = 200;
/** Pages of bellhop.db in this process's own memory; the system keeps the file in its own as well. */
const CACHE_KB = 4_096;

/**
 * Opens bellhop.db (0600), brings it to the newest form, and makes every commit durable: what was
 * acknowledged survives a crash of the machine. Throws when the file was written by a newer Bellhop, or is none of its files.
 */
export function openDatabase(path: string): Database {
  let database: Database | undefined;
  try {
    database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
    chmodSync(path, 0o600);
    database.pragma("journal_mode = WAL");
  } catch (cause) {
    database?.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} cannot be opened (${why}); move it away, or choose another --data-dir`, {
      cause,
    });
  }
  database.pragma("synchronous = FULL");
  database.pragma(`cache_size = -${CACHE_KB}`);
  // Only macOS knows it: there a plain fsync leaves the data in the drive's own cache.
  database.pragma("fullfsync = ON");
  database.pragma("foreign_keys = ON");
  migrate(database);
  return database;
}

/** Runs the migrations that have not run yet, each in a transaction of its own. */
export function migrate(database: Database, migrations: readonly string[] = MIGRATIONS): void {
  const done = Number(database.pragma("user_version", { simple: true }));
  if (done > migrations.length) {
    database.close();
    throw new Error("this data folder was written by a newer Bellhop; install that version again");
  }
  migrations.slice(done).forEach((sql, index) => {
    database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${done + index + 1}`);
    })();
  });
}

/**
 * Runs `work` as one transaction whose commit outlives this process, but is not waited for until it is on the disk: a
 * power failure may undo it. For what may happen twice then, never for what must not be lost. Must not be nested.
 */
export function withoutSync<T>(database: Database, work: () => T): T {
  // Not by `pragma()` and `transaction()`, which cost 40 µs more: this is a part of every delivery.
  try {
    database.exec("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
    const result = work();
    database.exec("COMMIT");
    return result;
  } finally {
    if (database.inTransaction) database.exec("ROLLBACK");
    database.exec("PRAGMA synchronous = FULL");
  }
}

/** Whether SQLite threw it. */
export function isSqliteError(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("SQLITE_");
}
