import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { MACOS_VERSIONS } from "../simulator/macos.ts";
import { createGroup, react, receiveMessage, renameGroup, sendMessage } from "../simulator/message-store.ts";
import { MAYA, type SimulatedMessages, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openChatDatabase } from "./connection.ts";
import { prepareWrittenFirst } from "./written-first.ts";

const NOAH = "+15550122";

function asked(messages: SimulatedMessages) {
  const reader = openChatDatabase(messages.path);
  onTestFinished(() => reader.close());
  const { writtenFirst } = reader;
  return {
    inChat: (id: number) => writtenFirst.inChats([id]),
    by: (address: string) => writtenFirst.byAddress((known) => known === address),
  };
}

describe.each(MACOS_VERSIONS)("who wrote first, on macOS %i", (macos) => {
  it("is whoever wrote, not whoever was only written to", () => {
    const messages = simulatedMessages(temporaryFolder(), { macos });
    messages.send("anybody there?", { to: MAYA });
    const { inChat, by } = asked(messages);
    const chat = messages.chatWith(MAYA).id;
    expect([inChat(chat), by(MAYA)]).toEqual([false, false]);
    messages.receive("yes", { from: MAYA });
    expect([inChat(chat), by(MAYA), by(NOAH)]).toEqual([true, true, false]);
  });
});

describe("who wrote first", () => {
  it("is nobody for a tapback on what was sent to them", () => {
    const messages = simulatedMessages(temporaryFolder());
    const { guid } = messages.send("anybody there?", { to: MAYA });
    react(messages.store, { target: guid, kind: "love", by: { address: MAYA } });
    const { inChat, by } = asked(messages);
    expect([inChat(messages.chatWith(MAYA).id), by(MAYA)]).toEqual([false, false]);
  });

  it("is anybody in a group, once something was said there, and whoever said it", () => {
    const messages = simulatedMessages(temporaryFolder());
    const group = createGroup(messages.store, { name: "Boats", addresses: [MAYA, NOAH] });
    sendMessage(messages.store, { chat: group, text: "hello all", state: "sent" });
    renameGroup(messages.store, { chat: group, by: { address: MAYA }, name: "Ships" });
    const { inChat, by } = asked(messages);
    expect(inChat(group.id)).toBe(false);
    receiveMessage(messages.store, { chat: group, from: NOAH, text: "hello" });
    expect([inChat(group.id), by(NOAH), by(MAYA)]).toEqual([true, true, false]);
  });

  it("is a short code by its number, with the suffix or without", () => {
    const messages = simulatedMessages(temporaryFolder());
    messages.receive("Your code is 123456", { from: "54321(smsft)" });
    expect(asked(messages).by("54321")).toBe(true);
  });

  it("is found by Apple's own indexes, never by reading the table", () => {
    const messages = simulatedMessages(temporaryFolder());
    messages.receive("hello");
    const statements: string[] = [];
    const database = new Sqlite(messages.path, {
      readonly: true,
      verbose: (sql) => void statements.push(String(sql)),
    });
    onTestFinished(() => void database.close());
    const writtenFirst = prepareWrittenFirst(database);
    expect(writtenFirst.inChats([messages.chatWith(MAYA).id])).toBe(true);
    expect(writtenFirst.byAddress((address) => address === MAYA)).toBe(true);
    const plans = statements
      .filter((sql) => sql.startsWith("SELECT 1"))
      .map((sql) => database.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map((steps) => steps.map(({ detail }) => detail).join(", "));
    expect(plans).toEqual([
      expect.stringMatching(/^SEARCH j USING .*INDEX \w+ \(chat_id=\?\), SEARCH m USING INTEGER PRIMARY KEY/),
      expect.stringMatching(/^SEARCH m USING INDEX \w+ \(handle_id=\?\)$/),
    ]);
  });
});
