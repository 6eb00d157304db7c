import { describe, expect, it, onTestFinished } from "vitest";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { realPorts } from "../ports/real.ts";
import { createGroup, ensureDirect, react, receiveMessage, renameGroup } from "../simulator/message-store.ts";
import { MAYA, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openConversations } from "./conversations.ts";
import { openLines } from "./lines.ts";

const T0 = 1_700_000_000_000;
const NOAH = "+15550112";

function staged() {
  const simulated = simulatedMessages(temporaryFolder(), { macos: 15 });
  const chatDb = keepChatDb(simulated.path, realPorts().clock);
  onTestFinished(() => chatDb.close());
  return { ...simulated, conversations: openConversations(chatDb), lines: openLines(chatDb) };
}

describe("conversations", () => {
  it("come with everything that is known of them, the most recent first", () => {
    const { store, receive, conversations } = staged();
    receive("hi", { at: T0 });
    const group = createGroup(store, { name: "Trip", addresses: [MAYA, NOAH] });
    receiveMessage(store, { chat: group, from: NOAH, text: "who drives?", at: T0 + 1_000 });
    const [first, second] = conversations.list({ limit: 10, offset: 0 });
    expect(first).toEqual({
      id: group.guid,
      spellings: [group.guid],
      participants: [MAYA, NOAH],
      displayName: "Trip",
      isGroup: true,
      services: ["iMessage"],
      line: "+15550100",
      isArchived: false,
      filter: "none",
      latestMessage: expect.objectContaining({ body: "who drives?", sender: NOAH }),
    });
    expect(second).toMatchObject({ id: `iMessage;-;${MAYA}`, displayName: null, isGroup: false });
    expect(conversations.list({ limit: 1, offset: 1 })).toEqual([second]);
    expect(conversations.list({ limit: 1, offset: 2 })).toEqual([]);
  });

  it("show the last thing that a person wrote in any of their chats", () => {
    const { store, receive, conversations } = staged();
    const sms = ensureDirect(store, MAYA, "SMS");
    receive("by iMessage", { at: T0 });
    const { guid } = receiveMessage(store, { chat: sms, from: MAYA, text: "by SMS", at: T0 + 1_000 });
    react(store, { target: guid, by: "me", kind: "like" });
    expect(conversations.get(`iMessage;-;${MAYA}`).latestMessage?.body).toBe("by SMS");
    expect(conversations.list({ limit: 10, offset: 0 })).toHaveLength(1);
  });

  it("show nothing as the last message that is still to be sent", () => {
    const { sql, receive, send, conversations } = staged();
    receive("said", { at: T0 });
    const { id } = send("to be said");
    sql("UPDATE message SET schedule_type = 2, is_sent = 0, is_delivered = 0 WHERE ROWID = ?", id);
    expect(conversations.get(`any;-;${MAYA}`).latestMessage?.body).toBe("said");
  });

  it("have no last message when nobody wrote anything", () => {
    const { store, conversations } = staged();
    const group = createGroup(store, { name: "Trip", addresses: [MAYA, NOAH] });
    renameGroup(store, { chat: group, by: "me", name: "Sea" });
    expect(conversations.get(group.guid)).toMatchObject({ displayName: "Sea", latestMessage: null });
  });

  it("are sent to where something happened last", () => {
    const { store, receive, conversations } = staged();
    const sms = ensureDirect(store, MAYA, "SMS");
    receive("by iMessage", { at: T0 });
    expect(conversations.find(`SMS;-;${MAYA}`)).toBe(`iMessage;-;${MAYA}`);
    receiveMessage(store, { chat: sms, from: MAYA, text: "by SMS", at: T0 + 1_000 });
    expect(conversations.find(`iMessage;-;${MAYA}`)).toBe(`SMS;-;${MAYA}`);
    expect(conversations.find("any;-;+15559999")).toBeNull();
    expect(() => conversations.get("any;-;+15559999")).toThrow(
      expect.objectContaining({ code: "not_found" }),
    );
  });
});

describe("the lines of this Mac", () => {
  it("are those of its messages and its chats, the last used first", () => {
    const { store, sql, receive, lines } = staged();
    const chat = ensureDirect(store, MAYA);
    receive("to the number", { at: T0 });
    receiveMessage(store, {
      chat,
      from: MAYA,
      text: "to the address",
      at: T0 + 5_000,
      line: "owner@example.com",
    });
    const sms = ensureDirect(store, NOAH, "SMS");
    sql(
      "UPDATE chat SET last_addressed_handle = NULL, account_login = 'P:+15550199' WHERE ROWID = ?",
      sms.id,
    );
    expect(lines.list()).toEqual([
      { handle: "owner@example.com", kind: "email", services: ["iMessage"], lastUsedAt: T0 + 5_000 },
      { handle: "+15550100", kind: "phone", services: ["iMessage"], lastUsedAt: T0 },
      { handle: "+15550199", kind: "phone", services: ["SMS"], lastUsedAt: null },
    ]);
  });

  it("name each service once, however Messages writes it", () => {
    const { sql, receive, lines } = staged();
    receive("one");
    receive("two");
    sql("UPDATE message SET service = CASE ROWID WHEN 1 THEN 'rcs' ELSE 'RCS' END");
    sql("UPDATE chat SET service_name = 'rcs'");
    expect(lines.list()[0]?.services).toEqual(["RCS"]);
  });

  it("are none where Messages says nothing that is one", () => {
    const { sql, receive, lines } = staged();
    expect(lines.list()).toEqual([]);
    receive("hi");
    sql("UPDATE message SET destination_caller_id = ''");
    sql("UPDATE chat SET last_addressed_handle = '', account_login = 'E:'");
    expect(lines.list()).toEqual([]);
    sql("UPDATE chat SET account_login = 'Local Account'");
    expect(lines.list()).toEqual([]);
  });
});
