import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Database, openDatabase, withoutSync } from "../storage/database.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openChance } from "./chance.ts";
import { copyDatabase, cutLog } from "./files.ts";
import { beginLife, type Doom, Killed } from "./life.ts";
import { makeMortal } from "./mortal-database.ts";
import { virtualTime } from "./virtual-time.ts";

/** A bellhop.db whose process can die; what lies on the disk at its death is in `after`. */
function mortal({ refuses = () => false }: { refuses?: () => boolean } = {}) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "after"));
  const path = join(folder, "bellhop.db");
  const after = join(folder, "after", "bellhop.db");
  const database = openDatabase(path);
  const life = beginLife({
    number: 1,
    time: virtualTime(),
    died: () => copyDatabase(path, after),
    uncaught(thrown) {
      throw thrown;
    },
  });
  const handles = makeMortal(database, life, { refuses: () => (refuses() ? "SQLITE_FULL" : null) });
  return { folder, path, after, database, life, handles };
}

const put = (database: Database, key: string): void =>
  void database.prepare("INSERT INTO meta (key, value) VALUES (?, 'here')").run(key);
const keysIn = (path: string): unknown[] => {
  const database = openDatabase(path);
  const keys = database.prepare("SELECT key FROM meta ORDER BY key").pluck().all();
  database.close();
  return keys;
};

describe("a process that dies", () => {
  it.each<[string, Doom, string[]]>([
    ["before a commit", { at: "commit", nth: 1, after: false }, []],
    ["after a commit", { at: "commit", nth: 1, after: true }, ["one", "two"]],
    ["after a write of a transaction", { at: "write", nth: 1, after: true }, []],
  ])("%s leaves what was committed", (_when, doom, left) => {
    const { database, life, after } = mortal();
    life.doom(doom);
    const both = database.transaction(() => {
      put(database, "one");
      put(database, "two");
    });
    expect(() => both()).toThrow(Killed);
    expect(keysIn(after)).toEqual(left);
    expect(() => put(database, "three")).toThrow(Killed);
  });

  it("loses in a power failure what was not waited for, or a part of it, and nothing else", () => {
    const lost = new Set<string>();
    for (let seed = 0; seed < 40; seed += 1) {
      const { database, life, after, handles } = mortal();
      withoutSync(database, () => put(database, "a: relaxed, and then waited for"));
      put(database, "b: waited for");
      withoutSync(database, () => put(database, "c: relaxed"));
      withoutSync(database, () => put(database, "d: relaxed"));
      life.kill();
      expect(cutLog(after, handles, openChance(seed, 0))).toBeGreaterThan(0);
      const keys = keysIn(after);
      expect(keys.slice(0, 2)).toEqual(["a: relaxed, and then waited for", "b: waited for"]);
      lost.add(keys.slice(2).join(", "));
    }
    // Later commits are lost before earlier ones.
    expect([...lost].sort()).toEqual(["", "c: relaxed", "c: relaxed, d: relaxed"]);
  });

  it("has in its database what a checkpoint has copied, whatever becomes of the log", () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { database, life, after, handles } = mortal();
      withoutSync(database, () => put(database, "relaxed"));
      database.pragma("wal_checkpoint(PASSIVE)");
      life.kill();
      cutLog(after, handles, openChance(seed, 0));
      expect(keysIn(after)).toEqual(["relaxed"]);
    }
  });
});

describe("a disk that refuses", () => {
  it("rolls the transaction back", () => {
    let isFull = false;
    const { database } = mortal({ refuses: () => isFull });
    put(database, "before");
    isFull = true;
    expect(() => put(database, "while")).toThrow("disk is full");
    expect(() => database.transaction(() => put(database, "while"))()).toThrow("disk is full");
    isFull = false;
    put(database, "afterwards");
    expect(database.prepare("SELECT key FROM meta ORDER BY key").pluck().all()).toEqual([
      "afterwards",
      "before",
    ]);
  });
});
