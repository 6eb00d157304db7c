import { describe, expect, it } from "vitest";
import { MACOS_VERSIONS } from "../simulator/macos.ts";
import {
  addParticipant,
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
import { probeColumns } from "./columns.ts";
import { readMessages } from "./content/testing/reader.ts";
import { isScheduled, isScheduledSql } from "./message-row.ts";
import { bodyOf, toMessage } from "./row-to-domain.ts";

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
      isSatellite: false,
      edits: [],
      isUnsent: false,
      unsentParts: [],
      translations: [],
      replyTo: null,
      target: null,
      effect: null,
      link: null,
      poll: null,
      app: null,
      groupChange: null,
      filter: "none",
      isLate: false,
      outboxId: null,
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
    messages.sql("UPDATE chat SET last_addressed_handle = NULL");
    messages.sql("UPDATE message SET account = NULL");
    expect(message(id).line).toBeNull();
    messages.sql("UPDATE message SET account = 'P:+15550100'");
    expect(message(id).line).toBe("+15550100");
    messages.sql("UPDATE message SET destination_caller_id = 'E:other@example.com'");
    expect(message(id).line).toBe("other@example.com");
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
    messages.sql("UPDATE handle SET uncanonicalized_id = NULL");
    expect(message(id).sender).toBe("262966");
  });

  it("has no suffix either where it is whom a group change concerns", () => {
    const { messages, message } = readMessages();
    const chat = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    const { id } = addParticipant(messages.store, { chat, by: "me", address: "+15550113" });
    messages.sql("UPDATE handle SET id = '262966(smsft)', uncanonicalized_id = NULL WHERE id = '+15550113'");
    expect(message(id).groupChange).toMatchObject({ action: "member_added", handle: "262966" });
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

describe("an empty row of our own in no conversation", () => {
  const SECOND = 1_000_000_000n;
  function leftBehind(more = "is_sent = 0") {
    const read = readMessages();
    const { messages } = read;
    const { id } = messages.receive("before", { at: Date.now() - 60_000 });
    messages.sql(
      "INSERT INTO message (guid, is_from_me, service, date) SELECT 'LOST', 1, 'iMessage', date FROM message",
    );
    messages.sql(`UPDATE message SET ${more} WHERE guid = 'LOST'`);
    return { ...read, lost: id + 1 };
  }

  it("is a send that failed", () => {
    const { message, lost } = leftBehind();
    expect(message(lost)).toMatchObject({ status: "failed", body: null, conversationIds: [], errorCode: 0 });
  });

  it.each([
    ["it was sent", "is_sent = 1"],
    ["it says something", "text = 'hi'"],
    ["its file may come", "cache_has_attachments = 1"],
    ["it is an app's", "balloon_bundle_id = 'com.example'"],
    ["it waits for its date", "schedule_type = 2"],
    ["it is somebody else's", "is_from_me = 0"],
  ])("is none where %s", (_why, more) => {
    const { message, lost } = leftBehind(more);
    expect(message(lost).status).toBe("sent");
  });

  it("is none while Messages may still be writing it, nor once it is joined", () => {
    const { messages, database, row, message, lost } = leftBehind();
    const at = message(lost).at;
    const statusAfter = (ms: number) => toMessage(row(lost), { ...database, now: () => at + ms }).status;
    expect([4_999, 5_000, -1].map(statusAfter)).toEqual(["sent", "failed", "failed"]);
    messages.sql(
      "INSERT INTO chat_message_join (chat_id, message_id, message_date) VALUES (?, ?, ?)",
      messages.chatWith(MAYA).id,
      lost,
      SECOND,
    );
    expect(message(lost).status).toBe("sent");
  });
});

describe("what went over a satellite", () => {
  it.each([
    ["service = 'iMessageLite'", true],
    ["sent_or_received_off_grid = 1", true],
    ["is_pending_satellite_send = 1", true],
    ["sent_or_received_off_grid = 0", false],
  ])("says so: %s", (set, isSatellite) => {
    const { messages, message } = readMessages({ macos: 15 });
    const { id } = messages.receive("from the mountain");
    messages.sql(`UPDATE message SET ${set}`);
    expect(message(id).isSatellite).toBe(isSatellite);
  });
});

describe("what is scheduled", () => {
  it.each(MACOS_VERSIONS)("is the same in SQL as in a row that was read: macOS %i", (macos) => {
    const { messages, row } = readMessages({ macos });
    const { id } = messages.send("x");
    const { database } = messages.store;
    const columns = probeColumns(database, "message");
    const inSql = database
      .prepare<[], number>(`SELECT ${isScheduledSql(columns, "one")} FROM message one`)
      .pluck();
    for (const type of columns.has("schedule_type") ? [null, 0, 1, 2] : [null]) {
      if (type !== null) messages.sql("UPDATE message SET schedule_type = ?", type);
      for (const set of ["is_sent = 0", "is_sent = 1", "is_delivered = 1", "error = 22", "error = NULL"]) {
        messages.sql("UPDATE message SET is_sent = 0, is_delivered = 0, error = 0");
        messages.sql(`UPDATE message SET ${set}`);
        expect(inSql.get(), `${type}, ${set}`).toBe(isScheduled(row(id)) ? 1 : 0);
      }
    }
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
