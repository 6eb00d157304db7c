import { describe, expect, it } from "vitest";
import { openMessages } from "../../reading/messages.ts";
import {
  addToConversation,
  createGroup,
  insertLostSend,
  receiveBeforeJoin,
  sendMessage,
} from "../../simulator/message-store.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { EVERY_SCHEMA, trappedFeed } from "./testing/trapped-feed.ts";

const LEO = "+15550112";

describe.each(EVERY_SCHEMA)("trap 8: join lag, on $name", (schema) => {
  function withLateJoin() {
    const trapped = trappedFeed(schema);
    const { messages } = trapped;
    const feed = trapped.follow();
    const chat = messages.chatWith(MAYA);
    const row = receiveBeforeJoin(messages.store, { chat, from: MAYA, text: "not joined yet" });
    feed.look();
    return { ...trapped, feed, row, chat };
  }

  it("a row whose join comes in time is told once, with its conversation", () => {
    const { feed, time, row, settle, events, heard } = withLateJoin();
    time.advance(900);
    expect(heard()).toEqual([]);
    row.finish();
    settle(feed);
    expect(heard()).toEqual(["message.received: not joined yet"]);
    expect(events[0]?.data).toMatchObject({
      sender: MAYA,
      conversationIds: expect.arrayContaining([expect.stringContaining(MAYA)]),
    });
  });

  it("one whose join does not come is told without a conversation, and with it once it is there", () => {
    const { feed, time, row, settle, events, heard } = withLateJoin();
    time.advance(2_000);
    expect(heard()).toEqual(["message.received: not joined yet"]);
    expect(events[0]?.data).toMatchObject({ sender: MAYA, conversationIds: [] });
    time.advance(60_000);
    row.finish();
    settle(feed);
    expect(heard()).toEqual(["message.received: not joined yet", "message.updated: not joined yet"]);
    expect(events[1]?.data).toMatchObject({
      conversationIds: expect.arrayContaining([expect.stringContaining(MAYA)]),
    });
  });

  it("it holds up nobody else, waits over a restart, and is not lost by the history either", () => {
    const { feed, messages, row, restart, settle, heard } = withLateJoin();
    messages.receive("behind it");
    feed.look();
    expect(heard()).toEqual(["message.received: behind it"]);
    expect(feed.remembered()?.held).toMatchObject([{ rowId: row.id, guid: row.guid }]);
    const second = restart(feed);
    expect(openMessages(second.chatDb).get(row.guid).body).toBe("not joined yet");
    expect(
      openMessages(second.chatDb)
        .list({ limit: 5 })
        .items.map(({ body }) => body),
    ).toContain("not joined yet");
    settle(second);
    expect(heard()).toEqual(["message.received: behind it", "message.received: not joined yet"]);
  });

  it("an empty unjoined row of ours is a failed send: told as failed, never as sent", () => {
    const { messages, follow, settle, time, events, heard } = trappedFeed(schema);
    const feed = follow();
    const { guid } = insertLostSend(messages.store, "iMessage");
    time.advance(9_000);
    expect(heard()).toEqual([]);
    time.advance(2_000);
    settle(feed);
    expect(heard()).toEqual(["message.failed: -"]);
    expect(events[0]?.data).toMatchObject({ guid, isFromMe: true, status: "failed", conversationIds: [] });
    expect(feed.outgoing.at(-1)).toMatchObject({ lost: true });
    time.advance(30_000);
    expect(heard()).toHaveLength(1);
  });

  it("one of ours that holds something is none: it is told as sent, without a conversation", () => {
    const { messages, follow, settle, time, heard } = trappedFeed(schema);
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    sendMessage(messages.store, { chat, text: "says something", state: "sent", withoutJoin: true });
    time.advance(11_000);
    settle(feed);
    expect(heard()).toEqual(["message.sent: says something"]);
  });
});

describe.each(EVERY_SCHEMA)("trap 10: a message can be in several chats, on $name", (schema) => {
  function withGroups() {
    const trapped = trappedFeed(schema);
    const { messages } = trapped;
    const groups = ["Trip", "Family"].map((name) =>
      createGroup(messages.store, { name, addresses: [MAYA, LEO] }),
    );
    return { ...trapped, groups, feed: trapped.follow() };
  }

  it("one event, with every chat id", () => {
    const { messages, groups, feed, settle, events, heard } = withGroups();
    messages.store.database.transaction(() => {
      const row = messages.receive("in three");
      for (const group of groups) addToConversation(messages.store, row, group);
    })();
    settle(feed);
    expect(heard()).toEqual(["message.received: in three"]);
    const [event] = events;
    const ids = event && "conversationIds" in event.data ? event.data.conversationIds : [];
    for (const identifier of [MAYA, ...groups.map((group) => group.identifier)]) {
      expect(ids.some((id) => id.endsWith(`;${identifier}`))).toBe(true);
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("it stands once in the history, and in that of each of its conversations", () => {
    const { messages, groups, feed } = withGroups();
    const row = messages.receive("in three");
    for (const group of groups) addToConversation(messages.store, row, group);
    const history = openMessages(feed.chatDb);
    const bodies = (conversationId?: string) =>
      history
        .list({ limit: 50, conversationId })
        .items.map(({ body }) => body)
        .filter((body) => body === "in three");
    expect(bodies()).toHaveLength(1);
    for (const { guid } of [messages.chatWith(MAYA), ...groups]) expect(bodies(guid)).toHaveLength(1);
  });

  it("one that comes into a further chat later is told of as updated, and not as received again", () => {
    const { messages, groups, feed, settle, events, heard } = withGroups();
    const row = messages.receive("first in one");
    settle(feed);
    const [group] = groups;
    if (group) addToConversation(messages.store, row, group);
    settle(feed);
    expect(heard()).toEqual(["message.received: first in one", "message.updated: first in one"]);
    expect(events[1]?.data).toMatchObject({
      conversationIds: expect.arrayContaining([expect.stringContaining(group?.identifier ?? "none")]),
    });
  });
});
