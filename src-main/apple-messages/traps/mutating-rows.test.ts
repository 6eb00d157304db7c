import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFingerprints } from "../../journal/fingerprints.ts";
import {
  attachmentsOf,
  type ColumnValues,
  downgradeMessage,
  editMessage,
  failMessage,
  findMessage,
  markDelivered,
  markPlayed,
  markRead,
  markSent,
  receiveMessage,
  setColumns,
  unsendMessage,
} from "../../simulator/message-store.ts";
import { ownDatabase } from "../../testing/own-database.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { createSweep, SWEEP_ROWS } from "../feed/sweep.ts";
import { EVERY_SCHEMA, SINCE_13, trappedFeed } from "./testing/trapped-feed.ts";

const FIVE_MINUTES_MS = 300_000;
const DATE = 790_000_000_000_000_000n;

describe.each(EVERY_SCHEMA)("trap 4: rows mutate, and the fingerprint shows it, on $name", (schema) => {
  const since13 = schema.macos >= 13;
  const columns: ColumnValues[] = [
    { is_sent: 1 },
    { is_delivered: 1 },
    { is_finished: 0 },
    { error: 22 },
    { date_read: DATE },
    { date_delivered: DATE },
    { date_played: DATE },
    ...(since13 ? [{ date_edited: DATE }, { part_count: 2 }] : []),
    { service: "SMS" },
    { service: "RCS" },
    { attributedBody: Buffer.alloc(9) },
    { message_summary_info: Buffer.alloc(9) },
    { payload_data: Buffer.alloc(9) },
  ];
  it.each(columns.map((change) => [Object.keys(change).join(), change] as const))("%s", (_column, change) => {
    const { messages, follow } = trappedFeed(schema);
    const { id } = messages.send("a row", { state: "sending" });
    const { chatDb } = follow();
    const print = () => chatDb.read(({ feed }) => feed.fingerprints(id, id));
    const before = print();
    expect(print()).toEqual(before);
    setColumns(messages.store, "message", id, change);
    expect(print()).not.toEqual(before);
  });

  it.each([
    ["transfer_state", { transfer_state: 3 }],
    ["filename", { filename: "/elsewhere/cat.png" }],
  ])("attachment.%s", (_column, change) => {
    const { messages, follow } = trappedFeed(schema);
    const { id } = receiveMessage(messages.store, {
      chat: messages.chatWith(MAYA),
      from: MAYA,
      files: [{ name: "cat.png", content: Buffer.from("png"), late: true }],
    });
    const { chatDb } = follow();
    const print = () => chatDb.read(({ feed }) => feed.fingerprints(id, id));
    const before = print();
    setColumns(messages.store, "attachment", attachmentsOf(messages.store, id)[0]?.id ?? 0, change);
    expect(print()).not.toEqual(before);
  });
});

describe.each(EVERY_SCHEMA)("trap 4: rows mutate, and a client is told, on $name", (schema) => {
  it("a send of ours: sent, delivered, read", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const { id, guid } = messages.send("ours", { state: "sending" });
    settle(feed);
    expect(heard()).toEqual([]);
    for (const step of [
      () => markSent(messages.store, id),
      () => markDelivered(messages.store, id),
      () => markRead(messages.store, findMessage(messages.store, guid)),
    ]) {
      step();
      settle(feed);
    }
    expect(heard()).toEqual(["message.sent: ours", "message.delivered: ours", "message.read: ours"]);
    expect(events.at(-1)?.data).toMatchObject({
      status: "read",
      deliveredAt: expect.any(Number),
      readAt: expect.any(Number),
    });
  });

  it("a send of ours that fails after all", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const { id } = messages.send("ours");
    settle(feed);
    failMessage(messages.store, id, 22);
    settle(feed);
    expect(heard()).toEqual(["message.sent: ours", "message.failed: ours"]);
    expect(events.at(-1)?.data).toMatchObject({ status: "failed", errorCode: 22 });
  });

  it("what went as SMS after all", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const { guid } = messages.send("ours");
    settle(feed);
    downgradeMessage(messages.store, guid);
    settle(feed);
    expect(heard()).toEqual(["message.sent: ours", "message.updated: ours"]);
    expect(events.at(-1)?.data).toMatchObject({ service: "SMS", wasDowngraded: true });
  });

  it("what was played", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const { id, guid } = messages.receive("a voice note, say");
    settle(feed);
    markPlayed(messages.store, id);
    settle(feed);
    expect(heard()).toHaveLength(2);
    expect(events.at(-1)?.data).toMatchObject({ guid, playedAt: expect.any(Number) });
  });
});

