import { describe, expect, it } from "vitest";
import {
  createGroup,
  deleteMessage,
  findMessage,
  markRead,
  react,
  receiveMessage,
  removeReaction,
  renameGroup,
} from "../simulator/message-store.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { readMessages } from "./content/testing/reader.ts";

const AT = Date.UTC(2026, 0, 15, 12);

describe.each([12, 15, 26, 27] as const)("the owner's own tapback, on macOS %i", (macos) => {
  it("is the one that was put on last, and none once it was taken back", () => {
    const { messages, database } = readMessages({ macos });
    const { guid } = messages.receive("x");
    const own = (): string | null => database.actions.ownTapback(guid, 0);
    expect(own()).toBeNull();
    react(messages.store, { target: guid, by: "me", kind: "love", at: AT });
    expect(own()).toBe("love");
    react(messages.store, { target: guid, by: "me", kind: "laugh", at: AT + 1 });
    expect(own()).toBe("laugh");
    removeReaction(messages.store, { target: guid, by: "me", kind: "laugh", at: AT + 2 });
    expect(own()).toBeNull();
    react(messages.store, { target: guid, by: "me", kind: "laugh", at: AT + 3 });
    expect(own()).toBe("laugh");
  });

  it("is neither somebody else's, nor that on another part or message", () => {
    const { messages, database } = readMessages({ macos });
    const [{ guid }, other] = [messages.receive("x"), messages.receive("y")];
    react(messages.store, { target: guid, by: { address: MAYA }, kind: "love" });
    react(messages.store, { target: guid, by: "me", kind: "like", part: 1 });
    react(messages.store, { target: other.guid, by: "me", kind: "question" });
    expect(database.actions.ownTapback(guid, 0)).toBeNull();
    expect(database.actions.ownTapback(guid, 1)).toBe("like");
  });
});

describe("the owner's own tapback", () => {
  it("on an app's balloon counts for its parts", () => {
    const { messages, database } = readMessages();
    const { guid } = messages.receive("x");
    react(messages.store, { target: guid, by: "me", kind: "dislike", onBalloon: true });
    expect(database.actions.ownTapback(guid, 0)).toBe("dislike");
  });

  it("is gone although its row was left, and with it what stood before", () => {
    const { messages, database } = readMessages();
    const { guid } = messages.receive("x");
    const kept = [
      react(messages.store, { target: guid, by: "me", kind: "love", at: AT }),
      react(messages.store, { target: guid, by: "me", kind: "like", at: AT + 1 }),
      removeReaction(messages.store, { target: guid, by: "me", kind: "like", at: AT + 2 }),
    ];
    // Messages has removed the first two rows by now; here they are again.
    for (const [index, type] of [2000, 2001].entries()) {
      messages.sql(
        `INSERT INTO message (guid, date, is_from_me, associated_message_guid, associated_message_type)
         SELECT ?, date - ?, 1, associated_message_guid, ? FROM message WHERE ROWID = ?`,
        `LEFT-${index}`,
        (2 - index) * 1_000_000,
        type,
        kept[2]?.id,
      );
    }
    expect(database.actions.ownTapback(guid, 0)).toBeNull();
  });
});

describe("what is unread", () => {
  it("is what came in and was not read, the newest first", () => {
    const { messages, database } = readMessages();
    const chat = messages.chatWith(MAYA);
    const newest = (): number | null => database.actions.newestUnread([chat.id]);
    expect(newest()).toBeNull();
    const later = messages.receive("later", { at: AT + 60_000 });
    const earlier = messages.receive("came late", { at: AT });
    messages.send("mine");
    expect(newest()).toBe(later.id);
    markRead(messages.store, findMessage(messages.store, later.guid));
    expect(newest()).toBe(earlier.id);
    expect([later, earlier].map(({ id }) => database.actions.isUnread(id))).toEqual([false, true]);
    markRead(messages.store, findMessage(messages.store, earlier.guid));
    expect(newest()).toBeNull();
  });

  it("is nothing in another chat, nothing deleted, no tapback and no change of a group", () => {
    const { messages, database } = readMessages();
    const { store } = messages;
    const group = createGroup(store, { name: "Pizza", addresses: [MAYA, "+15550112"] });
    const { guid } = receiveMessage(store, { chat: group, from: MAYA, text: "x" });
    messages.receive("elsewhere");
    const tapback = react(store, { target: guid, by: { address: MAYA }, kind: "love" });
    messages.sql("UPDATE message SET is_read = 0 WHERE ROWID = ?", tapback.id);
    renameGroup(store, { chat: group, by: { address: MAYA }, name: "Pasta" });
    messages.sql("UPDATE message SET is_read = 0 WHERE item_type <> 0");
    expect(database.actions.newestUnread([group.id])).toBe(findMessage(store, guid).id);
    deleteMessage(store, { guid });
    expect(database.actions.newestUnread([group.id])).toBeNull();
  });
});
