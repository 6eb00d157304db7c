import { describe, expect, it, onTestFinished } from "vitest";
import type { Macos } from "../../simulator/macos.ts";
import {
  addParticipant,
  createGroup,
  ensureDirect,
  receiveMessage,
  renameGroup,
} from "../../simulator/message-store.ts";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { openChatDatabase } from "../connection.ts";
import type { Directory } from "./directory.ts";

const MAYA = "+15550111";
const NOAH = "+15550112";

/** A chat.db that the test writes, and its directory, which follows a clock that only the test moves. */
function staged(macos: Macos = 15) {
  const messages = simulatedMessages(temporaryFolder(), { macos });
  const time = manualTime();
  const database = openChatDatabase(messages.path, time.clock);
  onTestFinished(() => database.close());
  const rowIdOf = (guid: string): number => {
    const found = messages.store.sql.chatByGuid.get(guid);
    if (!found) throw new Error(`no chat ${guid}`);
    return found.id;
  };
  return { ...messages, ...time, directory: database.directory, rowIdOf };
}

const ids = (directory: Directory) => directory.page(50, 0).map(({ id }) => id);

describe("chats that Messages shows as one", () => {
  it("are one conversation when only their prefix differs, named after its iMessage chat", () => {
    const { store, directory } = staged();
    for (const service of ["SMS", "RCS", "iMessage"] as const) ensureDirect(store, MAYA, service);
    ensureDirect(store, NOAH, "SMS");
    expect(directory.find(`iMessage;-;${MAYA}`)).toMatchObject({
      id: `iMessage;-;${MAYA}`,
      spellings: [`iMessage;-;${MAYA}`, `RCS;-;${MAYA}`, `SMS;-;${MAYA}`],
      participants: [MAYA],
      services: ["iMessage", "RCS", "SMS"],
      isGroup: false,
    });
    expect(directory.all()).toHaveLength(2);
  });

  it("are found under every prefix, and with a + that arrived as a space", () => {
    const { store, directory } = staged();
    ensureDirect(store, MAYA, "SMS");
    for (const prefix of ["any", "iMessage", "SMS", "RCS", "iMessageLite"]) {
      expect(directory.find(`${prefix};-;${MAYA}`)?.id).toBe(`SMS;-;${MAYA}`);
      expect(directory.find(`${prefix};-;${MAYA.replace("+", " ")}`)?.id).toBe(`SMS;-;${MAYA}`);
    }
    expect(directory.find(`any;+;${MAYA}`)).toBeNull();
    expect(directory.find(MAYA)).toBeNull();
  });

  it("keep the older chat's guid as their id when both rank the same", () => {
    const { store, sql, directory } = staged();
    ensureDirect(store, MAYA);
    sql("INSERT INTO chat (guid, style, chat_identifier) VALUES (?, 45, ?)", `any;-;${MAYA}`, MAYA);
    expect(directory.find(`any;-;${MAYA}`)?.id).toBe(`iMessage;-;${MAYA}`);
  });

  it("are one when macOS 26 links them by an identifier, also over a third", () => {
    const { store, sql, directory, rowIdOf } = staged(26);
    for (const address of [MAYA, "maya@example.com", "maya@example.org"]) ensureDirect(store, address);
    ensureDirect(store, NOAH);
    const link = (identifier: string, domain: string, chat: number) =>
      sql("INSERT INTO chat_lookup (identifier, domain, chat) VALUES (?, ?, ?)", identifier, domain, chat);
    link("maya@example.com", "linked", rowIdOf(`any;-;${MAYA}`));
    link("maya@example.org", "linked", rowIdOf("any;-;maya@example.com"));
    expect(directory.find("iMessage;-;maya@example.org")).toMatchObject({
      id: `any;-;${MAYA}`,
      spellings: [`any;-;${MAYA}`, "any;-;maya@example.com", "any;-;maya@example.org"],
      participants: [MAYA, "maya@example.com", "maya@example.org"],
    });
    expect(directory.all()).toHaveLength(2);
  });

  it("are found by an identifier that only chat_lookup knows any more", () => {
    const { store, sql, directory, rowIdOf } = staged(26);
    ensureDirect(store, MAYA);
    sql(
      "INSERT INTO chat_lookup (identifier, domain, chat) VALUES ('+15559999', 'old', ?)",
      rowIdOf(`any;-;${MAYA}`),
    );
    expect(directory.find("SMS;-;+15559999")?.id).toBe(`any;-;${MAYA}`);
  });

  it("are not those that chat_lookup gives no identifier: strangers have nothing in common", () => {
    const { store, sql, directory } = staged(26);
    const chats = [ensureDirect(store, MAYA), ensureDirect(store, NOAH)];
    for (const [at, identifier] of ["", " ", null].entries()) {
      for (const { id } of chats) {
        sql(
          "INSERT INTO chat_lookup (identifier, domain, chat) VALUES (COALESCE(?, x''), ?, ?)",
          identifier,
          `${at} ${id}`,
          id,
        );
      }
    }
    for (const { guid } of chats) expect(directory.find(guid)?.spellings).toEqual([guid]);
    expect(directory.find("any;-;")).toBeNull();
  });

  it("are not a group and a person whose guids are alike", () => {
    const { store, sql, directory } = staged();
    const direct = ensureDirect(store, MAYA);
    sql("INSERT INTO chat (guid, style, chat_identifier) VALUES (?, 43, ?)", `SMS;-;${MAYA}`, MAYA);
    expect(directory.all()).toHaveLength(2);
    expect(directory.ofChat(direct.id)).toMatchObject({ isGroup: false, spellings: [direct.guid] });
  });

  it("are never a group and a person, nor two groups of the same people", () => {
    const { store, sql, directory } = staged(26);
    const one = createGroup(store, { name: null, addresses: [MAYA, NOAH] });
    const two = createGroup(store, { name: null, addresses: [MAYA, NOAH] });
    const direct = ensureDirect(store, MAYA);
    for (const chat of [one.id, direct.id]) {
      sql("INSERT INTO chat_lookup (identifier, domain, chat) VALUES ('same', ?, ?)", String(chat), chat);
    }
    expect(directory.find(one.guid)?.spellings).toEqual([one.guid]);
    expect(directory.find(two.guid)?.spellings).toEqual([two.guid]);
    expect(directory.find(direct.guid)).toMatchObject({ isGroup: false, spellings: [direct.guid] });
  });
});