describe.each(SINCE_13)("trap 4: rows mutate by an edit or an unsend, on $name", (schema) => {
  it("both are told, with what they changed", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const [edited, unsent] = [messages.receive("tomorow"), messages.receive("oops")];
    settle(feed);
    editMessage(messages.store, { guid: edited.guid, text: "tomorrow" });
    unsendMessage(messages.store, { guid: unsent.guid });
    settle(feed);
    expect(heard().slice(2)).toEqual(["message.edited: tomorrow", "message.unsent: -"]);
    expect(events.slice(2).map(({ data }) => data)).toMatchObject([
      { edits: [{ part: 0, versions: [{ body: "tomorow" }, { body: "tomorrow" }] }] },
      { isUnsent: true },
    ]);
  });

  it("a history that comes in a commit of its own, after the edit's date and body, is told as well", () => {
    const { messages, follow, settle, events, time } = trappedFeed(schema);
    const feed = follow();
    const { id, guid } = messages.receive("tomorow");
    settle(feed);
    time.advance(5_000);
    editMessage(messages.store, { guid, text: "tomorrow" });
    const { summary } = findMessage(messages.store, guid);
    setColumns(messages.store, "message", id, { message_summary_info: null });
    settle(feed);
    setColumns(messages.store, "message", id, { message_summary_info: summary });
    settle(feed);
    expect(events.at(-1)?.data).toMatchObject({
      body: "tomorrow",
      edits: [{ part: 0, versions: [{ body: "tomorow" }, { body: "tomorrow" }] }],
    });
  });
});

describe("trap 4: rows mutate, and where they are looked for", () => {
  it("the last rows are read again after each commit: a change 150 rows back is told within a second", () => {
    const { messages, follow, settle, time, heard } = trappedFeed();
    const { guid } = messages.receive("150 rows back");
    for (let at = 0; at < 150; at += 1) messages.receive(`row ${at}`);
    const feed = follow();
    settle(feed);
    editMessage(messages.store, { guid, text: "edited" });
    feed.look();
    time.advance(1_000);
    expect(heard()).toEqual(["message.edited: edited"]);
  });

  it("every unsettled send is read again, however many rows came since", () => {
    const { messages, follow, settle, time, heard } = trappedFeed();
    const feed = follow();
    const sends = ["one", "two"].map((text) => messages.send(text, { state: "sending" }));
    messages.store.database.transaction(() => {
      for (let at = 0; at < 1_000; at += 1) messages.receive(`row ${at}`);
    })();
    settle(feed);
    const before = heard().length;
    for (const { id } of sends) markSent(messages.store, id);
    feed.look();
    time.advance(1_000);
    expect(heard().slice(before)).toEqual(["message.sent: one", "message.sent: two"]);
  });

  it("a late read and a late edit far back are found within five minutes", () => {
    const { messages, follow, time, heard } = trappedFeed();
    const sent = messages.send("sent long before");
    const received = messages.receive("received long before");
    messages.store.database.transaction(() => {
      for (let at = 0; at < 3_000; at += 1) messages.receive(`row ${at}`);
    })();
    follow();
    time.advance(FIVE_MINUTES_MS);
    expect(heard()).toEqual([]);
    markRead(messages.store, findMessage(messages.store, sent.guid));
    editMessage(messages.store, { guid: received.guid, text: "edited" });
    time.advance(FIVE_MINUTES_MS);
    expect(heard().toSorted()).toEqual(["message.edited: edited", "message.read: sent long before"]);
  });

  it("on a million messages every row is looked at again within five minutes, a poll more or less", () => {
    const sweep = createSweep();
    const newest = 1_000_000;
    const probe = 500_000;
    let now = 0;
    let version = 0;
    let seen: number[] = [];
    while (seen.length < 4 && now < 10 * FIVE_MINUTES_MS) {
      // Somebody writes all the time.
      version += 1;
      const to = sweep.next(newest, version, now);
      const from = to === null ? null : Math.max(1, to - SWEEP_ROWS + 1);
      if (to !== null && from !== null && from <= probe && probe <= to) seen = [...seen, now];
      if (from !== null) sweep.done(from, now);
      now += to === null ? 1_000 : sweep.pace();
    }
    const gaps = seen.slice(1).map((at, index) => at - (seen[index] ?? 0));
    expect(gaps).toHaveLength(3);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(FIVE_MINUTES_MS + 2_000);
  });

  it("fingerprints lie in bellhop.db, some 38 bytes for each with the index by guid, and hold over a restart", () => {
    const folder = temporaryFolder();
    const own = ownDatabase(folder);
    const rows = 50_000;
    const told = Array.from({ length: rows }, (_, index) => ({
      rowId: index + 1,
      guid: (index * 2_654_435_761) | 0,
      state: 3,
      edited: 0,
      content: (index * 40_503_001) % 2 ** 31,
      revision: 0,
    }));
    const fingerprints = openFingerprints(own.database);
    const conversations = { told: [], forgotten: [] };
    // As the intake does it: one commit, and not one for each.
    own.database.transaction(() =>
      fingerprints.record({ told, forgotten: [], conversations, memory: "kept" }),
    )();
    own.database.pragma("wal_checkpoint(TRUNCATE)");
    expect(statSync(join(folder, "bellhop.db")).size / rows).toBeLessThan(40);
    own.close();
    expect(openFingerprints(ownDatabase(folder).database).between(7, 8)).toEqual(told.slice(6, 8));
  });

  it("what changed while the gateway was down is told after it, once", () => {
    const { messages, follow, settle, restart, heard } = trappedFeed();
    const first = follow();
    const { guid } = messages.receive("tomorow");
    settle(first);
    first.stop();
    editMessage(messages.store, { guid, text: "tomorrow" });
    const second = restart(first);
    settle(second);
    settle(restart(second));
    expect(heard()).toEqual(["message.received: tomorow", "message.edited: tomorrow"]);
  });
});
