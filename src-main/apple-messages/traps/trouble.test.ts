import {
  chmodSync,
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { MACOS_VERSIONS } from "../../simulator/macos.ts";
import { editMessage, react, upgradeMacos } from "../../simulator/message-store.ts";
import { MAYA, simulatedMessages } from "../../testing/simulated-messages.ts";
import { trappedFeed } from "./testing/trapped-feed.ts";
import { watchedFeed } from "./testing/watched-feed.ts";

const SECOND = 1_000;

/** Runs as a user who may not read what this test makes: nobody, where the test itself is root. */
function asNobody<T>(run: () => T): T {
  if (process.getuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}

/** A second connection, which takes chat.db for itself alone. */
function holdExclusively(path: string): () => void {
  const holder = new Sqlite(path);
  onTestFinished(() => void holder.close());
  holder.pragma("locking_mode = EXCLUSIVE");
  holder.exec("BEGIN EXCLUSIVE; COMMIT");
  return () => void holder.close();
}

describe("trap 13: SQLITE_BUSY", () => {
  it("a lock that is held when the gateway opens chat.db: it waits, and begins once it is gone", () => {
    const { messages, follow, time, heard } = trappedFeed();
    messages.close();
    const release = holdExclusively(messages.path);
    const feed = follow();
    expect(feed.chatDb.trouble()?.problem).toBe("stuck");
    time.advance(3 * SECOND);
    expect(feed.chatDb.trouble()?.problem).toBe("stuck");
    release();
    time.advance(2 * SECOND);
    expect(feed.chatDb.trouble()).toBeNull();
    expect(feed.remembered()?.cursor).toBe(2);
    expect(heard()).toEqual([]);
  });

  it("a lock while it follows: nothing is lost, nothing told twice, and the connection is kept", () => {
    const { messages, follow, time, received } = trappedFeed();
    messages.sql("PRAGMA journal_mode = DELETE");
    const feed = follow();
    messages.receive("before");
    time.advance(SECOND);
    const generation = feed.chatDb.generation();
    messages.sql("BEGIN EXCLUSIVE");
    messages.receive("within the lock");
    time.advance(3 * SECOND);
    expect(feed.chatDb.trouble()?.problem).toBe("stuck");
    expect(received()).toEqual(["before"]);
    messages.sql("COMMIT");
    time.advance(SECOND);
    expect(feed.chatDb.trouble()).toBeNull();
    expect(received()).toEqual(["before", "within the lock"]);
    expect(feed.chatDb.generation()).toBe(generation);
    expect(feed.complaints).toEqual([]);
  });

  it("reads are short: a writer that is in a hurry is never kept waiting, however much there is to read", () => {
    const { messages, follow, time, received } = trappedFeed();
    messages.sql("PRAGMA journal_mode = DELETE");
    messages.sql("PRAGMA busy_timeout = 0");
    const feed = follow();
    messages.store.database.transaction(() => {
      for (let at = 0; at < 1_000; at += 1) messages.receive(`row ${at}`);
    })();
    feed.feed.look();
    let slices = 0;
    while (!feed.feed.isCaughtUp()) {
      slices += 1;
      // Outside of WAL this fails at once where anybody reads.
      messages.sql("UPDATE message SET is_read = 1 WHERE ROWID = 1");
      time.advance(0.5);
      if (slices > 1_000) throw new Error("it never catches up");
    }
    expect(received()).toHaveLength(1_000);
    expect(slices).toBeGreaterThan(0);
  });
});

describe("trap 13: SQLITE_BUSY is not all: what calls for another connection", () => {
  it("CORRUPT: a file that is damaged for a while, and mended", () => {
    const { folder, messages, follow, time, received } = trappedFeed();
    for (let at = 0; at < 300; at += 1) messages.receive(`old ${at}`);
    const feed = follow();
    messages.receive("before");
    time.advance(SECOND);
    messages.close();
    feed.chatDb.close();
    const whole = join(folder, "whole.db");
    copyFileSync(messages.path, whole);
    const file = openSync(messages.path, "r+");
    writeSync(file, Buffer.alloc(200_000, 7), 0, 200_000, 3 * 4_096);
    closeSync(file);
    time.advance(3 * SECOND);
    expect(feed.chatDb.trouble()?.problem).toBe("unreadable");
    copyFileSync(whole, messages.path);
    simulatedMessages(folder, { clock: time.clock }).receive("after");
    time.advance(3 * SECOND);
    expect(feed.chatDb.trouble()).toBeNull();
    expect(received()).toEqual(["before", "after"]);
  });

  it("CORRUPT under an open connection: what it has read of the damage is not kept once the file is mended", () => {
    const { messages, follow, time, received } = trappedFeed();
    for (let at = 0; at < 300; at += 1) messages.receive(`old ${at}`);
    messages.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    const feed = follow();
    const whole = readFileSync(messages.path);
    const overwrite = (bytes: Buffer): void => {
      const file = openSync(messages.path, "r+");
      writeSync(file, bytes, 0, bytes.length, 3 * 4_096);
      closeSync(file);
    };
    const ask = () => feed.chatDb.read(({ messages: rows }) => rows.byGuid("none"));
    overwrite(Buffer.alloc(whole.length - 3 * 4_096, 7));
    expect(ask).toThrow(/unreadable/);
    expect(feed.chatDb.trouble()?.problem).toBe("unreadable");
    overwrite(whole.subarray(3 * 4_096));
    expect(ask()).toBeNull();
    expect(feed.chatDb.trouble()).toBeNull();
    messages.receive("after");
    time.advance(2 * SECOND);
    expect(received()).toEqual(["after"]);
  });

  it("IOERR: a file that ends in the middle, and is whole again", () => {
    const { folder, messages, follow, time, received } = trappedFeed();
    for (let at = 0; at < 300; at += 1) messages.receive(`old ${at}`);
    const feed = follow();
    time.advance(SECOND);
    messages.close();
    feed.chatDb.close();
    const whole = join(folder, "whole.db");
    copyFileSync(messages.path, whole);
    truncateSync(messages.path, 4_096 * 3 + 100);
    time.advance(3 * SECOND);
    expect(feed.chatDb.trouble()).not.toBeNull();
    copyFileSync(whole, messages.path);
    simulatedMessages(folder, { clock: time.clock }).receive("after");
    time.advance(3 * SECOND);
    expect(feed.chatDb.trouble()).toBeNull();
    expect(received()).toEqual(["after"]);
  });

  it("NOTADB: garbage in the place of chat.db, and chat.db back", () => {
    const { folder, messages, follow, time, received } = trappedFeed();
    const feed = follow();
    messages.close();
    renameSync(messages.path, join(folder, "away.db"));
    for (const suffix of ["-wal", "-shm"]) rmSync(messages.path + suffix, { force: true });
    const file = openSync(messages.path, "w");
    writeSync(file, "this is no database".repeat(1_000));
    closeSync(file);
    time.advance(2 * SECOND);
    expect(feed.chatDb.trouble()?.problem).toBe("unreadable");
    renameSync(join(folder, "away.db"), messages.path);
    simulatedMessages(folder, { clock: time.clock }).receive("after");
    time.advance(2 * SECOND);
    expect(feed.chatDb.trouble()).toBeNull();
    expect(received()).toEqual(["after"]);
  });

  it("a refusal (chmod): named as such, and over once it is", () => {
    const { folder, messages, follow, time, received } = trappedFeed();
    chmodSync(folder, 0o755);
    const feed = follow();
    messages.receive("before");
    time.advance(SECOND);
    messages.close();
    feed.chatDb.close();
    chmodSync(messages.path, 0);
    asNobody(() => time.advance(3 * SECOND));
    expect(feed.chatDb.trouble()?.problem).toBe("refused");
    chmodSync(messages.path, 0o600);
    simulatedMessages(folder, { clock: time.clock }).receive("after");
    time.advance(2 * SECOND);
    expect(feed.chatDb.trouble()).toBeNull();
    expect(received()).toEqual(["before", "after"]);
  });

  it("a file that is away and comes back, again and again: each row once", () => {
    const { folder, messages, follow, time, received } = trappedFeed();
    const feed = follow();
    let writer = messages;
    for (let round = 0; round < 5; round += 1) {
      writer.receive(`before ${round}`);
      time.advance(SECOND);
      writer.close();
      renameSync(messages.path, join(folder, "away.db"));
      time.advance(2 * SECOND);
      expect(feed.chatDb.trouble()?.problem).toBe("missing");
      renameSync(join(folder, "away.db"), messages.path);
      writer = simulatedMessages(folder, { clock: time.clock });
      writer.receive(`after ${round}`);
      time.advance(2 * SECOND);
      expect(feed.chatDb.trouble()).toBeNull();
    }
    expect(received()).toEqual([0, 1, 2, 3, 4].flatMap((round) => [`before ${round}`, `after ${round}`]));
  });

  it.each(MACOS_VERSIONS.slice(0, -1).map((macos, at) => [macos, MACOS_VERSIONS[at + 1] ?? macos] as const))(
    "SCHEMA: columns and tables that come while chat.db is open, macOS %i to %i",
    (macos, to) => {
      const { messages, follow, settle, events, received, heard } = trappedFeed({ macos });
      const feed = follow();
      messages.receive("before");
      settle(feed);
      upgradeMacos(messages.store, to);
      const { guid } = messages.receive("after");
      settle(feed);
      expect(feed.chatDb.trouble()).toBeNull();
      expect(received()).toEqual(["before", "after"]);
      // What the new version has more of is read: edits since 13, tapbacks with any emoji since 15.
      if (to >= 15) react(messages.store, { target: guid, by: { address: MAYA }, kind: "🎉" });
      editMessage(messages.store, { guid, text: "edited" });
      settle(feed);
      expect(heard().filter((line) => /: edited$/.test(line))).toEqual(["message.edited: edited"]);
      expect(events.flatMap(({ data }) => ("emoji" in data ? data.emoji : []))).toEqual(
        to >= 15 ? ["🎉"] : [],
      );
    },
  );

  it("SCHEMA: conversations that the upgrade to macOS 26 renames are not told as other ones", () => {
    const { messages, follow, settle, events, received } = trappedFeed({ macos: 15 });
    const feed = follow();
    messages.receive("before");
    settle(feed);
    upgradeMacos(messages.store, 26);
    messages.receive("after");
    settle(feed);
    expect(received()).toEqual(["before", "after"]);
    const ids = events.flatMap(({ data }) => ("body" in data ? [data.conversationIds] : []));
    expect(ids[1]).toContain(`any;-;${MAYA}`);
    expect(ids[1]?.[0]?.endsWith(`;-;${MAYA}`)).toBe(true);
  });
});

describe("trap 13: SQLITE_BUSY, and how often it is tried again", () => {
  it("file events make no storm of it: one look half a second later, and all is told once the lock is gone", () => {
    const { messages, time } = trappedFeed();
    messages.sql("PRAGMA journal_mode = DELETE");
    let event = (): void => {};
    const feed = watchedFeed(messages.path, {
      ...time,
      watch: (_path, heard) => {
        event = heard;
        return { stop: () => {}, rearm: () => {} };
      },
    });
    messages.sql("BEGIN EXCLUSIVE");
    messages.receive("within the lock");
    event();
    expect(feed.chatDb.trouble()?.problem).toBe("stuck");
    const waiting = time.pending();
    const began = performance.now();
    for (let at = 0; at < 200; at += 1) event();
    expect(time.pending()).toBeLessThanOrEqual(waiting + 1);
    // Each look would wait for the lock, 50 ms.
    expect(performance.now() - began).toBeLessThan(1_000);
    messages.sql("COMMIT");
    time.advance(500);
    expect(feed.said()).toEqual(["within the lock"]);
  });
});
