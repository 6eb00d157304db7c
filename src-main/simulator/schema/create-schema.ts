import type { Database } from "better-sqlite3";
import type { Macos } from "../macos.ts";
import { INDEXES } from "./indexes.ts";
import { TABLES } from "./tables.ts";
import { TRIGGERS } from "./triggers.ts";

/** Creates the tables of that macOS version's chat.db. Throws when one is there already. */
export function createTables(database: Database, macos: Macos): void {
  for (const table of TABLES) {
    if (!exists(table, macos)) continue;
    const columns = table.columns
      .filter((column) => exists(column, macos))
      .map((column) => `${column.name} ${column.otherwise?.[macos] ?? column.declaration}`);
    database.exec(`CREATE TABLE ${table.name} (${[...columns, ...(table.constraints ?? [])].join(", ")})`);
  }
}

/** Creates the indexes. Apart from the tables, because a bulk load is faster without them. */
export function createIndexes(database: Database, macos: Macos): void {
  for (const index of INDEXES) {
    if (!exists(index, macos)) continue;
    const where = index.otherwise?.[macos]?.where ?? index.where;
    database.exec(`CREATE INDEX ${index.name} ON ${index.on}${where ? ` WHERE ${where}` : ""}`);
  }
}

/** Creates the triggers. */
export function createTriggers(database: Database): void {
  for (const trigger of TRIGGERS) {
    database.exec(`CREATE TRIGGER ${trigger.name} ${trigger.when} BEGIN ${trigger.steps.join("; ")}; END`);
  }
}

/** Tables, indexes and triggers at once, in one transaction. */
export function createSchema(database: Database, macos: Macos): void {
  database.transaction(() => {
    createTables(database, macos);
    createIndexes(database, macos);
    createTriggers(database);
  })();
}

/** The macOS version whose schema a database has. Null when it is no chat.db. */
export function detectMacos(database: Database): Macos | null {
  const columns = database.prepare<[], string>("SELECT name FROM pragma_table_info('message')").pluck().all();
  if (!columns.includes("guid")) return null;
  if (columns.includes("ck_chat_id")) return 26;
  return columns.includes("associated_message_emoji") ? 15 : 13;
}

function exists(part: { since?: Macos }, macos: Macos): boolean {
  return (part.since ?? 13) <= macos;
}
