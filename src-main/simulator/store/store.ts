import { chmodSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import type { Clock } from "../../ports/clock.ts";
import type { Randomness } from "../../ports/randomness.ts";
import type { Macos } from "../macos.ts";
import { assertNotRealMessages } from "../real-messages-guard.ts";
import { createSchema, detectMacos } from "../schema/create-schema.ts";
import { prepareStatements, type Statements } from "./statements.ts";

/** An open simulated chat.db. Every function of the store takes it first. */
export interface Store {
  database: Database;
  sql: Statements;
  /** Told by the schema of the database itself. */
  macos: Macos;
  /** Where attachments are put: `Attachments` beside chat.db. */
  attachments: string;
  clock: Pick<Clock, "now">;
  randomness: Pick<Randomness, "uuid">;
}

/** How to open one. */
export interface StoreOptions {
  path: string;
  /** The version to create when there is no database yet; without it a missing database is an error. */
  macos?: Macos;
  /** A new database gets its columns in an order drawn from this seed. */
  shuffleColumns?: number;
  clock: Pick<Clock, "now">;
  randomness: Pick<Randomness, "uuid">;
}

/** Thrown when there is no simulated chat.db, or what is there is something else. */
export class NoSimulatedDatabase extends Error {
  override name = "NoSimulatedDatabase";
}

/**
 * Opens a simulated chat.db for reading and writing, and creates it (folder 0700, file 0600) when `macos` is
 * given. Throws RealMessagesRefused under ~/Library/Messages, NoSimulatedDatabase when there is none.
 */
export function openMessageStore(options: StoreOptions): Store {
  const path = resolve(options.path);
  assertNotRealMessages(path);
  if (!existsSync(path) && options.macos === undefined) {
    throw new NoSimulatedDatabase(`There is no simulated database at ${path}.`);
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new Sqlite(path, { timeout: 5000 });
  try {
    database.pragma("busy_timeout = 5000");
    const macos = detectMacos(database) ?? create(database, path, options);
    database.pragma("foreign_keys = ON");
    return {
      database,
      sql: prepareStatements(database, macos),
      macos,
      attachments: join(realpathSync(dirname(path)), "Attachments"),
      clock: options.clock,
      randomness: options.randomness,
    };
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** Closes it. */
export function closeMessageStore(store: Store): void {
  store.database.close();
}

/** Runs `work` in a write transaction; inside another one, as a part of that. */
export function transact<R>(store: Store, work: () => R): R {
  return store.database.transaction(work).immediate();
}

/** A new guid as Messages writes them: upper case. */
export function newGuid(store: Store): string {
  return store.randomness.uuid().toUpperCase();
}

function create(database: Database, path: string, { macos, shuffleColumns }: StoreOptions): Macos {
  const tables = database.prepare<[], number>("SELECT count(*) FROM sqlite_master").pluck().get();
  if (macos === undefined || tables !== 0) throw new NoSimulatedDatabase(`${path} is no simulated chat.db.`);
  database.pragma("journal_mode = WAL");
  createSchema(database, macos, shuffleColumns === undefined ? {} : { shuffleColumns });
  chmodSync(path, 0o600);
  return macos;
}
