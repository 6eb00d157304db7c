import { describe, expect, it } from "vitest";
import {
  createGroup,
  deleteMessage,
  failMessage,
  react,
  receiveMessage,
  renameGroup,
  scheduleMessage,
  sendMessage,
  unsendMessage,
} from "../simulator/message-store.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { love, obliging, refusal, stagedActions } from "./testing/staged-actions.ts";

const MINUTE = 60_000;
const CAT = { name: "cat.png", content: Buffer.from("cat") };

describe("a tapback", () => {
  it("is confirmed by its row, whether the message is named by ROWID or by guid", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const [{ id, guid }, other] = [messages.receive("dinner?"), messages.receive("at eight")];
    expect(await during(actions.react(love(String(id))))).toEqual({
      outcome: "confirmed",
      sentence: "the tapback is on the message",
    });
    expect(await during(actions.react(love(other.guid)))).toMatchObject({ outcome: "confirmed" });
    expect(asked).toEqual([
      { do: "react", on: { guid, text: "dinner?" }, tapback: "love", remove: false },
      { do: "react", on: { guid: other.guid, text: "at eight" }, tapback: "love", remove: false },
    ]);
  });

  it("that is there already is not pressed again, and one that is not there is not taken back", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const { guid } = messages.receive("dinner?");
    expect(await during(actions.react(love(guid, true)))).toMatchObject({ outcome: "already so" });
    react(messages.store, { target: guid, by: { address: MAYA }, kind: "love" });
    expect(await during(actions.react(love(guid, true)))).toMatchObject({ outcome: "already so" });
    react(messages.store, { target: guid, by: "me", kind: "love" });
    expect(await during(actions.react(love(guid)))).toMatchObject({ outcome: "already so" });
    expect(asked).toEqual([]);
    expect(await during(actions.react(love(guid, true)))).toMatchObject({ outcome: "confirmed" });
    expect(await during(actions.react(love(guid, true)))).toMatchObject({ outcome: "already so" });
    expect(asked).toHaveLength(1);
  });

  it("takes the place of another one", async () => {
    const { actions, messages, during } = stagedActions();
    const { guid } = messages.receive("dinner?");
    react(messages.store, { target: guid, by: "me", kind: "like" });
    expect(await during(actions.react(love(guid)))).toMatchObject({ outcome: "confirmed" });
    expect(await during(actions.react({ ...love(guid, true), tapback: "like" }))).toMatchObject({
      outcome: "already so",
    });
  });

  it("points at the text of a message with a picture, and at nothing in a picture alone", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const chat = messages.chatWith(MAYA);
    const files = [CAT];
    const captioned = receiveMessage(messages.store, { chat, from: MAYA, text: "look", files });
    const bare = receiveMessage(messages.store, { chat, from: MAYA, files });
    expect(await during(actions.react(love(captioned.guid)))).toMatchObject({ outcome: "confirmed" });
    expect(await during(actions.react(love(bare.guid)))).toMatchObject({ outcome: "confirmed" });
    expect(asked.map((action) => "on" in action && action.on.text)).toEqual(["look", ""]);
  });

  it("on a picture is another one than that on the text beside it", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const chat = messages.chatWith(MAYA);
    const { guid } = receiveMessage(messages.store, { chat, from: MAYA, text: "look", files: [CAT] });
    react(messages.store, { target: guid, by: "me", kind: "love", part: 0 });
    expect(await refusal(actions.react(love(guid, true)))).toMatchObject({ code: "conflict" });
    expect(asked).toEqual([]);
    expect(await during(actions.react(love(guid)))).toMatchObject({ outcome: "confirmed" });
    expect(await during(actions.react(love(guid)))).toMatchObject({ outcome: "already so" });
    expect(await during(actions.react(love(guid, true)))).toMatchObject({ outcome: "confirmed" });
  });

  it("goes on nothing that is no bubble", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const { store } = messages;
    const group = createGroup(store, { name: "Pizza", addresses: [MAYA] });
    const renamed = renameGroup(store, { chat: group, by: { address: MAYA }, name: "Pasta" });
    const tapback = react(store, { target: messages.receive("x").guid, by: { address: MAYA }, kind: "love" });
    const [deleted, unsent, failed] = [messages.receive("d"), messages.send("u"), messages.send("f")];
    deleteMessage(store, deleted);
    unsendMessage(store, unsent);
    failMessage(store, failed.id, 22);
    const later = scheduleMessage(store, { chat: group, text: "later", at: Date.UTC(2026, 1, 1) });
    for (const { guid } of [renamed, tapback, deleted, unsent, failed, later]) {
      expect(await refusal(during(actions.react(love(guid))))).toMatchObject({ code: "conflict" });
    }
    expect(await refusal(actions.react(love("no-such-guid")))).toMatchObject({ code: "not_found" });
    expect(asked).toEqual([]);
  });
});

