import { copyFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { followingFeed, HOUR, nowIn, stagedFeed } from "../../testing/following-feed.ts";
import { simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";

describe("backfill", () => {
  it("is passed over when it is more than a day older than the newest message", () => {
    const { follow, messages } = stagedFeed();
    const feed = follow();
    messages.receive("a day and an hour ago", { at: nowIn(messages) - 25 * HOUR });
    messages.receive("23 hours ago", { at: nowIn(messages) - 23 * HOUR });
    feed.look();
    expect(feed.said()).toEqual(["23 hours ago"]);
  });

  it("is not what came while the gateway was down, however long that was", () => {
    const { follow, messages, time } = stagedFeed();
    const first = follow();
    first.stop();
    const missed = nowIn(messages) + 3 * 24 * HOUR;
    time.advance(10 * 24 * HOUR);
    messages.receive("a week ago", { at: missed });
    expect(follow({ remembered: first.remembered() }).said()).toEqual(["a week ago"]);
  });

  it("is not made of everything by a message scheduled for next year", () => {
    const { follow, messages } = stagedFeed();
    const feed = follow();
    messages.receive("scheduled", { at: nowIn(messages) + 365 * 24 * HOUR });
    messages.receive("now");
    feed.look();
    expect(feed.said()).toContain("now");
  });
});

describe("a restart", () => {
  it("emits what came meanwhile, once", () => {
    const { follow, messages } = stagedFeed();
    const first = follow();
    messages.receive("seen");
    first.look();
    first.stop();
    messages.receive("missed");
    const second = follow({ remembered: first.remembered() });
    expect(second.said()).toEqual(["missed"]);
    second.stop();
    expect(follow({ remembered: second.remembered() }).said()).toEqual([]);
  });
});

describe("a commit that fails", () => {
  it("loses nothing: the same rows come again", () => {
    const { follow, messages, time } = stagedFeed();
    let failures = 3;
    const feed = follow({
      refuse() {
        if (failures-- > 0) throw new Error("disk full");
      },
    });
    time.advance(5_000);
    failures = 2;
    messages.receive("one");
    feed.look();
    messages.receive("two");
    feed.look();
    expect(feed.said()).toEqual([]);
    time.advance(1_000);
    expect(feed.said()).toEqual(["one", "two"]);
    expect(feed.complaints.length).toBeGreaterThan(1);
  });

  it("is no trouble of chat.db, though SQLite says it of bellhop.db", () => {
    const { follow, messages } = stagedFeed();
    let full = false;
    const feed = follow({
      refuse() {
        if (full) throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
      },
    });
    full = true;
    messages.receive("one");
    feed.look();
    expect(feed.chatDb.trouble()).toBeNull();
    expect(feed.complaints).toHaveLength(1);
  });
});

describe("the file", () => {
  it("may be away and come back: what it then holds is emitted", () => {
    const { folder, follow, messages, time } = stagedFeed();
    const feed = follow();
    messages.receive("before");
    feed.look();
    messages.close();
    renameSync(messages.path, join(folder, "away.db"));
    time.advance(1_000);
    expect(feed.chatDb.trouble()?.problem).toBe("missing");
    renameSync(join(folder, "away.db"), messages.path);
    const again = simulatedMessages(folder, { clock: time.clock });
    again.receive("after");
    time.advance(1_000);
    expect(feed.chatDb.trouble()).toBeNull();
    expect(feed.said()).toEqual(["before", "after"]);
  });

  it("may be missing at the first start; what it holds when it appears is not news", () => {
    const folder = temporaryFolder();
    const time = manualTime();
    const feed = followingFeed({ path: join(folder, "chat.db"), time });
    expect(feed.chatDb.trouble()?.problem).toBe("missing");
    const messages = simulatedMessages(folder, { clock: time.clock });
    messages.receive("old");
    time.advance(1_000);
    messages.receive("new");
    time.advance(1_000);
    expect(feed.chatDb.trouble()).toBeNull();
    expect(feed.said().filter((text) => text !== "old")).toEqual(["new"]);
  });

  it("may be replaced by another database: the place in it is found by date", () => {
    const { folder, follow, messages, time } = stagedFeed();
    const feed = follow();
    for (const text of ["one", "two", "three"]) messages.receive(text);
    messages.send("held, and gone with the old one", { state: "sending" });
    feed.look();
    time.advance(500);
    const rebuilt = simulatedMessages(folder, { name: "rebuilt.db", clock: time.clock });
    rebuilt.receive("restored", { at: nowIn(rebuilt) - 2 * HOUR });
    for (const minutes of [95, 94, 93, 92]) {
      rebuilt.receive("restored too", { at: nowIn(rebuilt) - minutes * 60_000 });
    }
    rebuilt.receive("came meanwhile", { at: nowIn(rebuilt) - 100 });
    rebuilt.close();
    messages.close();
    for (const suffix of ["-wal", "-shm"]) rmSync(messages.path + suffix, { force: true });
    copyFileSync(rebuilt.path, join(folder, "copy.db"));
    renameSync(join(folder, "copy.db"), messages.path);
    time.advance(1_000);
    expect(feed.said()).toEqual(["one", "two", "three", "came meanwhile"]);
    simulatedMessages(folder, { clock: time.clock }).receive("and on");
    time.advance(1_000);
    expect(feed.said().at(-1)).toBe("and on");
  });
});
