import { describe, expect, it } from "vitest";
import { openMessages } from "../../reading/messages.ts";
import { backfillMessages, ensureDirect, react } from "../../simulator/message-store.ts";
import { HOUR, nowIn } from "../../testing/following-feed.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { EVERY_SCHEMA, trappedFeed } from "./testing/trapped-feed.ts";

const DAY = 24 * HOUR;
const from = { address: MAYA };

describe.each(EVERY_SCHEMA)("trap 6: ROWID is not time, on $name", (schema) => {
  function withRowsOutOfOrder() {
    const trapped = trappedFeed(schema);
    const { messages } = trapped;
    const feed = trapped.follow();
    trapped.time.advance(60_000);
    const now = nowIn(messages);
    messages.receive("third", { at: now - 1_000 });
    messages.receive("first", { at: now - 20_000 });
    messages.receive("fourth, the same moment", { at: now - 1_000 });
    messages.receive("second", { at: now - 10_000 });
    trapped.settle(feed);
    return { ...trapped, feed };
  }

  it("history is ordered by date, and by ROWID within one moment", () => {
    const { feed } = withRowsOutOfOrder();
    const { items } = openMessages(feed.chatDb).list({ limit: 4 });
    expect(items.map(({ body }) => body)).toEqual(["fourth, the same moment", "third", "second", "first"]);
  });

  it("and so it is page by page, and with what comes between two pages", () => {
    const { feed, messages } = withRowsOutOfOrder();
    const history = openMessages(feed.chatDb);
    const first = history.list({ limit: 2 });
    messages.receive("dated between", { at: nowIn(messages) - 2_500 - 15_000 });
    const second = history.list({ limit: 3, before: first.next ?? "" });
    expect([...first.items, ...second.items].map(({ body }) => body)).toEqual([
      "fourth, the same moment",
      "third",
      "second",
      "dated between",
      "first",
    ]);
  });

  it("discovery goes by ROWID: each is found once, in the order in which it was written", () => {
    const { received, feed, settle } = withRowsOutOfOrder();
    const inOrder = ["third", "first", "fourth, the same moment", "second"];
    expect(received()).toEqual(inOrder);
    settle(feed);
    expect(received()).toEqual(inOrder);
  });

  it("an event's place is a number of our own that only rises, also where neither ROWID nor date does", () => {
    const { events, messages, feed, settle } = withRowsOutOfOrder();
    messages.sql("UPDATE message SET date_read = date + 1 WHERE ROWID = 3");
    settle(feed);
    const places = events.map(({ seq }) => seq);
    expect(places).toHaveLength(5);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
    expect(events.map(({ type }) => type).at(-1)).toBe("message.read");
  });
});

describe.each(EVERY_SCHEMA)("trap 7: iCloud backfill, on $name", (schema) => {
  it("old messages are recorded, and not one is emitted as message.received", () => {
    const { messages, follow, settle, heard } = trappedFeed(schema);
    const feed = follow();
    const at = nowIn(messages) - 900 * DAY;
    const old = [1, 2, 3].map((day) => ({ from, text: `old ${day}`, at: at + day * DAY }));
    const rows = backfillMessages(messages.store, messages.chatWith(MAYA), old);
    messages.receive("new");
    settle(feed);
    expect(heard()).toEqual(["message.received: new"]);
    const history = openMessages(feed.chatDb);
    expect(rows.map(({ guid }) => history.get(guid).body)).toEqual(["old 1", "old 2", "old 3"]);
  });

  it.each([
    ["a day and a moment", DAY + 1_000, []],
    ["nearly a day", DAY - 1_000, [true]],
    ["an hour and a moment", HOUR + 1_000, [true]],
    ["nearly an hour", HOUR - 1_000, [false]],
    ["nothing", 0, [false]],
  ])("one dated %s before the mark", (_what, before, late) => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    const feed = follow();
    messages.receive("the mark");
    settle(feed);
    const mark = nowIn(messages) - 2_500;
    messages.receive("came late", { at: mark - before });
    settle(feed);
    const data = events.slice(1).map((event) => ("isLate" in event.data ? event.data.isLate : null));
    expect(data).toEqual(late);
  });
});

