import { describe, expect, it } from "vitest";
import { insertLostSend, markSent, react, removeReaction } from "../../simulator/message-store.ts";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { followingFeed, HOUR, nowIn, stagedFeed } from "../../testing/following-feed.ts";
import { MAYA, simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";

describe("the first start", () => {
  it("emits nothing of what is there already", () => {
    const { follow, time } = stagedFeed();
    const feed = follow();
    time.advance(10_000);
    expect(feed.changes).toEqual([]);
    expect(feed.remembered()).toMatchObject({ cursor: 2, held: [] });
    expect(feed.feed.isCaughtUp()).toBe(true);
  });

  it("takes the newest date for its mark, though an old message came last", () => {
    const { follow, messages } = stagedFeed();
    messages.receive("from iCloud", { at: nowIn(messages) - 900 * 24 * HOUR });
    const feed = follow();
    messages.receive("more from iCloud", { at: nowIn(messages) - 800 * 24 * HOUR });
    messages.receive("new");
    feed.look();
    expect(feed.said()).toEqual(["new"]);
  });

  it("tells nothing old when an empty database fills from iCloud", () => {
    const time = manualTime();
    const messages = simulatedMessages(temporaryFolder(), { clock: time.clock });
    const feed = followingFeed({ path: messages.path, time });
    for (const days of [900, 800, 2]) {
      messages.receive(`${days} days ago`, { at: nowIn(messages) - days * 24 * HOUR });
    }
    messages.receive("new");
    feed.look();
    expect(feed.said()).toEqual(["new"]);
  });
});

describe("new rows", () => {
  it("are emitted once, in the order of their ROWIDs", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    messages.receive("one");
    messages.receive("two");
    messages.send("three");
    feed.look();
    feed.look();
    time.advance(5_000);
    expect(feed.said()).toEqual(["one", "two", "three"]);
    expect(feed.changes.map(({ type }) => type)).toEqual([
      "message.received",
      "message.received",
      "message.sent",
    ]);
  });

  it("are decoded, with sender and conversation", () => {
    const { follow, messages } = stagedFeed();
    const feed = follow();
    const { guid } = messages.receive("שלום 👋");
    feed.look();
    expect(feed.changes[0]?.data).toMatchObject({
      guid,
      body: "שלום 👋",
      sender: MAYA,
      conversationIds: [`any;-;${MAYA}`],
      isFromMe: false,
    });
  });

  it("tell of reactions and their removal", () => {
    const { follow, messages } = stagedFeed();
    const feed = follow();
    const { guid } = messages.receive("look");
    react(messages.store, { target: guid, by: { address: MAYA }, kind: "love" });
    feed.look();
    removeReaction(messages.store, { target: guid, by: { address: MAYA }, kind: "love" });
    feed.look();
    expect(feed.changes.map(({ type }) => type)).toEqual([
      "message.received",
      "reaction.added",
      "reaction.removed",
    ]);
    expect(feed.changes[2]?.data).toMatchObject({
      kind: "love",
      targetGuid: guid,
      targetPart: 0,
      removed: true,
    });
  });

  it("come in slices, a thousand of them, in order and without a gap", () => {
    const { follow, messages } = stagedFeed();
    const feed = follow();
    const texts = Array.from({ length: 1_000 }, (_, index) => `message ${index}`);
    messages.store.database.transaction(() => {
      for (const text of texts) messages.receive(text);
    })();
    feed.look();
    expect(feed.said()).toEqual(texts);
  });
});

describe("rows that are not complete yet", () => {
  it("wait for their body", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const { id } = messages.receive("late body");
    const body = messages.store.sql.messageById.get(id)?.body;
    messages.sql("UPDATE message SET attributedBody = NULL WHERE ROWID = ?", id);
    feed.look();
    expect(feed.said()).toEqual([]);
    messages.receive("after it");
    messages.sql("UPDATE message SET attributedBody = ? WHERE ROWID = ?", body, id);
    feed.look();
    expect(feed.said()).toEqual(["late body", "after it"]);
    time.advance(5_000);
    expect(feed.said()).toHaveLength(2);
  });

  it("wait for their conversation, for a second at most", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const [joined, lost] = [messages.receive("joined"), messages.receive("never joined")];
    const chat = messages.chatWith(MAYA).id;
    // A trigger deletes messages without a chat: the row is held by another chat meanwhile.
    messages.sql("DROP TRIGGER IF EXISTS after_delete_on_chat_message_join");
    messages.sql("DELETE FROM chat_message_join WHERE message_id IN (?, ?)", joined.id, lost.id);
    feed.look();
    expect(feed.said()).toEqual([]);
    messages.sql("INSERT INTO chat_message_join (chat_id, message_id) VALUES (?, ?)", chat, joined.id);
    feed.look();
    expect(feed.said()).toEqual(["joined"]);
    time.advance(2_100);
    expect(feed.said()).toEqual(["joined", "never joined"]);
    expect(feed.changes[1]?.data).toMatchObject({ conversationIds: [] });
  });

  it("are remembered over a restart", () => {
    const { follow, messages, time } = stagedFeed();
    const first = follow();
    const { id } = messages.send("on its way", { state: "sending" });
    first.look();
    first.stop();
    markSent(messages.store, id);
    expect(first.said()).toEqual([]);
    const second = follow({ remembered: first.remembered() });
    time.advance(2_000);
    expect(second.said()).toEqual(["on its way"]);
  });
});

describe("rows of our own", () => {
  it("wait until Messages has sent them", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const { id } = messages.send("on its way", { state: "sending" });
    feed.look();
    time.advance(1_500);
    expect(feed.said()).toEqual([]);
    expect(feed.outgoing.at(-1)).toMatchObject({ settled: false, message: { body: "on its way" } });
    markSent(messages.store, id);
    feed.look();
    expect(feed.said()).toEqual(["on its way"]);
    expect(feed.outgoing.at(-1)?.settled).toBe(true);
  });

  it("are told as failed when they did", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    const { id } = messages.send("to nobody", { state: "sending" });
    feed.look();
    messages.sql("UPDATE message SET error = 22 WHERE ROWID = ?", id);
    feed.look();
    time.advance(10_000);
    expect(feed.types()).toEqual(["message.failed"]);
    expect(feed.changes[0]?.data).toMatchObject({ body: "to nobody", status: "failed", errorCode: 22 });
    expect(feed.outgoing.at(-1)).toMatchObject({
      settled: true,
      message: { errorCode: 22, status: "failed" },
    });
  });

  it("are told as failed when they are what macOS 26 leaves of a lost send", () => {
    const { follow, messages, time } = stagedFeed();
    const feed = follow();
    insertLostSend(messages.store, "iMessage");
    time.advance(11_000);
    expect(feed.types()).toEqual(["message.failed"]);
    expect(feed.changes[0]?.data).toMatchObject({ body: null, status: "failed", conversationIds: [] });
    expect(feed.remembered()?.held).toEqual([]);
  });
});
