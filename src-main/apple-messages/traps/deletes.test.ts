import { describe, expect, it } from "vitest";
import {
  addToConversation,
  createGroup,
  deleteConversation,
  deleteForGood,
  deleteMessage,
  failMessage,
  react,
  receiveMessage,
  restoreMessage,
} from "../../simulator/message-store.ts";
import { HOUR, nowIn } from "../../testing/following-feed.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { EVERY_SCHEMA, SINCE_13, trappedFeed } from "./testing/trapped-feed.ts";

/** The deletions that were told: the guid, and whether it can be recovered. */
function deletions(events: ReturnType<typeof trappedFeed>["events"]) {
  return events.flatMap((event) =>
    event.type === "message.deleted" ? [[event.data.guid, event.data.isRecoverable] as const] : [],
  );
}

describe.each(EVERY_SCHEMA)("trap 5: deletes, found by tailing deleted_messages, on $name", (schema) => {
  it("one, several at once, and one long after", () => {
    const { messages, follow, settle, time, events } = trappedFeed(schema);
    const feed = follow();
    const rows = ["one", "two", "three", "four"].map((text) => messages.receive(text).guid);
    settle(feed);
    deleteForGood(messages.store, { guid: rows[1] ?? "" });
    settle(feed);
    messages.store.database.transaction(() => {
      for (const guid of [rows[0], rows[3]]) deleteForGood(messages.store, { guid: guid ?? "" });
    })();
    settle(feed);
    time.advance(2 * HOUR);
    deleteForGood(messages.store, { guid: rows[2] ?? "" });
    settle(feed);
    expect(deletions(events)).toEqual([rows[1], rows[0], rows[3], rows[2]].map((guid) => [guid, false]));
  });

  it("one that happened while the gateway was down is told once", () => {
    const { messages, follow, settle, restart, events } = trappedFeed(schema);
    const first = follow();
    const { guid } = messages.receive("gone meanwhile");
    settle(first);
    first.stop();
    deleteForGood(messages.store, { guid });
    const second = restart(first);
    settle(second);
    settle(restart(second));
    expect(deletions(events)).toEqual([[guid, false]]);
  });

  it("one that Messages has taken out of deleted_messages again stops nothing", () => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    const feed = follow();
    const [one, two] = [messages.receive("one").guid, messages.receive("two").guid];
    settle(feed);
    deleteForGood(messages.store, { guid: one });
    settle(feed);
    messages.sql("DELETE FROM deleted_messages");
    deleteForGood(messages.store, { guid: two });
    settle(feed);
    expect(deletions(events).map(([guid]) => guid)).toEqual([one, two]);
  });

  it("what was deleted before the first start is not told, also when something is deleted later", () => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    deleteForGood(messages.store, { guid: messages.receive("before").guid });
    const later = messages.receive("later").guid;
    const feed = follow();
    settle(feed);
    deleteForGood(messages.store, { guid: later });
    settle(feed);
    expect(deletions(events)).toEqual([[later, false]]);
  });
});

