import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { MACOS_VERSIONS, type Macos } from "../macos.ts";
import { createSchema, detectMacos } from "./create-schema.ts";

/** macOS 27 is captured as what it adds to 26. */
const CAPTURES: Record<Macos, readonly string[]> = {
  12: ["schema_macos12.sql"],
  13: ["schema_macos13.sql"],
  15: ["schema_macos15.sql"],
  26: ["schema_macos26.sql"],
  27: ["schema_macos26.sql", "macos27_delta.sql"],
};
const FIXTURES = resolve(import.meta.dirname, "../../../../shared/fixtures/chat-db");
const NEEDS_MESSAGES = [
  "after_delete_on_attachment",
  "after_delete_on_message_plugin",
  "before_delete_on_attachment",
];

function namesOf(database: Database.Database, type: string): string[] {
  return database
    .prepare<[string], string>(
      "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all(type);
}

/** By name: the order of columns differs even between Macs of one build. */
function columnsOf(database: Database.Database, table: string): unknown[] {
  return database
    .prepare('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?) ORDER BY name')
    .all(table);
}

function indexColumns(database: Database.Database, index: string): unknown[] {
  return database.prepare("SELECT seqno, name FROM pragma_index_info(?) ORDER BY seqno").all(index);
}

function ours(macos: Macos): Database.Database {
  const database = new Database(":memory:");
  createSchema(database, macos);
  return database;
}

describe.each(MACOS_VERSIONS)("the schema of macOS %i", (macos) => {
  const files = CAPTURES[macos].map((file) => resolve(FIXTURES, file));
  const there = files.every((file) => existsSync(file));
  if (!there)
    console.warn(`SKIPPED: ${files.join(", ")} not there, so the schema was compared with nothing.`);

  it.skipIf(!there)("has the tables, columns, indexes and triggers of Apple's", () => {
    const apple = new Database(":memory:");
    for (const file of files) apple.exec(readFileSync(file, "utf8"));
    const mine = ours(macos);
    expect(namesOf(mine, "table")).toEqual(namesOf(apple, "table"));
    for (const table of namesOf(apple, "table")) {
      expect(columnsOf(mine, table), table).toEqual(columnsOf(apple, table));
      const keys = (database: Database.Database) =>
        database.prepare('SELECT * FROM pragma_foreign_key_list(?) ORDER BY "from"').all(table);
      expect(keys(mine), table).toEqual(keys(apple));
    }
    expect(namesOf(mine, "index")).toEqual(namesOf(apple, "index"));
    for (const index of namesOf(apple, "index")) {
      expect(indexColumns(mine, index), index).toEqual(indexColumns(apple, index));
    }
    expect(namesOf(mine, "trigger")).toEqual(
      namesOf(apple, "trigger").filter((name) => !NEEDS_MESSAGES.includes(name)),
    );
  });

  it("is recognised again", () => {
    expect(detectMacos(ours(macos))).toBe(macos);
  });

  it("can have its columns in any order, the same one for the same seed", () => {
    const [usual, shuffled, again] = [undefined, 5, 5].map((shuffleColumns) => {
      const database = new Database(":memory:");
      createSchema(database, macos, shuffleColumns === undefined ? {} : { shuffleColumns });
      return database;
    });
    if (usual === undefined || shuffled === undefined || again === undefined) throw new Error("No database.");
    const order = (database: Database.Database) =>
      database.prepare("SELECT name FROM pragma_table_info('message')").pluck().all();
    expect(order(shuffled)).not.toEqual(order(usual));
    expect(order(shuffled)).toEqual(order(again));
    for (const table of namesOf(usual, "table")) {
      expect(columnsOf(shuffled, table), table).toEqual(columnsOf(usual, table));
    }
    expect(detectMacos(shuffled)).toBe(macos);
  });
});

it("records a deleted message and forgets its handle", () => {
  const database = ours(26);
  database.pragma("foreign_keys = ON");
  database.exec(`INSERT INTO handle (ROWID, id, service) VALUES (1, 'a', 'iMessage');
    INSERT INTO chat (ROWID, guid) VALUES (1, 'any;-;a');
    INSERT INTO message (ROWID, guid, handle_id) VALUES (1, 'M', 1);
    INSERT INTO chat_message_join (chat_id, message_id) VALUES (1, 1);
    DELETE FROM chat_message_join;`);
  expect(database.prepare("SELECT guid FROM deleted_messages").pluck().all()).toEqual(["M"]);
  expect(database.prepare("SELECT count(*) FROM handle").pluck().get()).toBe(0);
});

it("says that another database is no chat.db", () => {
  expect(detectMacos(new Database(":memory:"))).toBeNull();
});