describe("an edit", () => {
  it("is confirmed once the message says the new text, up to fifteen minutes and five times", async () => {
    const { actions, messages, during, time } = stagedActions();
    const { guid } = messages.send("helo");
    for (const text of ["hello", "Hello 👋🏽", "שלום\n“quoted” \\ $(x)", "a".repeat(100_000), "five"]) {
      expect(await during(actions.edit({ message: guid, text }))).toMatchObject({ outcome: "confirmed" });
      time.advance(1_000);
    }
    const again = await refusal(actions.edit({ message: guid, text: "six" }));
    expect(again).toEqual({ code: "conflict", message: "Messages lets a message be edited five times only" });
    const late = messages.send("helo");
    time.advance(15 * MINUTE + 1);
    expect(await refusal(actions.edit({ message: late.guid, text: "hello" }))).toMatchObject({
      code: "conflict",
      message: "Messages lets a message be edited for 15 minutes only",
    });
  });

  it("to what the message says already is none", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const { guid } = messages.send("hello");
    expect(await during(actions.edit({ message: guid, text: "hello" }))).toMatchObject({
      outcome: "already so",
    });
    expect(asked).toEqual([]);
  });

  it("that came out as something else is not confirmed", async () => {
    const { actions, messages, during, play } = stagedActions();
    const { guid } = messages.send("helo");
    play((action, store) =>
      obliging("on" in action ? { ...action, do: "edit", text: "jello" } : action, store),
    );
    expect(await during(actions.edit({ message: guid, text: "hello" }))).toMatchObject({
      outcome: "not confirmed",
    });
  });

  it.each([
    ["nothing", "", "invalid_request"],
    ["nothing to read", " \n\uFFFC", "invalid_request"],
    ["a NUL", "a\0b", "invalid_request"],
    ["half a surrogate pair", "half \uD83D", "invalid_request"],
    ["over 100,000 bytes", "é".repeat(50_001), "payload_too_large"],
  ])("to %s is refused", async (_, text, code) => {
    const { actions, messages } = stagedActions();
    const { guid } = messages.send("hello");
    expect(await refusal(actions.edit({ message: guid, text }))).toMatchObject({ code });
  });
});

describe("an unsend", () => {
  it("is confirmed once nothing is left of the message; a second one has nothing to do", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const { guid } = messages.send("oops");
    expect(await during(actions.unsend(guid))).toEqual({
      outcome: "confirmed",
      sentence: "the message is unsent",
    });
    expect(await during(actions.unsend(guid))).toMatchObject({ outcome: "already so" });
    expect(asked).toEqual([{ do: "unsend", on: { guid, text: "oops" } }]);
    expect(await refusal(actions.edit({ message: guid, text: "x" }))).toMatchObject({ code: "conflict" });
  });

  it("comes too late after two minutes", async () => {
    const { actions, messages, during, time } = stagedActions();
    const [first, second] = [messages.send("oops"), messages.send("oops again")];
    time.advance(2 * MINUTE);
    expect(await during(actions.unsend(first.guid))).toMatchObject({ outcome: "confirmed" });
    time.advance(1);
    expect(await refusal(actions.unsend(second.guid))).toEqual({
      code: "conflict",
      message: "Messages lets a message be unsent for 2 minutes only",
    });
  });

  it("would take back only one part of a message with a picture", async () => {
    const { actions, messages } = stagedActions();
    const { guid } = sendMessage(messages.store, {
      chat: messages.chatWith(MAYA),
      text: "look",
      files: [CAT],
      state: "sent",
    });
    expect(await refusal(actions.unsend(guid))).toEqual({
      code: "conflict",
      message: "it has several parts, which Messages unsends one by one: do it there",
    });
  });
});

describe("an edit and an unsend", () => {
  it("are for texts of one's own by iMessage", async () => {
    const { actions, messages, asked } = stagedActions();
    const chat = messages.chatWith(MAYA);
    const { store } = messages;
    const files = [CAT];
    const not = [
      messages.receive("theirs"),
      sendMessage(store, { chat, text: "by SMS", service: "SMS", state: "sent" }),
      sendMessage(store, { chat, text: "by RCS", service: "RCS", state: "sent" }),
      sendMessage(store, { chat, files, state: "sent" }),
      messages.send("deleted"),
      messages.send("failed"),
    ];
    deleteMessage(store, { guid: not[4]?.guid ?? "" });
    failMessage(store, not[5]?.id ?? 0, 22);
    for (const { guid } of not) {
      expect(await refusal(actions.edit({ message: guid, text: "x" }))).toMatchObject({ code: "conflict" });
      expect(await refusal(actions.unsend(guid))).toMatchObject({ code: "conflict" });
    }
    expect(asked).toEqual([]);
  });

  it("find the one text of a message with a picture", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const { guid } = sendMessage(messages.store, {
      chat: messages.chatWith(MAYA),
      text: "lok",
      files: [CAT],
      state: "sent",
    });
    expect(await during(actions.edit({ message: guid, text: "look" }))).toMatchObject({
      outcome: "confirmed",
    });
    expect(asked).toEqual([{ do: "edit", on: { guid, text: "lok" }, text: "look" }]);
  });
});