describe("what is known of a conversation", () => {
  it("takes its services from Messages, and from the prefix only when nothing else says", () => {
    const { store, directory, advance, ...messages } = staged(26);
    const sql = (statement: string, ...values: unknown[]) => {
      messages.sql(statement, ...values);
      advance(1_000);
    };
    const chat = ensureDirect(store, MAYA, "SMS");
    expect(directory.find(chat.guid)?.services).toEqual(["SMS"]);
    sql("DELETE FROM chat_service");
    sql("UPDATE chat SET service_name = 'rcs'");
    expect(directory.find(chat.guid)?.services).toEqual(["RCS"]);
    sql("UPDATE chat SET service_name = NULL");
    expect(directory.find(chat.guid)?.services).toEqual([]);
    sql("UPDATE chat SET guid = ?", `SMS;-;${MAYA}`);
    expect(directory.find(chat.guid)?.services).toEqual(["SMS"]);
  });

  it("names a person once, whatever the number of handles", () => {
    const { store, sql, directory } = staged();
    ensureDirect(store, MAYA, "iMessage");
    ensureDirect(store, MAYA, "SMS");
    ensureDirect(store, "maya@example.com", "SMS");
    const group = createGroup(store, { name: "Trip", addresses: [MAYA, NOAH] });
    sql(
      "INSERT INTO chat_handle_join SELECT ?, ROWID FROM handle WHERE id = ? AND service = 'SMS'",
      group.id,
      MAYA,
    );
    expect(directory.find(`SMS;-;${MAYA}`)?.participants).toEqual([MAYA]);
    expect(directory.find(group.guid)?.participants).toEqual([MAYA, NOAH]);
  });

  it("writes a short code without the suffix that Messages gives its handle", () => {
    const { store, sql, directory } = staged();
    ensureDirect(store, "72975", "SMS");
    sql("UPDATE handle SET id = '72975(smsft)', uncanonicalized_id = '72975'");
    expect(directory.find("SMS;-;72975")?.participants).toEqual(["72975"]);
  });

  it("writes it so also where Messages does not say how it was spelled before", () => {
    const { store, sql, directory } = staged();
    ensureDirect(store, "72975", "SMS");
    for (const suffix of ["(smsft)", "(smsfp)", "(smsft_fi)"]) {
      sql("UPDATE handle SET id = ?, uncanonicalized_id = NULL", `72975${suffix}`);
      directory.refresh();
      expect(directory.find("SMS;-;72975")?.participants).toEqual(["72975"]);
    }
  });

  it("is found by a short code with its suffix and without, the very one where both are there", () => {
    const { store, directory } = staged();
    const suffixed = ensureDirect(store, "72975", "SMS");
    const bare = ensureDirect(store, "262966", "SMS");
    const rename = (id: number, code: string): void =>
      void store.database
        .prepare("UPDATE chat SET guid = ?, chat_identifier = ? WHERE ROWID = ?")
        .run(`SMS;-;${code}`, code, id);
    rename(suffixed.id, "72975(smsft)");
    directory.refresh();
    const chatOf = (guid: string) => directory.find(guid)?.chats.map(({ rowId }) => rowId);
    for (const code of ["72975(smsft)", "72975"]) expect(chatOf(`any;-;${code}`)).toEqual([suffixed.id]);
    for (const code of ["262966", "262966(smsft)"]) expect(chatOf(`SMS;-;${code}`)).toEqual([bare.id]);
    rename(bare.id, "72975");
    directory.refresh();
    expect(chatOf("SMS;-;72975")).toEqual([bare.id]);
    expect(chatOf("SMS;-;72975(smsft)")).toEqual([suffixed.id]);
  });

  it("has the one it is addressed to as participant where Messages has joined nobody, but no group has", () => {
    const { store, sql, directory } = staged();
    const direct = ensureDirect(store, MAYA);
    const group = createGroup(store, { name: "Trip", addresses: [NOAH] });
    sql("DELETE FROM chat_handle_join");
    expect(directory.find(direct.guid)?.participants).toEqual([MAYA]);
    expect(directory.find(group.guid)?.participants).toEqual([]);
  });

  it("has a line without the account's prefix, that of the chat used last", () => {
    const { store, sql, directory, rowIdOf } = staged();
    const imessage = ensureDirect(store, MAYA, "iMessage");
    const sms = ensureDirect(store, MAYA, "SMS");
    sql(
      "UPDATE chat SET last_addressed_handle = NULL, account_login = 'E:me@example.com' WHERE ROWID = ?",
      imessage.id,
    );
    const lineOf = (guid: string) => {
      const entry = directory.ofChat(rowIdOf(guid));
      return entry && directory.lineOf(entry);
    };
    receiveMessage(store, { chat: imessage, from: MAYA, text: "hi" });
    expect(lineOf(imessage.guid)).toBe("me@example.com");
    receiveMessage(store, { chat: sms, from: MAYA, text: "hi" });
    expect(lineOf(imessage.guid)).toBe("+15550100");
  });

  it.each([
    ["UPDATE chat SET is_filtered = 1", "unknown_sender"],
    ["UPDATE chat SET is_filtered = 2", "junk"],
    ["UPDATE chat SET is_filtered = 6", "unknown_sender"],
    ["UPDATE chat SET is_filtered = NULL", "none"],
    ["UPDATE chat SET is_blackholed = 1", "dropped"],
  ])("%s makes it %s", (sql, filter) => {
    const { store, directory, ...messages } = staged();
    const chat = ensureDirect(store, MAYA);
    messages.sql(sql);
    expect(directory.find(chat.guid)?.filter).toBe(filter);
    expect(directory.filterOf([chat.id])).toBe(filter);
    expect(ids(directory)).toEqual(filter === "dropped" ? [] : [chat.guid]);
  });

  it("is filtered as its mildest chat, and archived when all of it is; a message by the chats it is in", () => {
    const { store, sql, directory } = staged();
    const imessage = ensureDirect(store, MAYA, "iMessage");
    const sms = ensureDirect(store, MAYA, "SMS");
    sql("UPDATE chat SET is_filtered = 2, is_archived = 1 WHERE ROWID = ?", sms.id);
    expect(directory.find(sms.guid)).toMatchObject({ filter: "none", isArchived: false });
    expect(directory.filterOf([sms.id])).toBe("junk");
    expect(directory.filterOf([sms.id, imessage.id])).toBe("none");
    expect(directory.filterOf([])).toBe("none");
  });

  it("keeps only whole conversations out of sight", () => {
    const { store, sql, directory } = staged();
    const imessage = ensureDirect(store, MAYA, "iMessage");
    const sms = ensureDirect(store, MAYA, "SMS");
    const noah = ensureDirect(store, NOAH);
    sql("UPDATE chat SET is_blackholed = 1 WHERE ROWID IN (?, ?)", sms.id, noah.id);
    expect(directory.hidden()).toEqual([noah.id]);
    expect(directory.filterOf([sms.id])).toBe("none");
    expect(directory.filterOf([noah.id])).toBe("dropped");
    sql("UPDATE chat SET is_blackholed = 1 WHERE ROWID = ?", imessage.id);
    directory.refresh();
    expect(directory.hidden().toSorted()).toEqual([imessage.id, sms.id, noah.id].toSorted());
    expect(directory.filterOf([sms.id, imessage.id])).toBe("dropped");
  });

  it("gives a message each conversation's id once, then the spellings that differ", () => {
    const { store, directory } = staged();
    const imessage = ensureDirect(store, MAYA, "iMessage");
    const sms = ensureDirect(store, MAYA, "SMS");
    const noah = ensureDirect(store, NOAH);
    expect(directory.idsOf([sms.id])).toEqual([imessage.guid, sms.guid]);
    expect(directory.idsOf([sms.id, noah.id, imessage.id])).toEqual([imessage.guid, noah.guid, sms.guid]);
    expect(directory.idsOf([4711])).toEqual([]);
  });
});

