import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { realPorts } from "../ports/real.ts";
import { ownDatabase } from "../testing/own-database.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { type Database, migrate, openDatabase, withoutSync } from "./database.ts";
import { AlreadyRunning, lockDataFolder, readRunning } from "./instance-lock.ts";
import { fileModeKeychain, type Keychain } from "./keychain.ts";
import { claimMode, openMeta, takesWrites } from "./meta.ts";
import { openSettings } from "./settings-store.ts";
import { openVault, proveVault } from "./vault.ts";

describe("bellhop.db", () => {
  it("is for this user only, durable, and keeps its references", () => {
    const folder = temporaryFolder();
    const { database } = ownDatabase(folder);
    expect(statSync(join(folder, "bellhop.db")).mode & 0o777).toBe(0o600);
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect([pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")]).toEqual(["wal", 2, 1]);
  });

  it("of a newer Bellhop is left alone", () => {
    const path = join(temporaryFolder(), "bellhop.db");
    const newer = new Sqlite(path);
    newer.pragma("user_version = 99");
    newer.close();
    expect(() => openDatabase(path)).toThrow(/newer Bellhop/);
  });

  it("that is no database is named", () => {
    const path = join(temporaryFolder(), "bellhop.db");
    writeFileSync(path, "no database".repeat(500));
    expect(() => openDatabase(path)).toThrow(/bellhop\.db cannot be opened .*--data-dir/);
  });

  it("runs each migration once, and none by half", () => {
    const database = new Sqlite(":memory:");
    onTestFinished(() => void database.close());
    migrate(database, ["CREATE TABLE a (x)"]);
    const broken = ["never run again", "CREATE TABLE b (x); CREATE TABLE a (x)"];
    expect(() => migrate(database, broken)).toThrow(/already exists/);
    expect(database.pragma("user_version", { simple: true })).toBe(1);
    migrate(database, ["never run again", "CREATE TABLE b (x)"]);
    expect(database.pragma("user_version", { simple: true })).toBe(2);
  });

  it("belongs to one mode for ever", () => {
    const { meta } = ownDatabase(temporaryFolder());
    claimMode(meta, "simulated", "/data");
    claimMode(meta, "simulated", "/data");
    expect(() => claimMode(meta, "real", "/data")).toThrow(/\/data belongs to simulated Messages/);
  });
});

describe("the vault", () => {
  const vaultIn = (folder: string) => openVault(folder, fileModeKeychain, realPorts().randomness);

  it("gives back any text, and never the same bytes for it", () => {
    const vault = vaultIn(temporaryFolder());
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(vault.open(vault.seal(text))).toBe(text.toWellFormed());
        expect(vault.seal(text).equals(vault.seal(text))).toBe(false);
      }),
    );
  });

  it("refuses what was changed by one bit", () => {
    const vault = vaultIn(temporaryFolder());
    const sealed = vault.seal("hello");
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8((changed[at] ?? 0) ^ 1, at);
      expect(() => vault.open(changed)).toThrow();
    }
  });

  it("keeps its key in a file for this user only, and opens with it after a restart", () => {
    const folder = temporaryFolder();
    const sealed = vaultIn(folder).seal("hello");
    expect(statSync(join(folder, "data.key")).mode & 0o777).toBe(0o600);
    expect(vaultIn(folder).open(sealed)).toBe("hello");
  });

  it("names the file when what is sealed was sealed with another key", () => {
    const sealed = vaultIn(temporaryFolder()).seal("hello");
    expect(() => vaultIn(temporaryFolder()).open(sealed)).toThrow(
      /sealed with another key than that of .*data\.key/,
    );
  });

  it("names the file when its key is none", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "data.key"), "short");
    expect(() => vaultIn(folder)).toThrow(/data\.key is not Bellhop's key any more/);
  });

  it("whose key was lost is not opened with another one", () => {
    const folder = temporaryFolder();
    const { meta } = ownDatabase(folder);
    proveVault(vaultIn(folder), meta, folder);
    rmSync(join(folder, "data.key"));
    expect(() => proveVault(vaultIn(folder), meta, folder)).toThrow(
      /not the one its bellhop.db was sealed with/,
    );
  });

  it("is not opened by the other kind of Bellhop, and stays as it is", () => {
    const folder = temporaryFolder();
    const sealed = vaultIn(folder).seal("hello");
    const app: Keychain = { ...fileModeKeychain, keyFile: "data.key.wrapped" };
    expect(() => openVault(folder, app, realPorts().randomness)).toThrow(/kept by Bellhop in the terminal/);
    expect(vaultIn(folder).open(sealed)).toBe("hello");
  });
});

describe("the lock of a data folder", () => {
  it("is held by one, named by its pid, and free again when released", () => {
    const folder = temporaryFolder();
    const lock = lockDataFolder(folder);
    expect(() => lockDataFolder(folder)).toThrow(AlreadyRunning);
    expect(() => lockDataFolder(folder)).toThrow(new RegExp(`process ${process.pid}`));
    lock.announce({ pid: process.pid, url: "http://127.0.0.1:1", controlToken: "secret" });
    expect(readRunning(folder)?.url).toBe("http://127.0.0.1:1");
    expect(statSync(join(folder, "running.json")).mode & 0o777).toBe(0o600);
    lock.release();
    expect(existsSync(join(folder, "running.json"))).toBe(false);
    lockDataFolder(folder).release();
  });

  it("does not mind what a crash left in running.json", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "running.json"), "{half");
    expect(readRunning(folder)).toBeNull();
    lockDataFolder(folder).release();
  });
});

