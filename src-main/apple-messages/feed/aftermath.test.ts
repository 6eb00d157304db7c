import { describe, expect, it } from "vitest";
import {
  addPollOption,
  arriveFile,
  attachmentsOf,
  createGroup,
  createPoll,
  deleteForGood,
  deleteMessage,
  editMessage,
  failMessage,
  filterConversation,
  findMessage,
  markDelivered,
  markRead,
  markSent,
  react,
  receiveBeforeBody,
  receiveMessage,
  removeReaction,
  renameGroup,
  restoreMessage,
  unsendMessage,
  votePoll,
} from "../../simulator/message-store.ts";
import { HOUR, nowIn, stagedFeed } from "../../testing/following-feed.ts";
import { MAYA } from "../../testing/simulated-messages.ts";

/** Messages at some length, so that the newest rows are not all there is. */
const MANY = 600;

function told() {
  const staged = stagedFeed();
  const feed = staged.follow();
  const tell = (work: () => void): void => {
    work();
    staged.time.advance(10);
    feed.look();
    staged.time.advance(1_100);
  };
  return { ...staged, feed, tell };
}

describe("a send of ours", () => {
  it("is told as sent, then as delivered, then as read, each once", () => {
    const { messages, feed, tell } = told();
    const { id, guid } = messages.send("on its way", { state: "sending" });
    tell(() => markSent(messages.store, id));
    tell(() => markDelivered(messages.store, id));
    tell(() => markRead(messages.store, findMessage(messages.store, guid)));
    tell(() => {});
    expect(feed.types()).toEqual(["message.sent", "message.delivered", "message.read"]);
    expect(feed.changes.map(({ data }) => "status" in data && data.status)).toEqual([
      "sent",
      "delivered",
      "read",
    ]);
  });

  it("that was delivered before anybody looked is told as both", () => {
    const { messages, feed, tell } = told();
    tell(() => markDelivered(messages.store, messages.send("quick").id));
    expect(feed.types()).toEqual(["message.sent", "message.delivered"]);
  });

  it("that fails after it was called sent is told as failed, and its send hears of it", () => {
    const { messages, feed, tell } = told();
    const { id } = messages.send("looked well");
    tell(() => {});
    tell(() => failMessage(messages.store, id, 22));
    expect(feed.types()).toEqual(["message.sent", "message.failed"]);
    expect(feed.outgoing.at(-1)).toMatchObject({ settled: true, message: { errorCode: 22 } });
  });

  it("that was given up for a day and leaves in the end is told as sent", () => {
    const { messages, feed, tell, time } = told();
    const { id } = messages.send("weeks on a ship", { state: "sending" });
    tell(() => {});
    time.advance(25 * HOUR);
    tell(() => markSent(messages.store, id));
    expect(feed.types()).toEqual(["message.sent"]);
  });
});