describe("what changes", () => {
  it("a name and who takes part is seen after a second, or at once when told to look", () => {
    const { store, directory, advance } = staged();
    const group = createGroup(store, { name: "Old", addresses: [MAYA, NOAH] });
    const before = directory.prints().get(group.guid);
    renameGroup(store, { chat: group, by: "me", name: "New" });
    advance(1_000);
    expect(directory.find(group.guid)?.displayName).toBe("New");
    expect(directory.prints().get(group.guid)).not.toBe(before);
    addParticipant(store, { chat: group, by: "me", address: "+15550113" });
    directory.refresh();
    expect(directory.find(group.guid)?.participants).toEqual([MAYA, NOAH, "+15550113"]);
  });

  it("is seen also when it is only where a value ends and the next begins", () => {
    const { store, sql, directory, advance } = staged(26);
    const chats = Array.from({ length: 12 }, (_, n) => ensureDirect(store, `+1555020${n}`));
    const [first, twelfth] = [chats[0], chats[11]];
    expect([first?.id, twelfth?.id]).toEqual([1, 12]);
    sql("DELETE FROM chat_lookup");
    sql("INSERT INTO chat_lookup (identifier, domain, chat) VALUES ('23', 'x', 1)");
    expect(directory.find("any;-;23")?.id).toBe(first?.guid);
    sql("UPDATE chat_lookup SET chat = 12, identifier = '3'");
    advance(1_000);
    expect(directory.find("any;-;3")?.id).toBe(twelfth?.guid);
  });

  it("a print stays the same while only messages come", () => {
    const { directory, receive, advance } = staged();
    receive("one");
    const before = [...directory.prints()];
    receive("two");
    advance(2_000);
    expect([...directory.prints()]).toEqual(before);
  });

  it("a new chat is seen at once: by its messages, by its guid, and in the order", () => {
    const { directory, receive, rowIdOf } = staged();
    receive("one", { from: MAYA });
    expect(ids(directory)).toEqual([`iMessage;-;${MAYA}`]);
    receive("two", { from: NOAH });
    expect(ids(directory)).toEqual([`iMessage;-;${NOAH}`, `iMessage;-;${MAYA}`]);
    receive("three", { from: "+15550113" });
    expect(directory.ofChat(rowIdOf("iMessage;-;+15550113"))?.id).toBe("iMessage;-;+15550113");
    receive("four", { from: "+15550114" });
    expect(directory.find("any;-;+15550114")?.id).toBe("iMessage;-;+15550114");
  });
});