describe("settings", () => {
  it("are the defaults where config.json says nothing, and what makes no sense in it is named", () => {
    const complaints: string[] = [];
    const store = { port: "high", rateLimit: -1, pollIntervalMs: 200, unknown: 1, allowedHosts: "x" };
    const settings = openSettings({ store, set: () => {} }, {}, (name) => complaints.push(name));
    expect(settings.current()).toMatchObject({
      port: 3001,
      rateLimit: 60,
      pollIntervalMs: 200,
      allowedHosts: [],
    });
    expect(complaints.sort()).toEqual([
      "allowedHosts: Invalid input: expected array, received string; the default is used",
      "port: must be a whole number from 0 to 65535; the default is used",
      "rateLimit: must be a whole number from 0 to 1000000; the default is used",
      "unknown is no setting",
    ]);
  });

  it("that allow nothing, rather than everything, where a list of what is allowed makes no sense", () => {
    for (const egressAllowed of ["hooks.example.com", ["hooks.example.com", 5], {}, null]) {
      const complaints: string[] = [];
      const file = { store: { egressAllowed }, set: () => {} };
      const settings = openSettings(file, {}, (sentence) => complaints.push(sentence));
      expect(settings.current().egressAllowed).toEqual([""]);
      expect(complaints).toEqual([expect.stringMatching(/^egressAllowed: .*nothing is sent anywhere$/)]);
    }
  });

  it.each([
    ["mayWriteTo", "friends", "listed"],
    ["mayWriteToListed", "+15550111", []],
    ["sendsPerHour", "20", 1],
    ["sendsPerHourToOne", -1, 1],
    ["dryRun", "yes", true],
    ["sendingPausedAt", "now", 0],
    ["allowedFolders", "/tmp", ["/dev/null"]],
  ])("that send less, rather than more, where %s makes no sense", (name, value, closed) => {
    const complaints: string[] = [];
    const file = { store: { [name]: value }, set: () => {} };
    const settings = openSettings(file, {}, (sentence) => complaints.push(sentence));
    expect(Reflect.get(settings.current(), name)).toEqual(closed);
    expect(complaints).toEqual([expect.stringMatching(`^${name}: .*; until that is corrected, .`)]);
  });

  it("given by a flag hold for this run and are not written to config.json", () => {
    const written: unknown[] = [];
    const file = {
      store: { port: 4000 },
      set: (values: Record<string, unknown>) => void written.push(values),
    };
    const settings = openSettings(file, { port: 0 });
    settings.change({ sendingPausedAt: 5 });
    expect(settings.current()).toMatchObject({ port: 0, sendingPausedAt: 5 });
    expect(written).toEqual([{ sendingPausedAt: 5 }]);
  });

  it("are in no file by half: what cannot be is refused before it is written", () => {
    const written: unknown[] = [];
    const file = { store: {}, set: (values: Record<string, unknown>) => void written.push(values) };
    const settings = openSettings(file, {});
    expect(() => settings.change({ port: 99_999 })).toThrow();
    expect(written).toEqual([]);
    expect(settings.current().port).toBe(3001);
  });
});

it("the key file holds nothing but the key", () => {
  const folder = temporaryFolder();
  openVault(folder, fileModeKeychain, realPorts().randomness);
  expect(readFileSync(join(folder, "data.key"))).toHaveLength(32);
});

describe("a commit that is not waited for", () => {
  const level = (database: Database) => database.pragma("synchronous", { simple: true });

  it("is one, all or nothing, and the next is waited for again", () => {
    const { database } = ownDatabase(temporaryFolder());
    expect(withoutSync(database, () => [level(database), database.inTransaction])).toEqual([1, true]);
    expect(level(database)).toBe(2);
    const half = () => {
      database.exec("INSERT INTO meta (key, value) VALUES ('half', 'done')");
      throw new Error("not the rest");
    };
    expect(() => withoutSync(database, half)).toThrow("not the rest");
    expect([level(database), database.inTransaction, openMeta(database).get("half")]).toEqual([
      2,
      false,
      null,
    ]);
  });

  it("that cannot begin leaves the others waited for", () => {
    const folder = temporaryFolder();
    const { database } = ownDatabase(folder);
    const other = new Sqlite(join(folder, "bellhop.db"));
    onTestFinished(() => void other.close());
    other.exec("BEGIN IMMEDIATE");
    expect(() => withoutSync(database, () => {})).toThrow(/locked/);
    expect(level(database)).toBe(2);
  });

  it("shows whether there is room, and leaves nothing behind", () => {
    const { database, meta } = ownDatabase(temporaryFolder());
    database.pragma(`max_page_count = ${database.pragma("page_count", { simple: true })}`);
    expect(takesWrites(database)).toBe(false);
    database.pragma("max_page_count = 1000000");
    expect([takesWrites(database), meta.get("probe")]).toEqual([true, null]);
  });
});
