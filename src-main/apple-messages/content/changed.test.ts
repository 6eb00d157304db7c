import { describe, expect, it } from "vitest";
import { editMessage, receiveMessage, sendMessage, unsendMessage } from "../../simulator/message-store.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { effectName } from "./effect.ts";
import { readMessages } from "./testing/reader.ts";

const files = [{ name: "cat.png", content: new Uint8Array([1]) }];

describe("an edited message", () => {
  it("has every version, the last one as its text", () => {
    const { messages, message } = readMessages();
    const at = Date.UTC(2026, 2, 1, 12);
    const { id, guid } = messages.receive("teh", { at });
    editMessage(messages.store, { guid, text: "the", at: at + 60_000 });
    editMessage(messages.store, { guid, text: "the end", at: at + 90_000 });
    expect(message(id)).toMatchObject({
      body: "the end",
      editedAt: at + 90_000,
      isUnsent: false,
      edits: [
        {
          part: 0,
          versions: [
            { at, body: "teh" },
            { at: at + 60_000, body: "the" },
            { at: at + 90_000, body: "the end" },
          ],
        },
      ],
    });
  });

  it("is told of the part that changed", () => {
    const { messages, message } = readMessages();
    const chat = messages.chatWith(MAYA);
    const { id, guid } = receiveMessage(messages.store, { chat, from: MAYA, text: "my cat", files });
    editMessage(messages.store, { guid, text: "her cat" });
    expect(message(id)).toMatchObject({
      body: "her cat",
      edits: [{ part: 1 }],
      attachments: [{ name: "cat.png" }],
    });
  });
});

describe("an edited message whose text Messages has not written again", () => {
  it("says what its last version does", () => {
    const { messages, message } = readMessages();
    const { id, guid } = messages.receive("teh");
    editMessage(messages.store, { guid, text: "the" });
    messages.sql("UPDATE message SET text = NULL, attributedBody = NULL");
    expect(message(id)).toMatchObject({ body: "the", parts: [{ index: 0, text: "the", attachment: null }] });
  });

  it("says nothing once it was unsent", () => {
    const { messages, message } = readMessages();
    const { id, guid } = messages.receive("teh");
    editMessage(messages.store, { guid, text: "the" });
    unsendMessage(messages.store, { guid });
    expect(message(id)).toMatchObject({ body: null, parts: [], isUnsent: true });
  });
});

describe("an unsent message", () => {
  it("is nothing but that", () => {
    const { messages, message, change } = readMessages();
    const { id, guid } = messages.receive("oops");
    unsendMessage(messages.store, { guid });
    expect(message(id)).toMatchObject({
      kind: "message",
      body: null,
      parts: [],
      isUnsent: true,
      unsentParts: [0],
      edits: [],
    });
    expect(change(id)).toMatchObject({ data: { isUnsent: true } });
  });

  it("is one also when its summary is damaged", () => {
    const { messages, message } = readMessages();
    const { id, guid } = messages.receive("oops");
    unsendMessage(messages.store, { guid });
    for (const summary of [null, Buffer.from("bplist00 damaged")]) {
      messages.sql("UPDATE message SET message_summary_info = ?", summary);
      expect(message(id)).toMatchObject({ isUnsent: true, unsentParts: [] });
    }
  });

  it("is still there when only a part of it was", () => {
    const { messages, message } = readMessages();
    const chat = messages.chatWith(MAYA);
    const { id, guid } = receiveMessage(messages.store, { chat, from: MAYA, text: "my cat", files });
    unsendMessage(messages.store, { guid, part: 1 });
    expect(message(id)).toMatchObject({ body: null, isUnsent: false, unsentParts: [1] });
    unsendMessage(messages.store, { guid, part: 0 });
    expect(message(id)).toMatchObject({ isUnsent: true, unsentParts: [0, 1] });
  });
});

describe("a reply", () => {
  it("names the message and the part that it answers", () => {
    const { messages, message } = readMessages();
    const chat = messages.chatWith(MAYA);
    const { guid } = receiveMessage(messages.store, { chat, from: MAYA, text: "my cat", files });
    const reply = sendMessage(messages.store, {
      chat,
      text: "aww",
      replyTo: guid,
      replyToPart: 1,
      state: "sent",
    });
    expect(message(reply.id).replyTo).toEqual({ guid, part: 1 });
    messages.sql(
      "UPDATE message SET thread_originator_part = '18446744073709551615:0:0' WHERE ROWID = ?",
      reply.id,
    );
    expect(message(reply.id).replyTo).toEqual({ guid, part: null });
  });

  it("is no message that merely follows another", () => {
    const { messages, message, database } = readMessages();
    messages.receive("one");
    const { id, guid } = messages.receive("two");
    const pointsAt = messages.store.database
      .prepare<[string], string>("SELECT reply_to_guid FROM message WHERE guid = ?")
      .pluck()
      .get(guid);
    expect(pointsAt).toEqual(expect.any(String));
    expect(database.rowIdOf(pointsAt ?? "")).not.toBeNull();
    expect(message(id).replyTo).toBeNull();
  });
});

it.each([
  ["com.apple.MobileSMS.expressivesend.impact", "slam"],
  ["com.apple.MobileSMS.expressivesend.loud", "loud"],
  ["com.apple.MobileSMS.expressivesend.gentle", "gentle"],
  ["com.apple.MobileSMS.expressivesend.invisibleink", "invisible_ink"],
  ["com.apple.messages.effect.CKEchoEffect", "echo"],
  ["com.apple.messages.effect.CKHappyBirthdayEffect", "balloons"],
  ["com.apple.messages.effect.CKShootingStarEffect", "shooting_star"],
  ["com.apple.messages.effect.CKNewEffect", "com.apple.messages.effect.CKNewEffect"],
  ["com.apple.MobileSMS.expressivesend.constructor", "com.apple.MobileSMS.expressivesend.constructor"],
])("calls the effect %s %s", (style, name) => {
  const { messages, message } = readMessages();
  const { id } = receiveMessage(messages.store, {
    chat: messages.chatWith(MAYA),
    from: MAYA,
    text: "!",
    effect: style,
  });
  expect(message(id).effect).toBe(name);
  expect(effectName(style)).toBe(name);
});