describe("the most recent activity comes first", () => {
  it("after each message, at once", () => {
    const { directory, receive } = staged();
    receive("one", { from: MAYA, at: 1_000_000_000_000 });
    receive("two", { from: NOAH, at: 1_000_000_001_000 });
    expect(ids(directory)).toEqual([`iMessage;-;${NOAH}`, `iMessage;-;${MAYA}`]);
    receive("three", { from: MAYA, at: 1_000_000_002_000 });
    expect(ids(directory)).toEqual([`iMessage;-;${MAYA}`, `iMessage;-;${NOAH}`]);
    expect(directory.page(1, 1).map(({ id }) => id)).toEqual([`iMessage;-;${NOAH}`]);
  });

  it("counting whichever of a conversation's chats was used last, and its chat to send to is that one", () => {
    const { directory, store, receive } = staged();
    receive("one", { from: MAYA, at: 1_000_000_000_000 });
    receive("two", { from: NOAH, at: 1_000_000_001_000 });
    const sms = ensureDirect(store, MAYA, "SMS");
    receiveMessage(store, { chat: sms, from: MAYA, text: "three", at: 1_000_000_002_000 });
    const [first] = directory.page(1, 0);
    expect(first?.id).toBe(`iMessage;-;${MAYA}`);
    expect(first && directory.liveliest(first).guid).toBe(`SMS;-;${MAYA}`);
  });

  it("after the newest message was deleted, also when its rowid was given to one elsewhere", () => {
    const { directory, receive, sql } = staged();
    const first = () => directory.page(1, 0).map(({ id }) => id);
    receive("one", { from: NOAH, at: 1_000_000_000_000 });
    receive("two", { from: "+15550113", at: 1_000_000_001_000 });
    const gone = receive("three", { from: MAYA, at: 1_000_000_002_000 });
    expect(first()).toEqual([`iMessage;-;${MAYA}`]);
    sql("DELETE FROM message WHERE ROWID = ?", gone.id);
    receive("four", { from: NOAH, at: 1_000_000_003_000 });
    expect(first()).toEqual([`iMessage;-;${NOAH}`]);
    expect(ids(directory).at(-1)).toBe(`iMessage;-;${MAYA}`);
  });

  it("after a message amidst the others was deleted", () => {
    const { directory, receive, sql } = staged();
    receive("one", { from: MAYA, at: 1_000_000_000_000 });
    const gone = receive("late", { from: MAYA, at: 1_000_000_009_000 });
    receive("two", { from: NOAH, at: 1_000_000_001_000 });
    expect(ids(directory)[0]).toBe(`iMessage;-;${MAYA}`);
    sql("DELETE FROM message WHERE ROWID = ?", gone.id);
    expect(ids(directory)).toEqual([`iMessage;-;${NOAH}`, `iMessage;-;${MAYA}`]);
  });

  it("with chats that hold nothing at the end", () => {
    const { directory, store, receive } = staged();
    receive("one", { from: MAYA });
    const empty = ensureDirect(store, NOAH);
    expect(ids(directory)).toEqual([`iMessage;-;${MAYA}`, empty.guid]);
  });
});