describe("trap 7: iCloud backfill, and where its mark stands", () => {
  it("1,958 old messages: recorded, and not one is emitted as message.received", () => {
    const { messages, follow, settle, events, heard } = trappedFeed();
    const feed = follow();
    const now = nowIn(messages);
    const old = Array.from({ length: 1_958 }, (_, index) => ({
      from: index % 3 === 0 ? ("me" as const) : from,
      text: `old ${index}`,
      at: now - 900 * DAY + index * 60_000,
    }));
    const rows = backfillMessages(messages.store, messages.chatWith(MAYA), old);
    messages.receive("new");
    settle(feed);
    expect(heard()).toEqual(["message.received: new"]);
    const history = openMessages(feed.chatDb);
    expect(history.get(rows[0]?.guid ?? "").body).toBe("old 0");
    expect(history.list({ limit: 3, since: now - 901 * DAY }).items[0]?.body).toBe("new");
    expect(events).toHaveLength(1);
  });

  it("old messages that went away and come back under the guids they had are not told", () => {
    const { messages, follow, settle, received } = trappedFeed();
    const feed = follow();
    const { id, guid } = messages.receive("told once");
    settle(feed);
    messages.sql("DELETE FROM message WHERE ROWID = ?", id);
    settle(feed);
    const at = nowIn(messages) - 2_500;
    backfillMessages(messages.store, messages.chatWith(MAYA), [{ from, text: "told once", at, guid }]);
    settle(feed);
    expect(received()).toEqual(["told once"]);
  });

  it("new guids for old messages, tapbacks among them, tell nothing", () => {
    const { messages, follow, settle, heard } = trappedFeed();
    const feed = follow();
    messages.receive("now");
    settle(feed);
    const at = nowIn(messages) - 3 * DAY;
    const [old] = backfillMessages(messages.store, messages.chatWith(MAYA), [{ from, text: "old", at }]);
    react(messages.store, { target: old?.guid ?? "", by: from, kind: "love", at: at + 1_000 });
    settle(feed);
    expect(heard()).toEqual(["message.received: now"]);
  });

  it("the mark is kept with the cursor: after a restart backfill is backfill", () => {
    const { messages, follow, time, restart, settle, heard } = trappedFeed();
    const first = follow();
    messages.receive("the mark");
    settle(first);
    first.stop();
    time.advance(2 * HOUR);
    messages.receive("old", { at: nowIn(messages) - 2 * HOUR - DAY - 60_000 });
    settle(restart(first));
    expect(heard()).toEqual(["message.received: the mark"]);
  });

  it("an old row does not move the mark back", () => {
    const { messages, follow, settle, heard } = trappedFeed();
    const feed = follow();
    messages.receive("old", { at: nowIn(messages) - 2 * DAY });
    messages.receive("a little newer than that", { at: nowIn(messages) - 2 * DAY + HOUR });
    settle(feed);
    expect(heard()).toEqual([]);
  });

  it.each([
    ["the gateway was down", true],
    ["the Mac was asleep or offline", false],
  ])("what came while %s is none, however long that was", (_what, isDown) => {
    const { messages, follow, time, restart, settle, events, received } = trappedFeed();
    const first = follow();
    messages.receive("before");
    settle(first);
    if (isDown) first.stop();
    const left = nowIn(messages);
    time.advance(2.4 * DAY);
    messages.store.database.transaction(() => {
      for (const day of [1.1, 2.2]) messages.receive(`day ${day}`, { at: left + day * DAY });
    })();
    settle(isDown ? restart(first) : first);
    expect(received()).toEqual(["before", "day 1.1", "day 2.2"]);
    expect(events.every(({ data }) => "isLate" in data && !data.isLate)).toBe(true);
  });

  it("and is none either when the newest of it comes first", () => {
    const { messages, follow, time, settle, received } = trappedFeed();
    const feed = follow();
    messages.receive("before");
    settle(feed);
    const left = nowIn(messages);
    time.advance(2.4 * DAY);
    messages.store.database.transaction(() => {
      for (const day of [2.2, 1.1]) messages.receive(`day ${day}`, { at: left + day * DAY });
    })();
    settle(feed);
    expect(received()).toEqual(["before", "day 2.2", "day 1.1"]);
  });

  it("a late one is told as late to a client, and says so in the event", () => {
    const { messages, follow, settle, events } = trappedFeed();
    const feed = follow();
    const chat = ensureDirect(messages.store, MAYA);
    backfillMessages(messages.store, chat, [{ from, text: "late", at: nowIn(messages) - 5 * HOUR }]);
    settle(feed);
    expect(events).toMatchObject([{ type: "message.received", data: { body: "late", isLate: true } }]);
  });
});
