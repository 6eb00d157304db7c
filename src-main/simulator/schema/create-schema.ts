import type { Database } from "better-sqlite3";
import type { Macos } from "../macos.ts";
import { seededChance } from "../seeded-chance.ts";
import type { Column } from "./columns.ts";
import { INDEXES } from "./indexes.ts";
import { TABLES, type Table } from "./tables.ts";
import { TRIGGERS } from "./triggers.ts";

/** How a schema may depart from the usual one. */
export interface SchemaOptions {
  /** Puts the columns of every table into another order: the same seed gives the same order. */
  shuffleColumns?: number;
}

/**
 * Creates the tables of that macOS version's chat.db. Throws when one is there already. The order of columns
 * differs between Macs of one build, so a reader has to work with any: `shuffleColumns` gives it one.
 */
export function createTables(database: Database, macos: Macos, options: SchemaOptions = {}): void {
  const order = columnOrder(options.shuffleColumns);
  for (const table of TABLES) {
    if (exists(table, macos)) createTable(database, table, macos, order);
  }
}

/** Creates one table, its columns as `order` puts them. */
export function createTable(
  database: Database,
  table: Table,
  macos: Macos,
  order: (columns: Column[]) => Column[] = (columns) => columns,
): void {
  const columns = order(table.columns.filter((column) => exists(column, macos)));
  const inside = [...columns.map((column) => declarationOf(column, macos)), ...(table.constraints ?? [])];
  database.exec(`CREATE TABLE ${table.name} (${inside.join(", ")})`);
}

/** A column's name and declaration as that version writes them. */
export function declarationOf(column: Column, macos: Macos): string {
  return `${column.name} ${column.otherwise?.[macos] ?? column.declaration}`;
}

/** Whether that version has a table, column, index or trigger. */
export function exists(part: { since?: Macos }, macos: Macos): boolean {
  return part.since === undefined || part.since <= macos;
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
export function createTriggers(database: Database, macos: Macos): void {
  for (const trigger of TRIGGERS) {
    if (!exists(trigger, macos)) continue;
    const steps = trigger.otherwise?.[macos]?.steps ?? trigger.steps;
    database.exec(`CREATE TRIGGER ${trigger.name} ${trigger.when} BEGIN ${steps.join("; ")}; END`);
  }
}

/** Tables, indexes and triggers at once, in one transaction. */
export function createSchema(database: Database, macos: Macos, options: SchemaOptions = {}): void {
  database.transaction(() => {
    createTables(database, macos, options);
    createIndexes(database, macos);
    createTriggers(database, macos);
  })();
}

/** The macOS version whose schema a database has. Null when it is no chat.db. */
export function detectMacos(database: Database): Macos | null {
  const columns = database.prepare<[], string>("SELECT name FROM pragma_table_info('message')").pluck().all();
  if (!columns.includes("guid")) return null;
  const versions: ReadonlyArray<[string, Macos]> = [
    ["filter_action", 27],
    ["ck_chat_id", 26],
    ["associated_message_emoji", 15],
    ["date_edited", 13],
  ];
  return versions.find(([column]) => columns.includes(column))?.[1] ?? 12;
}

/** Puts columns into an order drawn from the seed; without one leaves them as they are. */
function columnOrder(seed: number | undefined): (columns: Column[]) => Column[] {
  if (seed === undefined) return (columns) => columns;
  const { fraction } = seededChance(seed);
  return (columns) =>
    columns
      .map((column) => ({ column, rank: fraction() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ column }) => column);
}
