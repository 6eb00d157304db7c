import { describe, expect, it } from "vitest";
import {
  createGroup,
  deleteMessage,
  findMessage,
  markRead,
  react,
  receiveMessage,
  removeReaction,
  restoreMessage,
  scheduleMessage,
  sendMessage,
  sendScheduled,
} from "../simulator/message-store.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { readMessages } from "./content/testing/reader.ts";
import { bodyOf } from "./row-to-domain.ts";

describe.each([12, 13, 15, 26, 27] as const)("a row of macOS %i", (macos) => {
  it("gives text, sender, time, line and conversation", () => {
    const { messages, message } = readMessages({ macos });
    const at = Date.UTC(2026, 2, 23, 23, 49, 54, 123);
    const { id, guid } = messages.receive("Hey 👋🏽", { at });
    expect(message(id)).toEqual({
      rowId: id,
      guid,
      kind: "message",
      conversationIds: [messages.chatWith(MAYA).guid],
      sender: MAYA,
      isFromMe: false,
      line: "+15550100",
      body: "Hey 👋🏽",
      subject: null,
      parts: [{ index: 0, text: "Hey 👋🏽", attachment: null }],
      mentions: [],
      links: [],
      styles: [],
      detections: [],
      oneTimeCode: null,
      attachments: [],
      transcription: null,
      at,
      deliveredAt: null,
      readAt: null,
      playedAt: null,
      editedAt: null,
      deletedAt: null,
      scheduledFor: null,
      service: "iMessage",
      status: "delivered",
      errorCode: 0,
      wasDowngraded: false,
      edits: [],
      isUnsent: false,
      unsentParts: [],
      replyTo: null,
      target: null,
      effect: null,
      link: null,
      poll: null,
      app: null,
      groupChange: null,
      filter: "none",
      isLate: false,
    });
  });
});

describe("the text of a row", () => {
  it("is the attributed body, whatever the text column says", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("from the body");
    messages.sql("UPDATE message SET text = 'stale' WHERE ROWID = ?", id);
    expect(message(id).body).toBe("from the body");
  });

  it("falls back on the text column when the body is damaged", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("x");
    messages.sql("UPDATE message SET text = 'plain', attributedBody = x'0badf00d' WHERE ROWID = ?", id);
    expect(message(id)).toMatchObject({
      body: "plain",
      parts: [{ index: 0, text: "plain", attachment: null }],
    });
  });

  it("is null when there is none, and when a column holds something else", () => {
    const { messages, message, row } = readMessages();
    const { id } = messages.receive("x");
    messages.sql("UPDATE message SET text = x'00ff', attributedBody = 'text' WHERE ROWID = ?", id);
    expect(message(id)).toMatchObject({ body: null, parts: [] });
    expect(bodyOf(row(id))).toBeNull();
  });
});

describe("what a row is joined to", () => {
  it("is a group, for one of our own", () => {
    const { messages, message } = readMessages();
    const chat = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    const { id } = sendMessage(messages.store, { chat, text: "hi all", state: "sent" });
    expect(message(id)).toMatchObject({
      conversationIds: [chat.guid],
      isFromMe: true,
      sender: null,
      status: "sent",
    });
  });

  it("is nothing yet, for a row that comes before its join", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("x");
    messages.sql("INSERT INTO message (guid, text, date) VALUES ('LONE', 'alone', 0)");
    expect(message(id + 1)).toMatchObject({ conversationIds: [], filter: "none", line: null, at: 0 });
  });

  it("is still its conversation when it was moved to Recently Deleted", () => {
    const { messages, message } = readMessages();
    const { id, guid } = messages.receive("oops");
    const at = Date.UTC(2026, 0, 5);
    deleteMessage(messages.store, { guid, at });
    expect(message(id)).toMatchObject({ deletedAt: at, conversationIds: [`any;-;${MAYA}`] });
    restoreMessage(messages.store, { guid });
    expect(message(id)).toMatchObject({ deletedAt: null, conversationIds: [`any;-;${MAYA}`] });
  });

  it("tells the line, without its account's prefix, when the row does not", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("x");
    messages.sql("UPDATE message SET destination_caller_id = NULL");
    messages.sql("UPDATE chat SET last_addressed_handle = 'E:owner@example.com'");
    expect(message(id).line).toBe("owner@example.com");
  });

  it("tells whom Messages takes the sender for", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("x");
    messages.sql("UPDATE chat SET is_filtered = 1");
    expect(message(id).filter).toBe("unknown_sender");
  });
});

