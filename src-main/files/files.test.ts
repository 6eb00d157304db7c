import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { migrate } from "../storage/database.ts";
import { files as migration } from "../storage/migrations/005-files.ts";
import { MIGRATIONS } from "../storage/migrations/migrations.ts";
import { openedFiles, PNG } from "./testing/opened-files.ts";

const HOUR = 3_600_000;
const MB = 1024 * 1024;

/** A stream that gives `chunks` and then breaks off. */
const breaksOff = (...chunks: string[]): Readable =>
  Readable.from(
    (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
      throw new Error("aborted");
    })(),
  );

describe("an uploaded file", () => {
  it("is known by its name, size, type, hash and time", async () => {
    const { add, files, time } = openedFiles();
    const file = await add("../cat", PNG);
    expect(file).toEqual({
      id: expect.stringMatching(/^file_[0-9a-f]{32}$/),
      name: "cat.png",
      sizeBytes: PNG.length,
      mimeType: "image/png",
      sha256: createHash("sha256").update(PNG).digest("hex"),
      createdAt: time.clock.now(),
      expiresAt: time.clock.now() + HOUR,
    });
    expect(files.get(file.id)).toEqual(file);
  });

  it("lies on the disk for this user only, and its name is sealed", async () => {
    const { add, files, folder, root, close } = openedFiles();
    const { id } = await add("very secret plan.txt", "content");
    const { path } = files.open(id);
    expect(readFileSync(path, "utf8")).toBe("content");
    expect([statSync(path).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
    close();
    for (const name of readdirSync(root)) {
      if (name.startsWith("bellhop.db"))
        expect(readFileSync(join(root, name)).includes("secret plan")).toBe(false);
    }
  });

  it("of another name has another id, and of the same name too", async () => {
    const { add } = openedFiles();
    expect((await add("a.txt")).id).not.toBe((await add("a.txt")).id);
  });

  it("is still there after a restart", async () => {
    const { add, reopen } = openedFiles();
    const file = await add("a.txt");
    expect(reopen().get(file.id)).toEqual(file);
  });

  it("is kept for an hour", async () => {
    const { add, files, folder, time } = openedFiles();
    const { id } = await add("a.txt");
    time.advance(HOUR - 1);
    expect(files.get(id).id).toBe(id);
    time.advance(1);
    expect(() => files.get(id)).toThrow(expect.objectContaining({ code: "not_found" }));
    time.advance(60_000);
    expect(readdirSync(folder)).toEqual([]);
    const later = await add("b.txt");
    expect(files.get(later.id).name).toBe("b.txt");
  });

  it("that was removed is not found, nor is one that never was", async () => {
    const { add, files, folder } = openedFiles();
    const { id } = await add("a.txt");
    files.remove(id);
    expect(readdirSync(folder)).toEqual([]);
    for (const gone of [id, "file_none", "../bellhop.db"]) {
      for (const ask of [files.get, files.open, files.remove]) {
        expect(() => ask(gone)).toThrow(expect.objectContaining({ code: "not_found" }));
      }
    }
  });

  it("that is empty is refused", async () => {
    const { add, folder } = openedFiles();
    await expect(add("a.txt", "")).rejects.toMatchObject({ code: "invalid_request" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("that breaks off leaves nothing", async () => {
    const { files, folder } = openedFiles();
    const broken = files.receive({ name: "a.txt", body: breaksOff("half"), by: "key_1" });
    await expect(broken).rejects.toMatchObject({ code: "invalid_request", message: /before it was whole/ });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("of exactly 100 MB is taken; of one byte more it is not, and what follows is not read", async () => {
    const { files, folder } = openedFiles();
    let read = 0;
    const stream = (chunks: number, last: number) =>
      Readable.from(
        (async function* () {
          const chunk = Buffer.alloc(MB);
          for (let count = 0; count < chunks; count += 1) {
            read += 1;
            yield chunk;
          }
          if (last > 0) yield Buffer.alloc(last);
        })(),
        { highWaterMark: 1 },
      );
    const whole = await files.receive({ name: "a", body: stream(100, 0), by: "key_1" });
    expect(whole.sizeBytes).toBe(100 * MB);
    const byOne = files.receive({ name: "a", body: stream(100, 1), by: "key_1" });
    await expect(byOne).rejects.toMatchObject({ code: "payload_too_large" });
    read = 0;
    const endless = files.receive({ name: "a", body: stream(1_000, 0), by: "key_1" });
    await expect(endless).rejects.toMatchObject({ code: "payload_too_large" });
    expect(read).toBeLessThanOrEqual(103);
    expect(readdirSync(folder)).toEqual([whole.id]);
  });

  it("is read no faster than the disk takes it", async () => {
    const { files } = openedFiles();
    let [given, ahead] = [0, 0];
    const body = new Readable({
      highWaterMark: 256 * 1024,
      read() {
        given += 1;
        ahead = Math.max(ahead, body.readableLength);
        this.push(given > 1_600 ? null : Buffer.alloc(64 * 1024));
      },
    });
    const { sizeBytes } = await files.receive({ name: "a", body, by: "key_1" });
    expect(sizeBytes).toBe(100 * MB);
    expect(ahead).toBeLessThanOrEqual(512 * 1024);
  });
});

describe("all uploaded files together", () => {
  it("take no more than they may, also those that are still coming in", async () => {
    const { add, files, folder, time } = openedFiles({ mostBytes: 1_000 });
    const first = await add("a", "x".repeat(600));
    time.advance(HOUR / 2);
    await expect(add("b", "x".repeat(401))).rejects.toMatchObject({
      code: "storage_unavailable",
      message: /delete some, or wait/,
      retryAfter: HOUR / 2 / 1_000,
      cause: undefined,
    });
    await add("c", "x".repeat(400));
    expect(readdirSync(folder)).toHaveLength(2);
    files.remove(first.id);
    const both = await Promise.allSettled([add("d", "x".repeat(400)), add("e", "x".repeat(400))]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await add("f", "x".repeat(200));
  });

  it("are counted again after a restart", async () => {
    const { add, reopen } = openedFiles({ mostBytes: 1_000 });
    await add("a", "x".repeat(600));
    const again = reopen().receive({ name: "b", body: Readable.from([Buffer.alloc(500)]), by: "key_1" });
    await expect(again).rejects.toMatchObject({ code: "storage_unavailable" });
  });
});

describe("a data folder of the version before", () => {
  it("is brought up to date, with what is in it", () => {
    const database = new Sqlite(":memory:");
    const before = MIGRATIONS.indexOf(migration);
    migrate(database, MIGRATIONS.slice(0, before));
    database.exec("INSERT INTO meta (key, value) VALUES ('mode', 'real')");
    migrate(database, MIGRATIONS);
    expect(database.prepare("SELECT count(*) AS files FROM file").get()).toEqual({ files: 0 });
    expect(database.prepare("SELECT value FROM meta").get()).toEqual({ value: "real" });
    database.close();
  });
});

describe("the folder", () => {
  it("is swept at the start of what a crash has left", async () => {
    const { add, folder, reopen } = openedFiles();
    const { id } = await add("a.txt");
    writeFileSync(join(folder, "file_half.part"), "half");
    writeFileSync(join(folder, "file_without_a_row"), "whole");
    reopen();
    expect(readdirSync(folder)).toEqual([id]);
  });

  it.skipIf(process.getuid?.() === 0)("that cannot be written makes it 503, with the reason", async () => {
    const { add, folder } = openedFiles();
    chmodSync(folder, 0o500);
    await expect(add("a.txt")).rejects.toMatchObject({
      code: "storage_unavailable",
      cause: expect.anything(),
    });
    chmodSync(folder, 0o700);
  });

  it("keeps nothing of a file that bellhop.db does not take", async () => {
    const { add, folder, database } = openedFiles();
    database.exec("CREATE TRIGGER refuse BEFORE INSERT ON file BEGIN SELECT RAISE(ABORT, 'no'); END");
    await expect(add("a.txt")).rejects.toThrow("no");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("says so when a file cannot be swept, and tries again", async () => {
    const { add, folder, files, time, complaints, database } = openedFiles();
    const { id } = await add("a.txt");
    database.exec("CREATE TRIGGER refuse BEFORE DELETE ON file BEGIN SELECT RAISE(ABORT, 'locked'); END");
    time.advance(HOUR + 60_000);
    expect(complaints.map(String)).toContainEqual(expect.stringMatching(/locked/));
    database.exec("DROP TRIGGER refuse");
    time.advance(60_000);
    expect(existsSync(join(folder, id))).toBe(false);
    files.stop();
  });
});
