import { describe, expect, it, onTestFinished } from "vitest";
import { createGroup, receiveMessage, sendMessage } from "../simulator/message-store.ts";
import { MAYA, type SimulatedMessages, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openChatDatabase } from "./connection.ts";
import { bodyOf, toChange, toMessage } from "./row-to-domain.ts";

/** The message with this ROWID, through a reader's own connection. */
function read({ path }: SimulatedMessages, id: number) {
  const database = openChatDatabase(path);
  onTestFinished(() => database.close());
  const row = database.messages.byRowId(id);
  if (row === null) throw new Error(`there is no row ${id}`);
  return { row, message: toMessage(row, database.messages), change: toChange(row, database.messages) };
}

describe.each([13, 15, 26] as const)("a row of macOS %i", (macos) => {
  it("gives text, sender, time and conversation", () => {
    const messages = simulatedMessages(temporaryFolder(), { macos });
    const at = Date.UTC(2026, 2, 23, 23, 49, 54, 123);
    const { id, guid } = messages.receive("Hey 👋🏽", { at });
    expect(read(messages, id).message).toMatchObject({
      rowId: id,
      guid,
      body: "Hey 👋🏽",
      sender: MAYA,
      isFromMe: false,
      at,
      service: "iMessage",
      status: "delivered",
      errorCode: 0,
    });
  });
});

describe("the text of a row", () => {
  it("is the attributed body, whatever the text column says", () => {
    const messages = simulatedMessages(temporaryFolder());
    const { id } = messages.receive("from the body");
    messages.sql("UPDATE message SET text = 'stale' WHERE ROWID = ?", id);
    expect(read(messages, id).message.body).toBe("from the body");
  });

  it("falls back on the text column when the body is damaged", () => {
    const messages = simulatedMessages(temporaryFolder());
    const { id } = messages.receive("x");
    messages.sql("UPDATE message SET text = 'plain', attributedBody = x'0badf00d' WHERE ROWID = ?", id);
    expect(read(messages, id).message.body).toBe("plain");
  });

  it("has no placeholder for its attachments, and none at all when it is nothing else", () => {
    const messages = simulatedMessages(temporaryFolder());
    const files = [{ name: "cat.png", content: new Uint8Array([1]) }];
    const chat = messages.chatWith(MAYA);
    const both = receiveMessage(messages.store, { chat, from: MAYA, text: "my cat", files });
    const alone = receiveMessage(messages.store, { chat, from: MAYA, files });
    expect(read(messages, both.id).message).toMatchObject({
      body: "my cat",
      attachments: [{ name: "cat.png", mimeType: "image/png", sizeBytes: 1 }],
    });
    expect(bodyOf(read(messages, alone.id).row)).toBeNull();
  });
});

describe("a row that is something else", () => {
  it("is no change when a group is renamed", () => {
    const messages = simulatedMessages(temporaryFolder());
    const { id } = messages.receive("x");
    messages.sql("UPDATE message SET item_type = 2 WHERE ROWID = ?", id);
    expect(read(messages, id).change).toBeNull();
  });

  it("is no change when it is a vote", () => {
    const messages = simulatedMessages(temporaryFolder());
    const { id } = messages.receive("x");
    messages.sql("UPDATE message SET associated_message_type = 4000 WHERE ROWID = ?", id);
    expect(read(messages, id).change).toBeNull();
  });

  it("has no sender when Messages does not say who", () => {
    const messages = simulatedMessages(temporaryFolder());
    const { id } = messages.receive("x");
    messages.sql("UPDATE message SET handle_id = 0 WHERE ROWID = ?", id);
    expect(read(messages, id).change?.data.sender).toBeNull();
  });

  it("of our own in a group names the group", () => {
    const messages = simulatedMessages(temporaryFolder());
    const chat = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    const { id } = sendMessage(messages.store, { chat, text: "hi all", state: "sent" });
    expect(read(messages, id).message).toMatchObject({
      conversationIds: [chat.guid],
      isFromMe: true,
      sender: null,
      status: "sent",
    });
  });
});