describe("the sender", () => {
  it("is null when Messages does not say who", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("x");
    messages.sql("UPDATE message SET handle_id = 0 WHERE ROWID = ?", id);
    expect(message(id)).toMatchObject({ sender: null, isFromMe: false });
  });

  it("is a short code as it was before Messages put a suffix to it", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("x");
    messages.sql("UPDATE handle SET id = '262966(smsft)', uncanonicalized_id = '262966'");
    expect(message(id).sender).toBe("262966");
  });
});

describe("the times of a row", () => {
  it("are those of reading and of sending later", () => {
    const { messages, message } = readMessages();
    const { id, guid } = messages.send("hi");
    const at = Date.UTC(2026, 4, 5, 6, 7, 8, 9);
    markRead(messages.store, findMessage(messages.store, guid), at);
    expect(message(id)).toMatchObject({ readAt: at, status: "read" });
    const later = Date.now() + 3_600_000;
    const chat = messages.chatWith(MAYA);
    const scheduled = scheduleMessage(messages.store, { chat, text: "later", at: later });
    expect(message(scheduled.id).scheduledFor).toBe(later);
    sendScheduled(messages.store, { guid: scheduled.guid });
    expect(message(scheduled.id).scheduledFor).toBeNull();
  });
});

describe("a tapback", () => {
  it("is a change of its own, and so is its removal", () => {
    const { messages, change, message } = readMessages();
    const { guid, id } = messages.receive("look");
    const by = { address: MAYA };
    const added = react(messages.store, { target: guid, by, kind: "🦦" });
    expect(change(added.id)).toEqual({
      type: "reaction.added",
      data: {
        rowId: added.id,
        guid: added.guid,
        targetGuid: guid,
        targetRowId: id,
        targetPart: 0,
        conversationIds: [`any;-;${MAYA}`],
        sender: MAYA,
        isFromMe: false,
        kind: "emoji",
        emoji: "🦦",
        removed: false,
        at: expect.any(Number),
      },
    });
    expect(message(added.id)).toMatchObject({ kind: "reaction", target: { guid, part: 0 } });
    const removed = removeReaction(messages.store, { target: guid, by, kind: "🦦" });
    expect(change(removed.id)).toMatchObject({ type: "reaction.removed", data: { removed: true } });
  });

  it("on a message that is gone has no ROWID to name", () => {
    const { messages, change } = readMessages();
    const { guid, id } = messages.receive("look");
    const added = react(messages.store, { target: guid, by: "me", kind: "love" });
    messages.sql("UPDATE message SET guid = 'OTHER' WHERE ROWID = ?", id);
    expect(change(added.id)).toMatchObject({ data: { targetGuid: guid, targetRowId: null, sender: null } });
  });

  it("of a kind that is not known yet is no change", () => {
    const { messages, change, message } = readMessages();
    const { guid, id } = messages.receive("look");
    const added = react(messages.store, { target: guid, by: "me", kind: "love" });
    messages.sql("UPDATE message SET associated_message_type = 2042 WHERE ROWID = ?", added.id);
    expect(change(added.id)).toBeNull();
    expect(message(added.id)).toMatchObject({ kind: "other", target: { guid, part: 0 } });
    expect(change(id)).toMatchObject({ type: "message.received" });
  });
});

describe("a row of a kind that is not known yet", () => {
  it("is told when it says something, and not when it is empty", () => {
    const { messages, change } = readMessages();
    const { id } = receiveMessage(messages.store, { chat: messages.chatWith(MAYA), from: MAYA, text: "?" });
    messages.sql("UPDATE message SET item_type = 99 WHERE ROWID = ?", id);
    expect(change(id)).toMatchObject({ type: "message.received", data: { kind: "other", body: "?" } });
    messages.sql("UPDATE message SET text = NULL, attributedBody = NULL WHERE ROWID = ?", id);
    expect(change(id)).toBeNull();
  });
});