describe("what others wrote", () => {
  it("is told as read when it is read here", () => {
    const { messages, feed, tell } = told();
    const { guid } = messages.receive("unread");
    tell(() => {});
    tell(() => markRead(messages.store, findMessage(messages.store, guid)));
    expect(feed.types()).toEqual(["message.received", "message.read"]);
  });

  it("is told as edited with each edit, with its history", () => {
    const { messages, feed, tell, time } = told();
    const { guid } = messages.receive("tomorow");
    tell(() => {});
    tell(() => editMessage(messages.store, { guid, text: "tomorrow" }));
    time.advance(5_000);
    tell(() => editMessage(messages.store, { guid, text: "tomorrow!" }));
    expect(feed.types()).toEqual(["message.received", "message.edited", "message.edited"]);
    expect(feed.said()).toEqual(["tomorow", "tomorrow", "tomorrow!"]);
    expect(feed.changes.at(-1)?.data).toMatchObject({
      edits: [{ part: 0, versions: [{ body: "tomorow" }, { body: "tomorrow" }, { body: "tomorrow!" }] }],
    });
  });

  it("is told as unsent when it is taken back, also after an edit", () => {
    const { messages, feed, tell, time } = told();
    const { guid } = messages.receive("oops");
    tell(() => {});
    tell(() => editMessage(messages.store, { guid, text: "oops!" }));
    time.advance(5_000);
    tell(() => unsendMessage(messages.store, { guid }));
    expect(feed.types()).toEqual(["message.received", "message.edited", "message.unsent"]);
    expect(feed.changes.at(-1)?.data).toMatchObject({ isUnsent: true, body: null });
  });

  it("is told as updated when its body comes after it was told without", () => {
    const { messages, feed, tell, time } = told();
    const unfinished = receiveBeforeBody(messages.store, {
      chat: messages.chatWith(MAYA),
      from: MAYA,
      text: "slow",
    });
    feed.look();
    time.advance(2_500);
    expect(feed.said()).toEqual([null]);
    tell(() => unfinished.finish());
    expect(feed.types()).toEqual(["message.received", "message.updated"]);
    expect(feed.said()).toEqual([null, "slow"]);
  });

  it("is told as updated when its file has come", () => {
    const { messages, feed, tell, time } = told();
    const { id } = receiveMessage(messages.store, {
      chat: messages.chatWith(MAYA),
      from: MAYA,
      files: [{ name: "cat.png", content: Buffer.from("png"), late: true }],
    });
    tell(() => time.advance(2_000));
    const [file] = attachmentsOf(messages.store, id);
    tell(() => file && arriveFile(messages.store, file, { content: Buffer.from("png") }));
    expect(feed.types()).toEqual(["message.received", "message.updated"]);
    const states = feed.changes.map(({ data }) => "attachments" in data && data.attachments[0]?.state);
    expect(states).toEqual(["waiting", "ready"]);
  });
});

describe("what is deleted", () => {
  it("is told with its conversation while it can be recovered, and once more when it is gone", () => {
    const { messages, feed, tell } = told();
    const { id, guid } = messages.receive("secret");
    tell(() => {});
    tell(() => deleteMessage(messages.store, { guid }));
    tell(() => deleteForGood(messages.store, { guid }));
    expect(feed.types()).toEqual(["message.received", "message.deleted", "message.deleted"]);
    expect(feed.changes.slice(1).map(({ data }) => data)).toMatchObject([
      { guid, rowId: id, isRecoverable: true, conversationIds: [`any;-;${MAYA}`] },
      { guid, rowId: id, isRecoverable: false },
    ]);
  });

  it("and restored is told as updated, and as deleted again", () => {
    const { messages, feed, tell, time } = told();
    const { guid } = messages.receive("back and forth");
    tell(() => {});
    tell(() => deleteMessage(messages.store, { guid }));
    tell(() => restoreMessage(messages.store, { guid }));
    time.advance(60_000);
    tell(() => deleteMessage(messages.store, { guid }));
    expect(feed.types()).toEqual([
      "message.received",
      "message.deleted",
      "message.updated",
      "message.deleted",
    ]);
  });

  it("is not told of a tapback that was taken back", () => {
    const { messages, feed, tell } = told();
    const { guid } = messages.receive("nice");
    tell(() => react(messages.store, { target: guid, by: { address: MAYA }, kind: "love" }));
    tell(() => removeReaction(messages.store, { target: guid, by: { address: MAYA }, kind: "love" }));
    expect(feed.types()).toEqual(["message.received", "reaction.added", "reaction.removed"]);
  });

  it("was old already: nothing of it is told on the first start", () => {
    const { messages, follow, time } = stagedFeed();
    const { guid } = messages.receive("long gone");
    deleteForGood(messages.store, { guid });
    const feed = follow();
    time.advance(5_000);
    expect(feed.changes).toEqual([]);
  });
});

describe("far back in a long history", () => {
  it("a late read and a late edit are found within minutes, also when they happened while nobody looked", () => {
    const { messages, follow, time } = stagedFeed();
    const early = messages.send("an early one");
    const other = messages.receive("another early one");
    for (let at = 0; at < MANY; at += 1) messages.receive(`row ${at}`);
    const first = follow();
    time.advance(120_000);
    first.stop();
    markRead(messages.store, findMessage(messages.store, early.guid));
    const second = follow({ remembered: first.remembered() });
    time.advance(60_000);
    expect(second.types()).toEqual(["message.read"]);
    editMessage(messages.store, { guid: other.guid, text: "an edited one" });
    time.advance(300_000);
    expect(second.types()).toEqual(["message.read", "message.edited"]);
  });

  it("what was only seen to be there is remembered without a word", () => {
    const { messages, follow, time } = stagedFeed();
    for (let at = 0; at < MANY; at += 1) messages.receive(`row ${at}`);
    const feed = follow();
    time.advance(300_000);
    expect(feed.changes).toEqual([]);
  });
});

