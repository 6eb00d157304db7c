import { closeSync, openSync, readSync } from "node:fs";
import Sqlite from "better-sqlite3";
import type { Database } from "../storage/database.ts";
import type { Life } from "./life.ts";

/** A disk that refuses writes for a while. */
export interface Disk {
  /** Why the write or commit that is about to happen fails; null when it does not. */
  refuses(): "SQLITE_FULL" | "SQLITE_IOERR_WRITE" | null;
}

/** How much of bellhop.db's log would still be there after a power failure. */
export interface Synced {
  /** Where the last commit that was waited for ends, in bytes of the log. */
  upTo(): number;
  /** Where the last commit ends. */
  end(): number;
}

const refusals = new WeakSet<object>();

/** Whether it was thrown because a simulated disk refused. */
export function isRefusal(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && refusals.has(thrown);
}

const WRITES = /^\s*(INSERT|UPDATE|DELETE|REPLACE)\b/i;
/** What must not be run unseen, in one go with others. */
const UNSEEN = /\b(COMMIT|END|SAVEPOINT|RELEASE|INSERT|UPDATE|DELETE|REPLACE)\b/i;
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

type Anything = (...args: unknown[]) => unknown;

/**
 * Makes an open bellhop.db one whose process can die at every write and commit and whose disk can refuse them. Keeps
 * account of what was synchronised.
 */
export function makeMortal(database: Database, life: Life, disk: Disk): Synced & { close(): void } {
  const log = readLog(database.name);
  const prepare = database.prepare.bind(database);
  const realTransaction: (work: Anything) => Anything = database.transaction.bind(database);
  const pragma = database.pragma.bind(database);
  const exec = database.exec.bind(database);
  let isWaitedFor = true;
  let synced: { salt: string; frames: number } = log.now();

  const committed = (): void => {
    const { salt, frames } = log.now();
    if (isWaitedFor) synced = { salt, frames };
    // A log that begins anew does so because all of the one before is in the database itself, and synchronised.
    else if (salt !== synced.salt) synced = { salt, frames: 0 };
  };
  const refuse = (): void => {
    const code = disk.refuses();
    if (code === null) return;
    const refusal = new Sqlite.SqliteError(code === "SQLITE_FULL" ? "disk is full" : "disk I/O error", code);
    refusals.add(refusal);
    throw refusal;
  };
  /** A write outside of a transaction is one of its own. */
  const write = (run: Anything, args: unknown[]): unknown => {
    const point = database.inTransaction ? "write" : "commit";
    life.arrive(point);
    refuse();
    const result = run(...args);
    if (point === "commit") committed();
    life.leave(point);
    return result;
  };
  /** SQLite's own statements end the transaction; what is asked of them is when. */
  const transact = (work: Anything): Anything => {
    const inner = realTransaction((...args) => {
      const result = work(...args);
      if (isOuter) {
        life.arrive("commit");
        refuse();
      }
      return result;
    });
    let isOuter = false;
    return (...args) => {
      const before = isOuter;
      isOuter = !database.inTransaction;
      try {
        const result = inner(...args);
        if (isOuter) {
          committed();
          life.leave("commit");
        }
        return result;
      } finally {
        isOuter = before;
      }
    };
  };

  const replaceWith = (name: string, value: unknown): void => {
    Object.defineProperty(database, name, { value, configurable: true });
  };
  replaceWith("prepare", (sql: string) => {
    const statement = prepare(sql);
    if (!WRITES.test(sql)) return statement;
    for (const name of ["run", "get", "all"]) {
      const real: unknown = Reflect.get(statement, name);
      if (typeof real !== "function") continue;
      const bound: Anything = real.bind(statement);
      Object.defineProperty(statement, name, { value: (...args: unknown[]) => write(bound, args) });
    }
    return statement;
  });
  replaceWith("transaction", (work: Anything) => {
    const plain = transact(work);
    for (const name of ["default", "deferred", "immediate", "exclusive"])
      Object.assign(plain, { [name]: plain });
    return plain;
  });
  const hear = (sql: string): void => {
    const wanted = /\bsynchronous\s*=\s*(\w+)/i.exec(sql)?.[1];
    if (wanted !== undefined) isWaitedFor = /^(full|extra|2|3)$/i.test(wanted);
  };
  replaceWith("pragma", (sql: string, options?: { simple?: boolean }) => {
    hear(sql);
    return pragma(sql, options);
  });
  replaceWith("exec", (sql: string) => {
    if (!UNSEEN.test(sql)) {
      hear(sql);
      return exec(sql);
    }
    if (sql !== "COMMIT") throw new Error(`the simulation does not see what is run so: ${sql}`);
    life.arrive("commit");
    refuse();
    exec(sql);
    committed();
    life.leave("commit");
    return database;
  });

  const bytes = (frames: number): number => HEADER_BYTES + frames * (FRAME_HEADER_BYTES + log.pageSize);
  return {
    upTo() {
      const { salt, copied } = log.now();
      return bytes(Math.max(copied, salt === synced.salt ? synced.frames : 0));
    },
    end: () => bytes(log.now().frames),
    close: log.close,
  };
}

/** What the log's index says of it; see "WAL-Index Format" of SQLite's documentation. */
function readLog(path: string) {
  const file = openSync(`${path}-shm`, "r");
  let isOpen = true;
  const header = Buffer.alloc(100);
  readSync(file, header, 0, header.length, 0);
  const size = header.readUInt16LE(14);
  return {
    pageSize: size === 1 ? 65_536 : size || 4_096,
    now() {
      readSync(file, header, 0, header.length, 0);
      return {
        frames: header.readUInt32LE(16),
        salt: header.toString("hex", 32, 40),
        /** Frames that a checkpoint has copied into the database, after it had synchronised all of the log. */
        copied: header.readUInt32LE(96),
      };
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}
