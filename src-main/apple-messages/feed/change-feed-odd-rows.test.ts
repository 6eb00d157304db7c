import { copyFileSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { HOUR, nowIn, stagedFeed } from "../../testing/following-feed.ts";

describe("a row of our own that Messages has not sent yet", () => {
  it("is told when it has left, however late that is", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const { id } = messages.send("slow network", { state: "sending" });
    feed.look();
    time.advance(2 * HOUR);
    expect(feed.said()).toEqual([]);
    messages.sql("UPDATE message SET is_sent = 1 WHERE ROWID = ?", id);
    feed.look();
    expect(feed.said()).toEqual(["slow network"]);
    expect(feed.outgoing.at(-1)).toMatchObject({ settled: true });
  });

  it("is never told as sent when it fails in the end", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const { id } = messages.send("to nobody", { state: "sending" });
    feed.look();
    time.advance(10_000);
    messages.sql("UPDATE message SET error = 22 WHERE ROWID = ?", id);
    feed.look();
    expect(feed.types()).toEqual(["message.failed"]);
    expect(feed.outgoing.at(-1)).toMatchObject({ settled: true, message: { errorCode: 22 } });
  });
});

describe("deleting the newest message", () => {
  it("makes no old message news, also not with a scheduled one and a late tapback about", () => {
    const { follow, messages } = stagedFeed();
    messages.receive("scheduled", { at: nowIn(messages) + 24 * HOUR });
    messages.receive("before the first start");
    const newest = messages.receive("soon gone");
    const feed = follow();
    messages.sql("DELETE FROM message WHERE ROWID = ?", newest.id);
    feed.look();
    messages.receive("after");
    feed.look();
    expect(feed.said()).toEqual(["after"]);
  });

  it("loses nothing that waits for its body meanwhile", () => {
    const { follow, messages } = stagedFeed();
    const feed = follow();
    const waiting = messages.receive("its body comes later");
    const body = messages.store.database
      .prepare<[number], Buffer>("SELECT attributedBody FROM message WHERE ROWID = ?")
      .pluck()
      .get(waiting.id);
    messages.sql("UPDATE message SET attributedBody = NULL WHERE ROWID = ?", waiting.id);
    const deleted = messages.receive("soon gone");
    feed.look();
    messages.sql("DELETE FROM message WHERE ROWID = ?", deleted.id);
    feed.look();
    messages.sql("UPDATE message SET attributedBody = ? WHERE ROWID = ?", body, waiting.id);
    feed.look();
    expect(feed.said()).toEqual(["soon gone", "its body comes later"]);
  });
});

describe("a row that makes no sense", () => {
  it.each([
    ["text where the body belongs", "UPDATE message SET attributedBody = 'text' WHERE ROWID = ?"],
    [
      "bytes where the text belongs",
      "UPDATE message SET text = x'00ff', attributedBody = NULL WHERE ROWID = ?",
    ],
    ["a date that is no number", "UPDATE message SET date = 'yesterday' WHERE ROWID = ?"],
  ])("does not stop those behind it: %s", (_what, sql) => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const odd = messages.receive("odd");
    messages.sql(sql, odd.id);
    messages.receive("behind it");
    feed.look();
    time.advance(2_000);
    expect(feed.said()).toContain("behind it");
  });
});

describe("a row whose files are joined late", () => {
  it("waits for them", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const { id } = messages.receive("look");
    messages.sql("UPDATE message SET cache_has_attachments = 1 WHERE ROWID = ?", id);
    feed.look();
    expect(feed.said()).toEqual([]);
    messages.sql("INSERT INTO attachment (guid, original_guid, transfer_name) VALUES ('A', 'A', 'cat.png')");
    messages.sql(
      "INSERT INTO message_attachment_join (message_id, attachment_id) VALUES (?, last_insert_rowid())",
      id,
    );
    time.advance(100);
    feed.look();
    expect(feed.changes[0]?.data).toMatchObject({ body: "look", attachments: [{ name: "cat.png" }] });
  });
});

describe("a database that is restored from a copy", () => {
  it("tells what is later than all that was seen, and nothing that was there before", () => {
    const { follow, messages, time, folder } = stagedFeed();
    const copy = `${folder}/copy.db`;
    messages.sql("VACUUM INTO ?", copy);
    const feed = follow();
    messages.receive("seen");
    feed.look();
    feed.stop();
    messages.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(messages.path + suffix, { force: true });
    copyFileSync(copy, messages.path);
    time.advance(HOUR);
    const second = follow({ remembered: feed.remembered() });
    expect(second.said()).toEqual([]);
  });
});

describe("a clock", () => {
  it("that was far ahead for a while loses nothing once it is set right", () => {
    const { follow, messages, time } = stagedFeed();
    const real = nowIn(messages);
    time.advance(30 * 24 * HOUR);
    const ahead = follow();
    messages.receive("dated next month");
    ahead.look();
    ahead.stop();
    const now = manualTime(real);
    const right = follow({ remembered: ahead.remembered(), time: now });
    messages.receive("dated today", { at: real + 1_000 });
    now.advance(2_000);
    right.look();
    expect(right.said()).toEqual(["dated today"]);
  });

  it("that is set back a little does not make a send of ours lost", () => {
    const { follow, messages, time } = stagedFeed();
    const first = follow();
    const { id } = messages.send("on its way", { state: "sending" });
    first.look();
    first.stop();
    const earlier = manualTime(time.clock.now() - 5_000);
    const second = follow({ remembered: first.remembered(), time: earlier });
    messages.sql("UPDATE message SET is_sent = 1 WHERE ROWID = ?", id);
    second.look();
    expect(second.said()).toEqual(["on its way"]);
  });
});

describe("a row that cannot be recorded", () => {
  it("is passed over alone, and those around it are told", () => {
    const { follow, messages, time } = stagedFeed();
    const poison = (step: { changes: { data: object }[] }): void => {
      if (step.changes.some(({ data }) => "body" in data && data.body === "poison")) {
        throw Object.assign(new Error("cannot store it"), { code: "SQLITE_CONSTRAINT_DATATYPE" });
      }
    };
    const feed = follow({ refuse: poison });
    for (const text of ["one", "poison", "two", "three"]) messages.receive(text);
    feed.look();
    time.advance(10_000);
    expect(feed.said()).toEqual(["one", "two", "three"]);
    expect(feed.feed.isCaughtUp()).toBe(true);
    messages.receive("and on");
    feed.look();
    expect(feed.said().at(-1)).toBe("and on");
    expect(feed.complaints.length).toBeGreaterThan(0);
  });

  it("with values of other types than its columns is told all the same", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const { id } = messages.receive("odd");
    messages.sql(
      "UPDATE message SET date_edited = 800000000.125, error = 'x', part_count = 9e300 WHERE ROWID = ?",
      id,
    );
    messages.receive("even");
    feed.look();
    time.advance(5_000);
    expect(feed.said()).toEqual(["odd", "even"]);
    expect(feed.complaints).toEqual([]);
  });
});
