import { describe, expect, it } from "vitest";
import { Message } from "../../src-shared/domain/message.ts";
import {
  addPollOption,
  createPoll,
  deleteMessage,
  react,
  receiveMessage,
  votePoll,
} from "../simulator/message-store.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { readMessages } from "./content/testing/reader.ts";

const by = { address: MAYA };

describe("where a message is", () => {
  it.each([13, 15, 26, 27] as const)(
    "is its chat, or where it was before it was deleted: macOS %i",
    (macos) => {
      const { messages, database } = readMessages({ macos });
      const { id, guid } = messages.receive("x");
      const chat = messages.chatWith(MAYA).id;
      expect(database.content.place(id)).toEqual({ chats: [chat], deletedAt: null });
      deleteMessage(messages.store, { guid, at: 1_000_000_000_000 });
      expect(database.content.place(id)).toEqual({ chats: [chat], deletedAt: 1_000_000_000_000 });
      expect(database.content.chatRowIds(id)).toEqual([chat]);
      expect(database.content.place(99)).toEqual({ chats: [], deletedAt: null });
    },
  );

  it("is every chat that it is in", () => {
    const { messages, database, message } = readMessages();
    const { id } = messages.receive("x");
    const other = messages.chatWith("+15550112");
    messages.sql("INSERT INTO chat_message_join (chat_id, message_id) VALUES (?, ?)", other.id, id);
    expect(database.content.chatRowIds(id)).toEqual([messages.chatWith(MAYA).id, other.id]);
    expect(message(id).conversationIds).toEqual([`any;-;${MAYA}`, "any;-;+15550112"]);
  });
});

describe("what is about a poll", () => {
  it("is its votes and updates, however they name it, the newest first, and nothing else", () => {
    const { messages, database } = readMessages();
    const chat = messages.chatWith(MAYA);
    const poll = createPoll(messages.store, { chat, by, options: ["Pho"] });
    const vote = votePoll(messages.store, { poll: poll.guid, by, options: [], at: Date.now() + 1_000 });
    const update = addPollOption(messages.store, {
      poll: poll.guid,
      by,
      text: "Pie",
      at: Date.now() + 2_000,
    });
    react(messages.store, { target: poll.guid, by: "me", kind: "love", at: Date.now() + 3_000 });
    const about = (): number[] => database.content.aboutPoll(poll.guid).map((row) => row.row_id);
    expect(about()).toEqual([update.id, vote.id]);
    messages.sql(
      "UPDATE message SET associated_message_guid = ? WHERE ROWID = ?",
      `bp:${poll.guid}`,
      vote.id,
    );
    expect(about()).toEqual([update.id, vote.id]);
    expect(database.content.aboutPoll("no such message")).toEqual([]);
  });

  it("is of everybody who votes again and again the last vote", () => {
    const { messages, database } = readMessages();
    const poll = createPoll(messages.store, { chat: messages.chatWith(MAYA), by, options: ["Pho", "Pie"] });
    const votes = [MAYA, "me", MAYA, "me", MAYA].map((voter, at) =>
      votePoll(messages.store, {
        poll: poll.guid,
        by: voter === "me" ? "me" : { address: voter },
        options: ["Pie"],
        at: Date.now() + 1_000 * (at + 1),
      }),
    );
    const about = database.content.aboutPoll(poll.guid).map((row) => row.row_id);
    expect(about).toEqual([votes[4]?.id, votes[3]?.id]);
  });
});

describe("an attachment by its guid", () => {
  it("is its row, or null", () => {
    const { messages, database } = readMessages();
    const files = [{ name: "cat.png", content: new Uint8Array([1]) }];
    const { guid } = receiveMessage(messages.store, { chat: messages.chatWith(MAYA), from: MAYA, files });
    expect(database.content.attachmentByGuid(`at_0_${guid}`)).toMatchObject({ transfer_name: "cat.png" });
    expect(database.content.attachmentByGuid("none")).toBeNull();
  });
});

/** What Messages wrote for "no time" once. */
const LARGEST = 9223372036854775807n;

describe("a column that holds something else than it should", () => {
  it.each([
    ["message", "guid"],
    ["attachment", "guid"],
    ["handle", "service"],
  ])("leaves a message that can be written out: %s", (table, kept) => {
    const { messages, message } = readMessages({ macos: 27 });
    const files = [{ name: "cat.png", content: new Uint8Array([1]) }];
    const { id } = receiveMessage(messages.store, {
      chat: messages.chatWith(MAYA),
      from: MAYA,
      text: "hi",
      files,
    });
    const columns = messages.store.database
      .prepare<[string, string], string>(
        "SELECT name FROM pragma_table_info(?) WHERE name NOT IN ('ROWID', 'original_guid', ?)",
      )
      .pluck()
      .all(table, kept);
    for (const column of columns) {
      const values = ["", "text", Buffer.from([0, 255]), 0.5, -1, 77];
      for (const value of column.startsWith("date") ? [...values, LARGEST] : values) {
        messages.sql(`UPDATE ${table} SET "${column}" = ?`, value);
        const read = message(id);
        expect(Message.safeParse(read), `${column} = ${value}`).toEqual({ success: true, data: read });
      }
    }
  });
});