describe.each(SINCE_13)("trap 5: deletes, found by chat_recoverable_message_join, on $name", (schema) => {
  it("into Recently Deleted while Messages still sends it, and then it fails", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const { id, guid } = messages.send("never leaves", { state: "sending" });
    settle(feed);
    deleteMessage(messages.store, { guid });
    failMessage(messages.store, id, 22);
    settle(feed);
    expect(heard()[0]).toBe("message.failed: never leaves");
    expect(deletions(events)).toEqual([[guid, true]]);
  });

  it("into Recently Deleted with its conversation, out of it, in again, and for good", () => {
    const { messages, follow, settle, time, events } = trappedFeed(schema);
    const feed = follow();
    const { guid } = messages.receive("to and fro");
    settle(feed);
    for (const step of [deleteMessage, restoreMessage, deleteMessage, deleteForGood]) {
      time.advance(60_000);
      step(messages.store, { guid });
      settle(feed);
    }
    expect(deletions(events)).toEqual([
      [guid, true],
      [guid, true],
      [guid, false],
    ]);
    expect(events.map(({ type }) => type)).toContain("message.updated");
    expect(events.find(({ type }) => type === "message.deleted")?.data).toMatchObject({
      conversationIds: expect.arrayContaining([expect.stringContaining(MAYA)]),
    });
  });

  it("one that iCloud brings after a later one: deleted on the phone while this Mac was asleep", () => {
    const { messages, follow, settle, time, events } = trappedFeed(schema);
    const feed = follow();
    const [onPhone, onMac] = [messages.receive("on the phone").guid, messages.receive("on the Mac").guid];
    settle(feed);
    time.advance(HOUR);
    const before = nowIn(messages);
    time.advance(HOUR);
    deleteMessage(messages.store, { guid: onMac });
    settle(feed);
    deleteMessage(messages.store, { guid: onPhone, at: before });
    settle(feed);
    expect(deletions(events)).toEqual([
      [onMac, true],
      [onPhone, true],
    ]);
  });

  it("one that goes there in the same commit in which another one comes out of it", () => {
    const { messages, follow, settle, time, events } = trappedFeed(schema);
    const feed = follow();
    const [one, two] = [messages.receive("one").guid, messages.receive("two").guid];
    settle(feed);
    time.advance(60_000);
    const at = nowIn(messages);
    deleteMessage(messages.store, { guid: one });
    settle(feed);
    messages.store.database.transaction(() => {
      restoreMessage(messages.store, { guid: one });
      deleteMessage(messages.store, { guid: two, at });
    })();
    settle(feed);
    expect(deletions(events)).toEqual([
      [one, true],
      [two, true],
    ]);
  });

  it("one that was in two conversations is told once, with both", () => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    const group = createGroup(messages.store, { name: "Trip", addresses: [MAYA, "+15550112"] });
    const feed = follow();
    const row = messages.receive("in two");
    addToConversation(messages.store, row, group);
    settle(feed);
    deleteMessage(messages.store, { guid: row.guid });
    settle(feed);
    expect(deletions(events)).toEqual([[row.guid, true]]);
    const ids = events.flatMap(({ type, data }) =>
      type === "message.deleted" && "conversationIds" in data ? data.conversationIds : [],
    );
    for (const { identifier } of [messages.chatWith(MAYA), group]) {
      expect(ids.some((id) => id.endsWith(`;${identifier}`))).toBe(true);
    }
  });

  it("one from far back, which no reading of the last rows would find", () => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    const { guid } = messages.receive("far back");
    for (let at = 0; at < 300; at += 1) messages.receive(`row ${at}`);
    const feed = follow();
    settle(feed);
    deleteMessage(messages.store, { guid });
    settle(feed);
    expect(deletions(events)).toEqual([[guid, true]]);
  });

  it("what a tapback's row or nothing at all went there with is not told as a message", () => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    const feed = follow();
    const { guid } = messages.receive("nice");
    settle(feed);
    const tapback = react(messages.store, { target: guid, by: { address: MAYA }, kind: "love" });
    settle(feed);
    deleteMessage(messages.store, { guid: tapback.guid });
    settle(feed);
    expect(deletions(events)).toEqual([]);
  });
});

describe("trap 5: deletes, many of them", () => {
  it("more than anybody looks at in one go are all told", () => {
    const { messages, follow, settle, events } = trappedFeed();
    const feed = follow();
    const guids = Array.from({ length: 350 }, (_, at) => messages.receive(`row ${at}`).guid);
    settle(feed);
    messages.store.database.transaction(() => {
      for (const guid of guids) deleteForGood(messages.store, { guid });
    })();
    settle(feed);
    expect(deletions(events)).toEqual(guids.map((guid) => [guid, false]));
  });

  it("a whole conversation at one moment: each of its 250 messages, once", () => {
    const { messages, follow, settle, time, events } = trappedFeed();
    const chat = messages.chatWith("+15550133");
    const from = "+15550133";
    const feed = follow();
    const guids = Array.from(
      { length: 250 },
      (_, at) => receiveMessage(messages.store, { chat, from, text: `row ${at}` }).guid,
    );
    settle(feed);
    time.advance(60_000);
    deleteConversation(messages.store, chat);
    settle(feed);
    time.advance(10_000);
    expect(deletions(events)).toHaveLength(guids.length);
    expect(new Set(deletions(events).map(([guid]) => guid))).toEqual(new Set(guids));
  });
});
