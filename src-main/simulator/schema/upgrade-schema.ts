import type { Database } from "better-sqlite3";
import type { Macos } from "../macos.ts";
import { createIndexes, createTable, createTriggers, declarationOf, exists } from "./create-schema.ts";
import { TABLES } from "./tables.ts";

/**
 * Brings a chat.db from one macOS version's schema to a later one's, as the upgrade of a Mac does: new tables,
 * new columns at the end of those that are there, and every index and trigger anew. One transaction.
 */
export function upgradeSchema(database: Database, from: Macos, to: Macos): void {
  database.transaction(() => {
    for (const kind of ["index", "trigger"]) {
      for (const name of namesOf(database, kind)) database.exec(`DROP ${kind} ${name}`);
    }
    for (const table of TABLES.filter((candidate) => exists(candidate, to))) {
      if (!exists(table, from)) {
        createTable(database, table, to);
        continue;
      }
      for (const column of table.columns) {
        if (exists(column, from) || !exists(column, to)) continue;
        database.exec(`ALTER TABLE ${table.name} ADD COLUMN ${declarationOf(column, to)}`);
      }
    }
    createIndexes(database, to);
    createTriggers(database, to);
  })();
}

function namesOf(database: Database, kind: string): string[] {
  return database
    .prepare<[string], string>("SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL")
    .pluck()
    .all(kind);
}