describe("what makes no sense in chat.db", () => {
  it.each([
    "UPDATE chat SET display_name = x'00ff', last_addressed_handle = 5.5, is_filtered = 'yes' WHERE ROWID = 1",
    "UPDATE chat SET guid = x'00ff' WHERE ROWID = 1",
    "UPDATE handle SET id = x'00ff', uncanonicalized_id = x'00' WHERE ROWID = 1",
    "UPDATE message SET date = 'yesterday' WHERE ROWID = 1",
    "UPDATE message SET date = NULL WHERE ROWID = 1",
    "UPDATE chat_lookup SET identifier = x'00ff' WHERE chat = 1",
    "UPDATE chat_service SET service = x'00ff' WHERE chat = 1",
    "UPDATE chat_message_join SET message_date = x'00ff'",
  ])("does not keep the rest from being read: %s", (odd) => {
    const { directory, receive, sql } = staged(26);
    receive("one", { from: MAYA });
    receive("two", { from: NOAH });
    sql(odd);
    expect(directory.find(`any;-;${NOAH}`)).toMatchObject({ participants: [NOAH], services: ["iMessage"] });
    expect(ids(directory)).toContain(`any;-;${NOAH}`);
    receive("three", { from: NOAH });
    expect(ids(directory)[0]).toBe(`any;-;${NOAH}`);
    expect(directory.prints().size).toBeGreaterThan(0);
  });
});

describe("an older macOS", () => {
  it.each([12, 13, 26, 27] as const)(
    "%i: all of it works with the columns and tables that are there",
    (macos) => {
      const { directory, receive } = staged(macos);
      receive("one");
      expect(directory.page(10, 0)).toMatchObject([
        { participants: [MAYA], filter: "none", services: ["iMessage"] },
      ]);
    },
  );
});
