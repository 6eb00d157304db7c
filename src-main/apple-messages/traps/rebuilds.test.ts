import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deleteForGood, receiveMessage } from "../../simulator/message-store.ts";
import { nowIn } from "../../testing/following-feed.ts";
import { MAYA, type SimulatedMessages, simulatedMessages } from "../../testing/simulated-messages.ts";
import { chatDbIn, EVERY_SCHEMA, replaceWith, trappedFeed } from "./testing/trapped-feed.ts";

const MINUTE = 60_000;

/** Writes a message of an earlier time, under the guid it had. */
function restore(messages: SimulatedMessages, text: string, guid: string, at: number): void {
  receiveMessage(messages.store, { chat: messages.chatWith(MAYA), from: MAYA, text, guid, at });
}

describe.each(EVERY_SCHEMA)("trap 9: rebuilds, on $name", (schema) => {
  /** A feed that has told three messages; `rebuilt` puts another database in the place of the one it read. */
  function told() {
    const trapped = trappedFeed(schema);
    const { folder, messages, time } = trapped;
    const feed = trapped.follow();
    time.advance(10 * MINUTE);
    const rows = ["one", "two", "three"].map((text) => {
      time.advance(1_000);
      return { text, at: nowIn(messages), ...messages.receive(text) };
    });
    trapped.settle(feed);
    const rebuild = (write: (rebuilt: SimulatedMessages) => void): SimulatedMessages => {
      const rebuilt = chatDbIn(folder, schema, time, "rebuilt.db");
      write(rebuilt);
      rebuilt.sql("PRAGMA wal_checkpoint(TRUNCATE)");
      replaceWith(messages, rebuilt);
      return simulatedMessages(folder, { clock: time.clock });
    };
    return { ...trapped, feed, rows, rebuild };
  }

  const WHEN = [
    ["while the gateway runs", false],
    ["while it is down", true],
  ] as const;

  it("device and inode and the guid at the cursor are kept", () => {
    const { feed, messages, rows } = told();
    const { dev, ino } = statSync(messages.path);
    expect(feed.remembered()).toMatchObject({
      file: { device: dev, inode: ino },
      cursor: rows[2]?.id,
      cursorGuid: rows[2]?.guid,
    });
  });

  it.each(WHEN)("the same messages at other ROWIDs, %s: only what is new is told", (_when, isDown) => {
    const { feed, time, rows, rebuild, restart, settle, received } = told();
    if (isDown) feed.stop();
    time.advance(MINUTE);
    const after = rebuild((rebuilt) => {
      for (const { text, guid, at } of rows.toReversed()) restore(rebuilt, text, guid, at);
      rebuilt.receive("new in the other one");
    });
    const second = isDown ? restart(feed) : feed;
    settle(second);
    after.receive("and on");
    settle(second);
    expect(received()).toEqual(["one", "two", "three", "new in the other one", "and on"]);
  });

  it.each(WHEN)("one row where it was by chance, %s: the others are known all the same", (_when, isDown) => {
    const { feed, messages, time, rows, rebuild, restart, settle, received } = told();
    if (isDown) feed.stop();
    time.advance(MINUTE);
    const [one, two, three] = rows;
    if (!one || !two || !three) throw new Error("three messages were told");
    const before = messages.store.database
      .prepare<[number], string>("SELECT guid FROM message WHERE ROWID < ? ORDER BY ROWID")
      .pluck()
      .all(one.id);
    const after = rebuild((rebuilt) => {
      for (const guid of before) restore(rebuilt, "before", guid, one.at - 10 * MINUTE);
      rebuilt.receive("new among them");
      restore(rebuilt, one.text, one.guid, one.at);
      expect(receiveMessage(rebuilt.store, { chat: rebuilt.chatWith(MAYA), from: MAYA, ...three }).id).toBe(
        three.id,
      );
      restore(rebuilt, two.text, two.guid, two.at);
    });
    const second = isDown ? restart(feed) : feed;
    settle(second);
    after.receive("and on");
    settle(second);
    expect(received()).toEqual(["one", "two", "three", "new among them", "and on"]);
  });

  it.each(WHEN)("fewer rows than before, %s: it does not go silent", (_when, isDown) => {
    const { feed, time, rebuild, restart, settle, received } = told();
    if (isDown) feed.stop();
    time.advance(MINUTE);
    const after = rebuild((rebuilt) => rebuilt.receive("the only one"));
    const second = isDown ? restart(feed) : feed;
    settle(second);
    after.receive("and on");
    settle(second);
    expect(received().slice(3)).toEqual(["the only one", "and on"]);
  });

  it.each(WHEN)("more rows than before, all old, %s: none of them is told", (_when, isDown) => {
    const { feed, time, rows, rebuild, restart, settle, received } = told();
    if (isDown) feed.stop();
    time.advance(MINUTE);
    const after = rebuild((rebuilt) => {
      for (let at = 0; at < 200; at += 1) {
        rebuilt.receive(`old ${at}`, { at: nowIn(rebuilt) - 3_000 * MINUTE - at * MINUTE });
      }
      for (const { text, guid, at } of rows) restore(rebuilt, text, guid, at);
    });
    const second = isDown ? restart(feed) : feed;
    settle(second);
    after.receive("and on");
    settle(second);
    expect(received()).toEqual(["one", "two", "three", "and on"]);
  });

  it.each(WHEN)(
    "the rescan goes by guid, %s: what was never told is, though it is dated before what was",
    (_when, isDown) => {
      const { feed, time, rows, rebuild, restart, settle, received } = told();
      if (isDown) feed.stop();
      time.advance(MINUTE);
      rebuild((rebuilt) => {
        for (const { text, guid, at } of rows) restore(rebuilt, text, guid, at);
        rebuilt.receive("came by another way meanwhile", { at: (rows[2]?.at ?? 0) - 500 });
      });
      settle(isDown ? restart(feed) : feed);
      expect(received()).toEqual(["one", "two", "three", "came by another way meanwhile"]);
    },
  );

  it.each(WHEN)("the same file emptied and its ROWIDs begun anew, %s", (_when, isDown) => {
    const { feed, messages, time, restart, settle, received } = told();
    if (isDown) feed.stop();
    time.advance(MINUTE);
    messages.store.database.transaction(() => {
      messages.sql("DELETE FROM message");
      messages.sql("DELETE FROM sqlite_sequence WHERE name = 'message'");
      expect(messages.receive("the first of the new ones").id).toBe(1);
    })();
    const second = isDown ? restart(feed) : feed;
    settle(second);
    messages.receive("and on");
    settle(second);
    expect(received().slice(3)).toEqual(["the first of the new ones", "and on"]);
  });

  it.each(WHEN)("ROWIDs used again, another guid at the cursor, %s", (_when, isDown) => {
    const { feed, messages, rows, time, restart, settle, received } = told();
    if (isDown) feed.stop();
    time.advance(MINUTE);
    messages.store.database.transaction(() => {
      messages.sql("DELETE FROM message WHERE ROWID >= ?", rows[1]?.id);
      messages.sql("UPDATE sqlite_sequence SET seq = ? WHERE name = 'message'", rows[0]?.id);
      for (const text of ["in the place of two", "in the place of three"]) messages.receive(text);
    })();
    settle(isDown ? restart(feed) : feed);
    expect(received().slice(3)).toEqual(["in the place of two", "in the place of three"]);
  });

  it.each(WHEN)("the newest rows deleted as anybody deletes, %s: that is no rebuild", (_when, isDown) => {
    const { feed, messages, rows, time, restart, settle, received } = told();
    if (isDown) feed.stop();
    for (const { guid } of rows.slice(1)) deleteForGood(messages.store, { guid });
    const second = isDown ? restart(feed) : feed;
    settle(second);
    time.advance(MINUTE);
    messages.receive("and on");
    settle(second);
    expect(received()).toEqual(["one", "two", "three", "and on"]);
    expect(second.remembered()?.rebuilt).toBeNull();
  });

  it.each(WHEN)("a VACUUM in place, %s: nothing is told twice, and it goes on", (_when, isDown) => {
    const { feed, messages, rows, restart, settle, received } = told();
    if (isDown) feed.stop();
    deleteForGood(messages.store, { guid: rows[0]?.guid ?? "" });
    messages.sql("VACUUM");
    const second = isDown ? restart(feed) : feed;
    settle(second);
    messages.receive("and on");
    settle(second);
    expect(received()).toEqual(["one", "two", "three", "and on"]);
  });

  it.each(WHEN)("a copy with the same rows (VACUUM INTO), %s: the same, in another file", (_when, isDown) => {
    const { folder, feed, messages, time, restart, settle, received } = told();
    if (isDown) feed.stop();
    messages.sql("VACUUM INTO ?", `${folder}/copy.db`);
    replaceWith(messages, simulatedMessages(folder, { name: "copy.db" }));
    const second = isDown ? restart(feed) : feed;
    settle(second);
    expect(second.remembered()?.file.inode).toBe(statSync(messages.path).ino);
    simulatedMessages(folder, { clock: time.clock }).receive("and on");
    settle(second);
    expect(received()).toEqual(["one", "two", "three", "and on"]);
  });

  it("deletions are told in the other database too, though it counts them anew", () => {
    const { feed, time, rows, rebuild, settle, events } = told();
    time.advance(MINUTE);
    const after = rebuild((rebuilt) => {
      for (const { text, guid, at } of rows) restore(rebuilt, text, guid, at);
    });
    settle(feed);
    deleteForGood(after.store, { guid: rows[1]?.guid ?? "" });
    settle(feed);
    const deleted = events.flatMap(({ type, data }) =>
      type === "message.deleted" && "guid" in data ? data.guid : [],
    );
    expect(deleted).toEqual([rows[1]?.guid]);
  });

  it("nothing is told of as changed only because it lies elsewhere now", () => {
    const { feed, time, rows, rebuild, settle, heard } = told();
    const before = heard();
    time.advance(MINUTE);
    rebuild((rebuilt) => {
      for (const { text, guid, at } of rows.toReversed()) restore(rebuilt, text, guid, at);
    });
    settle(feed);
    time.advance(70_000);
    expect(heard()).toEqual(before);
  });
});
