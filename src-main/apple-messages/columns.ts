import type { Database } from "better-sqlite3";

/** The columns a table really has on this Mac. */
export type Columns = ReadonlySet<string>;

/** Asks SQLite which columns `table` has: their order and number differ between versions and machines. */
export function probeColumns(database: Database, table: string): Columns {
  const rows = database
    .prepare<[string], { name: string }>("SELECT name FROM pragma_table_info(?)")
    .all(table);
  return new Set(rows.map((row) => row.name));
}

/** A column by name, or its default where this version of macOS does not have it yet. */
export function columnOr(columns: Columns, alias: string, name: string, fallback: string): string {
  return columns.has(name) ? `${alias}.${name}` : fallback;
}

/**
 * A number and a text handed in to a statement, to be written instead of a bare `?`. better-sqlite3's SQLite is
 * built with STAT4: there the planner looks at the value of a `?` that a column is compared with, and so makes
 * the whole statement anew each time one is bound (75 µs for a row of `message`, against 6 for reading it).
 */
export const NUMBER = "(? + 0)";
export const TEXT = "(? || '')";
