import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { followingFeed } from "../../testing/following-feed.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { until } from "../../testing/until.ts";
import { openChatDatabase } from "../connection.ts";
import { checkpoint, showsOpenFiles, UNHINDERED, writableHandles } from "./testing/open-files.ts";
import { trappedFeed } from "./testing/trapped-feed.ts";

describe("trap 2: WAL, opened for reading only", () => {
  it.skipIf(!showsOpenFiles)(
    "chat.db is opened mode=ro (not seen where the system does not show how a file is open)",
    () => {
      const { messages, follow } = trappedFeed();
      messages.close();
      const feed = follow();
      expect(feed.remembered()?.cursor).toBe(2);
      expect(writableHandles(messages.path)).toEqual([false]);
    },
  );

  it("it never commits anything: the writer's data_version stands still over hours of following", () => {
    const { messages, follow, time, settle } = trappedFeed();
    const version = messages.store.database.prepare<[], number>("PRAGMA data_version").pluck();
    const before = version.get();
    const feed = follow();
    for (let at = 0; at < 120; at += 1) messages.receive(`message ${at}`);
    settle(feed);
    time.advance(2 * 3_600_000);
    expect(version.get()).toBe(before);
  });

  it("a crashed writer's log is read, and neither written back nor removed when the gateway ends", () => {
    const { messages } = trappedFeed();
    messages.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    messages.receive("only in the log");
    const folder = temporaryFolder();
    const path = join(folder, "chat.db");
    for (const suffix of ["", "-wal"]) copyFileSync(messages.path + suffix, path + suffix);
    const bytes = () => [readFileSync(path), readFileSync(`${path}-wal`)];
    const before = bytes();
    const feed = followingFeed({ path, time: manualTime() });
    expect(feed.remembered()?.cursor).toBe(3);
    feed.stop();
    expect(bytes()).toEqual(before);
  });

  it("it is never opened immutable: rows that are only in the log are seen", () => {
    const { messages, follow, settle, received } = trappedFeed();
    messages.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    messages.sql("PRAGMA wal_autocheckpoint = 0");
    const file = readFileSync(messages.path);
    const feed = follow();
    for (const text of ["one", "two"]) messages.receive(text);
    settle(feed);
    expect(received()).toEqual(["one", "two"]);
    expect(readFileSync(messages.path).equals(file)).toBe(true);
  });

  it("a lock is waited for a moment (busy_timeout), and not for long", () => {
    const { messages, follow } = trappedFeed();
    const feed = follow();
    feed.stop();
    // Outside of WAL a writer's exclusive lock keeps every reader out.
    messages.sql("PRAGMA journal_mode = DELETE");
    const reader = openChatDatabase(messages.path);
    messages.sql("BEGIN EXCLUSIVE");
    const began = performance.now();
    expect(() => reader.messages.count()).toThrow(/locked/);
    const waited = performance.now() - began;
    messages.sql("ROLLBACK");
    expect(reader.messages.count()).toBe(2);
    reader.close();
    expect(waited).toBeGreaterThan(20);
    expect(waited).toBeLessThan(2_000);
  });
});

describe("trap 2: WAL, and no unfinished statement", () => {
  it("the feed blocks no checkpoint, whatever it has just looked at, and goes on after it", () => {
    const { messages, follow, time, settle, received } = trappedFeed();
    const feed = follow();
    expect(checkpoint(messages)).toEqual(UNHINDERED);
    for (const text of ["one", "two", "three"]) {
      messages.receive(text);
      feed.look();
      expect(checkpoint(messages)).toEqual(UNHINDERED);
      time.advance(30);
      expect(checkpoint(messages)).toEqual(UNHINDERED);
    }
    // The sweep, the deletions and the conversations.
    for (let second = 0; second < 90; second += 1) {
      time.advance(1_000);
      messages.send(`at ${second} s`);
      expect(checkpoint(messages)).toEqual(UNHINDERED);
    }
    settle(feed);
    expect(received()).toEqual(["one", "two", "three"]);
  });

  it("a slice that ends in the middle of a result blocks none either", () => {
    const { messages, follow, time } = trappedFeed();
    const feed = follow();
    const large = "x".repeat(300_000);
    messages.store.database.transaction(() => {
      for (let at = 0; at < 6; at += 1) messages.receive(`${at} ${large}`);
    })();
    feed.feed.look();
    expect(feed.feed.isCaughtUp()).toBe(false);
    expect(checkpoint(messages)).toEqual(UNHINDERED);
    time.advance(0);
    expect(feed.said()).toHaveLength(6);
  });

  it("a row that cannot be read, and a commit of our own that fails, leave nothing open", () => {
    const { messages, follow, time } = trappedFeed();
    let failures = 0;
    const feed = follow({
      refuse() {
        if (failures-- > 0) throw new Error("disk full");
      },
    });
    const odd = messages.receive("odd");
    messages.sql("UPDATE message SET date = 'yesterday', attributedBody = 'text' WHERE ROWID = ?", odd.id);
    messages.receive("behind it");
    failures = 2;
    for (let round = 0; round < 4; round += 1) {
      feed.look();
      expect(checkpoint(messages)).toEqual(UNHINDERED);
      time.advance(1_000);
    }
    expect(feed.said()).toContain("behind it");
  });

  it("no request blocks one: lists, cursors, single messages, conversations, lines", async () => {
    const { ask, messages } = await runningGateway();
    for (let at = 0; at < 30; at += 1) messages.receive(`message ${at}`);
    const { guid } = messages.receive("the last");
    await until("the last one", async () => (await ask(`/messages/${guid}`)).status === 200);
    for (const path of [
      "/messages?limit=3",
      "/messages?kinds=poll",
      `/messages?conversation_id=${encodeURIComponent(`any;-;${MAYA}`)}&limit=2`,
      "/messages/none",
      "/conversations?limit=1",
      `/conversations/${encodeURIComponent(`any;-;${MAYA}`)}`,
      "/lines",
      "/health",
    ]) {
      await ask(path);
      expect([path, checkpoint(messages)]).toEqual([path, UNHINDERED]);
      messages.receive("and on");
    }
    expect(statSync(`${messages.path}-wal`).size).toBeGreaterThan(0);
  });

  it("no old snapshot is kept: what was committed right after a look is in the next one", () => {
    const { messages, follow, received } = trappedFeed();
    const feed = follow();
    for (let at = 0; at < 20; at += 1) {
      messages.receive(`message ${at}`);
      feed.look();
      expect(received().at(-1)).toBe(`message ${at}`);
      expect(checkpoint(messages)).toEqual(UNHINDERED);
    }
  });
});
