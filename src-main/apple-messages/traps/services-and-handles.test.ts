import { describe, expect, it } from "vitest";
import { openMessages } from "../../reading/messages.ts";
import { MAC_LINE } from "../../simulator/macos.ts";
import {
  downgradeMessage,
  ensureSplitDirect,
  markSent,
  receiveMessage,
  sendMessage,
  setColumns,
} from "../../simulator/message-store.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { EVERY_SCHEMA, trappedFeed } from "./testing/trapped-feed.ts";

describe.each(EVERY_SCHEMA)("trap 11: SMS↔iMessage, on $name", (schema) => {
  it("service, was_downgraded and chat change: the same guid, told as updated and not anew", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const [iMessage, sms] = ensureSplitDirect(messages.store, MAYA, ["iMessage", "SMS"]);
    const feed = follow();
    if (!iMessage || !sms) throw new Error("no chats");
    const { id, guid } = sendMessage(messages.store, { chat: iMessage, text: "green", state: "sent" });
    settle(feed);
    messages.store.database.transaction(() => {
      downgradeMessage(messages.store, guid);
      messages.sql("UPDATE chat_message_join SET chat_id = ? WHERE message_id = ?", sms.id, id);
    })();
    settle(feed);
    expect(heard()).toEqual(["message.sent: green", "message.updated: green"]);
    expect(events.map(({ data }) => data)).toMatchObject([
      { guid, service: "iMessage", wasDowngraded: false },
      { guid, service: "SMS", wasDowngraded: true },
    ]);
    // Both are one conversation to a client: with one person, by two services.
    const ids = events.map(({ data }) => ("conversationIds" in data ? data.conversationIds[0] : null));
    expect(ids[1]).toBe(ids[0]);
  });

  it("and back again to iMessage, and to RCS: each is a change of the same message", () => {
    const { messages, follow, settle, time, events, heard } = trappedFeed(schema);
    const feed = follow();
    const { id, guid } = messages.receive("colourful");
    settle(feed);
    for (const service of ["SMS", "iMessage", "RCS"]) {
      time.advance(10_000);
      setColumns(messages.store, "message", id, { service });
      settle(feed);
      expect(events.at(-1)?.data).toMatchObject({ guid, service });
    }
    expect(heard()).toEqual([
      "message.received: colourful",
      "message.updated: colourful",
      "message.updated: colourful",
      "message.updated: colourful",
    ]);
  });

  it("a row that is written anew under its guid, at another ROWID, is not told again", () => {
    const { messages, follow, settle, heard } = trappedFeed(schema);
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    const { id, guid } = receiveMessage(messages.store, { chat, from: MAYA, text: "the same" });
    settle(feed);
    messages.store.database.transaction(() => {
      messages.sql("DELETE FROM message WHERE ROWID = ?", id);
      receiveMessage(messages.store, { chat, from: MAYA, text: "the same", guid, service: "SMS" });
    })();
    settle(feed);
    expect(heard().filter((line) => line.startsWith("message.received"))).toEqual([
      "message.received: the same",
    ]);
    expect(heard().filter((line) => line.startsWith("message.deleted"))).toEqual([]);
  });

  it("a send of ours that is downgraded while it is under way is told once, as what it became", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const { id, guid } = messages.send("under way", { state: "sending" });
    settle(feed);
    downgradeMessage(messages.store, guid);
    settle(feed);
    markSent(messages.store, id);
    settle(feed);
    expect(heard()).toEqual(["message.sent: under way"]);
    expect(events[0]?.data).toMatchObject({ service: "SMS", wasDowngraded: true });
  });
});

describe.each(EVERY_SCHEMA)("trap 12: missing handle, on $name", (schema) => {
  /** How a row can have no handle. */
  const missing = [
    ["handle_id is 0", { handle_id: 0 }],
    ["handle_id is NULL", { handle_id: null }],
    ["the handle is gone", { handle_id: 4_711 }],
  ] as const;

  it.each(missing)("%s: what came in is told, its sender null", (_what, change) => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    messages.store.database.transaction(() => {
      setColumns(messages.store, "message", messages.receive("from nobody").id, change);
    })();
    settle(feed);
    expect(heard()).toEqual(["message.received: from nobody"]);
    expect(events[0]?.data).toMatchObject({ sender: null, isFromMe: false, line: MAC_LINE });
  });

  it.each(missing)("%s: what is from me is told with the line it left by", (_what, change) => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    messages.store.database.transaction(() => {
      setColumns(messages.store, "message", messages.send("from me").id, change);
    })();
    settle(feed);
    expect(heard()).toEqual(["message.sent: from me"]);
    expect(events[0]?.data).toMatchObject({ sender: null, isFromMe: true, line: MAC_LINE });
  });

  it.each([null, ""])("what is from me has the conversation's line where its row names none (%o)", (line) => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    const chat = messages.chatWith(MAYA);
    const feed = follow();
    setColumns(messages.store, "chat", chat.id, { last_addressed_handle: "E:owner@example.com" });
    messages.store.database.transaction(() => {
      setColumns(messages.store, "message", messages.send("from me").id, { destination_caller_id: line });
    })();
    settle(feed);
    expect(events[0]?.data).toMatchObject({ line: "owner@example.com" });
  });

  it("no such row is dropped by the history: not by a list, nor by a conversation's, nor by its guid", () => {
    const { messages, follow } = trappedFeed(schema);
    const guids = missing.map(([, change]) => {
      const { id, guid } = messages.receive("from nobody");
      setColumns(messages.store, "message", id, change);
      return guid;
    });
    const history = openMessages(follow().chatDb);
    const conversationId = messages.chatWith(MAYA).guid;
    for (const filter of [{ limit: 50 }, { limit: 50, conversationId }]) {
      const found = history.list(filter).items.map(({ guid }) => guid);
      expect(found).toEqual(expect.arrayContaining(guids));
    }
    for (const guid of guids) expect(history.get(guid)).toMatchObject({ guid, sender: null });
  });
});