describe("conversations", () => {
  it("are told when a group is renamed, once, with who did it", () => {
    const { messages, feed, tell } = told();
    const chat = createGroup(messages.store, { name: "Trip", addresses: [MAYA, "+15550112"] });
    receiveMessage(messages.store, { chat, from: MAYA, text: "hello" });
    tell(() => {});
    tell(() => renameGroup(messages.store, { chat, by: { address: MAYA }, name: "Lisbon" }));
    tell(() => {});
    expect(feed.types()).toEqual(["message.received", "conversation.updated"]);
    expect(feed.changes[1]?.data).toMatchObject({
      conversation: { displayName: "Lisbon", isGroup: true },
      change: { action: "renamed", name: "Lisbon" },
      by: MAYA,
    });
  });

  it("are told when nothing but the chat itself has changed", () => {
    const { messages, feed, tell, time } = told();
    const chat = messages.chatWith(MAYA);
    tell(() => time.advance(2_000));
    tell(() => filterConversation(messages.store, chat, { filter: 2 }));
    tell(() => time.advance(2_000));
    expect(feed.types()).toEqual(["conversation.updated"]);
    expect(feed.changes[0]?.data).toMatchObject({ conversation: { filter: "junk" }, change: null });
  });
});

describe("a poll", () => {
  it("is told as received, and as updated with each vote and option", () => {
    const { messages, feed, tell } = told();
    const by = { address: MAYA };
    const chat = messages.chatWith(MAYA);
    const { guid } = createPoll(messages.store, { chat, by, options: ["Pizza", "Sushi"] });
    tell(() => {});
    tell(() => votePoll(messages.store, { poll: guid, by, options: ["Sushi"] }));
    tell(() => addPollOption(messages.store, { poll: guid, by, text: "Tapas" }));
    expect(feed.types()).toEqual(["message.received", "message.updated", "message.updated"]);
    const poll = feed.changes.at(-1)?.data;
    expect(poll).toMatchObject({
      guid,
      poll: { options: [{ text: "Pizza" }, { text: "Sushi" }, { text: "Tapas" }] },
    });
    expect(poll).toMatchObject({ poll: { votes: [{ handle: MAYA }] } });
  });
});

describe("what comes late", () => {
  it("is told as late when it is hours old, and not at all when it is older than a day", () => {
    const { messages, feed, tell } = told();
    const now = nowIn(messages);
    tell(() => {
      messages.receive("just now");
      messages.receive("two hours ago", { at: now - 2 * HOUR });
      messages.receive("last week", { at: now - 7 * 24 * HOUR });
    });
    expect(feed.said()).toEqual(["just now", "two hours ago"]);
    expect(feed.changes.map(({ data }) => "isLate" in data && data.isLate)).toEqual([false, true]);
  });
});

describe("what a correspondent damaged", () => {
  it("is told with what else Messages keeps of it, and noted once", () => {
    const { messages, feed, tell, time } = told();
    const { id } = messages.receive("fallback", { at: nowIn(messages) });
    messages.sql(
      "UPDATE message SET text = 'fallback', attributedBody = x'040b73747265616d74797065648181' WHERE ROWID = ?",
      id,
    );
    tell(() => time.advance(3_000));
    expect(feed.said()).toEqual(["fallback"]);
    expect(feed.complaints).toEqual([{ rowId: id, parts: ["attributedBody"] }]);
  });

  it("is noted of a handwriting too, whose payload is of another kind", () => {
    const { messages, feed, tell, time } = told();
    const { id } = messages.receive("drawn", { at: nowIn(messages) });
    messages.sql(
      "UPDATE message SET balloon_bundle_id = 'com.apple.Handwriting.HandwritingProvider', payload_data = x'ffff' WHERE ROWID = ?",
      id,
    );
    tell(() => time.advance(3_000));
    expect(feed.types()).toEqual(["message.received"]);
    expect(feed.complaints).toEqual([{ rowId: id, parts: ["payload_data"] }]);
  });
});
