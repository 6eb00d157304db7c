import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { MESSAGE_KINDS, type Message } from "../../src-shared/domain/message.ts";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { realPorts } from "../ports/real.ts";
import type { Macos } from "../simulator/macos.ts";
import {
  closeMessageStore,
  createGroup,
  ensureDirect,
  openMessageStore,
  react,
  receiveMessage,
  renameGroup,
} from "../simulator/message-store.ts";
import { MAYA, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { type MessageFilter, openMessages } from "./messages.ts";

/** Past all of the dates that matter here, and a whole second. */
const T0 = 1_700_000_000_000;
const NOAH = "+15550112";

function staged(macos: Macos = 15) {
  const simulated = simulatedMessages(temporaryFolder(), { macos });
  const chatDb = keepChatDb(simulated.path, realPorts().clock);
  onTestFinished(() => chatDb.close());
  const messages = openMessages(chatDb);
  const bodies = (filter: Partial<MessageFilter> = {}) => said(messages.list({ limit: 50, ...filter }).items);
  return { ...simulated, messages, bodies };
}

const said = (items: readonly Message[]) => items.map(({ body }) => body);

describe("a page of messages", () => {
  it("is newest first, of everything or of one conversation under any of its spellings", () => {
    const { receive, bodies } = staged();
    receive("one", { at: T0 });
    receive("two", { at: T0 + 1_000, from: NOAH });
    receive("three", { at: T0 + 2_000 });
    expect(bodies()).toEqual(["three", "two", "one"]);
    for (const id of [`iMessage;-;${MAYA}`, `any;-;${MAYA}`, `SMS;-;${MAYA.replace("+", " ")}`]) {
      expect(bodies({ conversationId: id })).toEqual(["three", "one"]);
    }
    expect(bodies({ conversationId: "any;-;+15559999" })).toEqual([]);
  });

  it("merges the services of one person, and has a message once that lies in two of the chats", () => {
    const { store, sql, receive, bodies } = staged();
    const sms = ensureDirect(store, MAYA, "SMS");
    const first = receive("blue", { at: T0 });
    receiveMessage(store, { chat: sms, from: MAYA, text: "green", at: T0 + 1_000 });
    receive("blue again", { at: T0 + 2_000 });
    sql(
      "INSERT INTO chat_message_join SELECT ?, message_id, message_date FROM chat_message_join WHERE message_id = ?",
      sms.id,
      first.id,
    );
    const conversationId = `any;-;${MAYA}`;
    expect(bodies({ conversationId })).toEqual(["blue again", "green", "blue"]);
    expect(bodies({ conversationId, limit: 1, offset: 1 })).toEqual(["green"]);
    expect(bodies({ conversationId, limit: 2, offset: 2 })).toEqual(["blue"]);
  });

  it("keeps what is later than a moment, also where old rows are dated in seconds", () => {
    const { sql, receive, bodies } = staged();
    const old = receive("in seconds", { at: T0 });
    sql("UPDATE message SET date = ? WHERE ROWID = ?", T0 / 1_000 - 978_307_200, old.id);
    const older = receive("older", { at: T0 });
    sql("UPDATE message SET date = ? WHERE ROWID = ?", T0 / 1_000 - 978_307_201, older.id);
    receive("new", { at: T0 + 3_000 });
    const conversationId = `any;-;${MAYA}`;
    for (const filter of [{}, { conversationId }]) {
      expect(bodies(filter)).toEqual(["new", "in seconds", "older"]);
      expect(bodies({ ...filter, since: T0 - 1_000 })).toEqual(["new", "in seconds"]);
      expect(bodies({ ...filter, since: T0 })).toEqual(["new"]);
      expect(bodies({ ...filter, since: T0 + 3_000 })).toEqual([]);
      expect(bodies({ ...filter, since: T0 - 9_000, limit: 1, offset: 1 })).toEqual(["in seconds"]);
      expect(bodies({ ...filter, since: T0 - 9_000, limit: 1, offset: 2 })).toEqual(["older"]);
      expect(bodies({ ...filter, since: T0 - 9_000, limit: 2, offset: 3 })).toEqual([]);
    }
  });

  it("leaves out what lies in Recently Deleted and what Messages keeps out of sight", () => {
    const { sql, receive, bodies } = staged();
    receive("kept");
    const deleted = receive("deleted");
    sql(
      "INSERT INTO chat_recoverable_message_join SELECT chat_id, message_id, 1, 0 FROM chat_message_join WHERE message_id = ?",
      deleted.id,
    );
    sql("DELETE FROM chat_message_join WHERE message_id = ?", deleted.id);
    receive("dropped", { from: NOAH });
    sql("UPDATE chat SET is_blackholed = 1 WHERE chat_identifier = ?", NOAH);
    expect(bodies()).toEqual(["kept"]);
    expect(bodies({ conversationId: `any;-;${MAYA}` })).toEqual(["kept"]);
  });

  it("has a message that is in no chat yet", () => {
    const { sql, receive, bodies } = staged();
    const { id } = receive("joined late");
    sql("PRAGMA foreign_keys = OFF");
    sql("DROP TRIGGER after_delete_on_chat_message_join");
    sql("DELETE FROM chat_message_join WHERE message_id = ?", id);
    expect(bodies()).toEqual(["joined late"]);
  });

  it("leaves out what lies only in conversations that Messages keeps out of sight", () => {
    for (const isOtherDropped of [false, true]) {
      const { store, sql, receive, bodies } = staged();
      const sms = ensureDirect(store, MAYA, "SMS");
      receive("by iMessage", { at: T0 });
      receiveMessage(store, { chat: sms, from: MAYA, text: "in the dropped chat", at: T0 + 1_000 });
      receive("spam", { from: NOAH, at: T0 + 2_000 });
      sql("UPDATE chat SET is_blackholed = 1 WHERE ROWID = ?", sms.id);
      if (isOtherDropped) sql("UPDATE chat SET is_blackholed = 1 WHERE guid LIKE ?", `%${NOAH}`);
      const shown = ["in the dropped chat", "by iMessage"];
      expect(bodies()).toEqual(isOtherDropped ? shown : ["spam", ...shown]);
      expect(bodies({ conversationId: `any;-;${MAYA}` })).toEqual(shown);
      expect(bodies({ conversationId: `any;-;${NOAH}` })).toEqual(["spam"]);
    }
  });

  it.each([12, 15, 27] as const)("macOS %i: has what waits for its date only among all kinds", (macos) => {
    const { sql, receive, send, messages, bodies } = staged(macos);
    receive("said", { at: T0 });
    const { id } = send("to be said");
    if (macos === 12) return expect(bodies()).toEqual(["to be said", "said"]);
    sql("UPDATE message SET schedule_type = 2, is_sent = 0, is_delivered = 0 WHERE ROWID = ?", id);
    expect(bodies()).toEqual(["said"]);
    expect(bodies({ kinds: ["message"], conversationId: `any;-;${MAYA}` })).toEqual(["said"]);
    expect(bodies({ kinds: MESSAGE_KINDS })).toEqual(["to be said", "said"]);
    expect(messages.get(String(id)).scheduledFor).not.toBeNull();
    sql("UPDATE message SET is_sent = 1 WHERE ROWID = ?", id);
    expect(bodies()).toEqual(["to be said", "said"]);
  });

  it("holds what a person wrote, or the kinds that were asked for", () => {
    const { store, receive, messages } = staged();
    const group = createGroup(store, { name: "Trip", addresses: [MAYA, NOAH] });
    const { guid } = receive("hello");
    react(store, { target: guid, by: { address: MAYA }, kind: "love" });
    renameGroup(store, { chat: group, by: "me", name: "Trip to the sea" });
    const kinds = (filter: Partial<MessageFilter>) =>
      messages.list({ limit: 50, ...filter }).items.map((one) => one.kind);
    expect(kinds({})).toEqual(["message"]);
    expect(kinds({ kinds: ["reaction"] })).toEqual(["reaction"]);
    expect(kinds({ kinds: ["group_change", "reaction", "message"] }).sort()).toEqual([
      "group_change",
      "message",
      "reaction",
    ]);
    expect(kinds({ kinds: ["group_change"], conversationId: group.guid })).toEqual(["group_change"]);
    expect(kinds({ kinds: ["poll"] })).toEqual([]);
    expect(kinds({ kinds: [] })).toEqual([]);
  });

  it("is the same with the columns of every macOS in any order", () => {
    const { clock, randomness } = realPorts();
    for (const shuffleColumns of [1, 2, 3]) {
      const path = `${temporaryFolder()}/chat.db`;
      const store = openMessageStore({ path, macos: 26, shuffleColumns, clock, randomness });
      onTestFinished(() => closeMessageStore(store));
      const chatDb = keepChatDb(path, clock);
      onTestFinished(() => chatDb.close());
      const chat = ensureDirect(store, MAYA);
      for (const at of [1, 2, 3]) receiveMessage(store, { chat, from: MAYA, text: `${at}`, at: T0 + at });
      const page = openMessages(chatDb).list({ conversationId: chat.guid, limit: 2 });
      expect(said(page.items)).toEqual(["3", "2"]);
      expect(page.items[0]).toMatchObject({ sender: MAYA, conversationIds: [chat.guid] });
    }
  });
});

describe("a cursor", () => {
  it("leads to what is older, and back to what is newer", () => {
    const { receive, messages } = staged();
    for (const n of [1, 2, 3, 4, 5]) receive(`${n}`, { at: T0 + n });
    const first = messages.list({ limit: 2 });
    const second = messages.list({ limit: 2, before: first.next ?? "" });
    const third = messages.list({ limit: 2, before: second.next ?? "" });
    expect([first, second, third].map(({ items }) => said(items))).toEqual([["5", "4"], ["3", "2"], ["1"]]);
    expect(third.next).toBeNull();
    const back = messages.list({ limit: 3, after: third.previous ?? "" });
    expect(said(back.items)).toEqual(["4", "3", "2"]);
    expect(said(messages.list({ limit: 3, after: back.previous ?? "" }).items)).toEqual(["5"]);
    const between = messages.list({ limit: 9, before: first.next ?? "", after: third.previous ?? "" });
    expect(said(between.items)).toEqual(["3", "2"]);
  });

  it("waits for what is yet to come", () => {
    const { receive, messages } = staged();
    receive("old", { at: T0 });
    const { previous } = messages.list({ limit: 10 });
    const nothing = messages.list({ limit: 10, after: previous ?? "" });
    expect(nothing).toEqual({ items: [], next: null, previous });
    receive("new", { at: T0 + 1 });
    expect(said(messages.list({ limit: 10, after: nothing.previous ?? "" }).items)).toEqual(["new"]);
  });

  it("that was not given out is refused", () => {
    const { messages } = staged();
    for (const cursor of ["", "nonsense", "AAAA"]) {
      expect(() => messages.list({ limit: 1, before: cursor })).toThrow(
        expect.objectContaining({ code: "invalid_request" }),
      );
      expect(() => messages.list({ limit: 1, after: cursor })).toThrow(
        expect.objectContaining({ code: "invalid_request" }),
      );
    }
  });

  it("goes on looking for a rare kind where the page before gave up", () => {
    const { store, sql, messages } = staged();
    const group = createGroup(store, { name: "Trip", addresses: [MAYA] });
    renameGroup(store, { chat: group, by: "me", name: "Sea" });
    sql(`INSERT INTO message (guid, date) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)
      SELECT 'filler ' || i, (SELECT MAX(date) FROM message) + i FROM n`);
    const page = messages.list({ limit: 10, kinds: ["group_change"] });
    expect(page.items).toEqual([]);
    const next = messages.list({ limit: 10, kinds: ["group_change"], before: page.next ?? "" });
    expect(next.items).toMatchObject([{ kind: "group_change" }]);
    expect(next.next).toBeNull();
  });

  it("goes past a date that is no whole number", () => {
    const { sql, receive, messages } = staged();
    for (const n of [1, 2, 3]) receive(`${n}`, { at: T0 + n * 1_000 });
    sql("UPDATE message SET date = CASE ROWID WHEN 1 THEN 12 ELSE 12345.5 END WHERE ROWID < 3");
    const walked: (string | null)[] = [];
    let before: string | undefined;
    for (let pages = 0; pages < 5; pages += 1) {
      const page = messages.list({ limit: 1, before });
      walked.push(...said(page.items));
      if (page.next === null) break;
      before = page.next;
    }
    expect(walked).toEqual(["3", "2", "1"]);
  });

  it("goes on also where nothing but tapbacks came for long, as offsets do", () => {
    const { sql, receive, messages } = staged();
    const { guid } = receive("said", { at: T0 });
    sql(
      `INSERT INTO message (guid, date, associated_message_type, associated_message_guid)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
       SELECT 'tapback ' || i, (SELECT MAX(date) FROM message) + i, 2000, ? FROM n`,
      guid,
    );
    sql("INSERT INTO chat_message_join SELECT 1, ROWID, date FROM message WHERE guid LIKE 'tapback %'");
    for (const scope of [{}, { conversationId: `any;-;${MAYA}` }]) {
      let page = messages.list({ limit: 10, ...scope });
      expect(page.items).toEqual([]);
      for (let pages = 0; page.items.length === 0 && page.next !== null && pages < 5; pages += 1)
        page = messages.list({ limit: 10, ...scope, before: page.next });
      expect(said(page.items)).toEqual(["said"]);
      expect(page.next).toBeNull();
      expect(() => messages.list({ limit: 10, offset: 1, ...scope })).toThrow(/^offset: 1 is too far/);
    }
  });

  it("walks the whole history without gap or repeat, whatever the dates, while messages arrive", () => {
    const { store, sql, receive, messages } = staged();
    const sms = ensureDirect(store, MAYA, "SMS");
    // Few dates, so that many are equal: the first of them in seconds, the last of them in both chats.
    const insert = (n: number): string => {
      const at = T0 + n * 1_000;
      const { id, guid } =
        n % 2 === 0 ? receive("x", { at }) : receiveMessage(store, { chat: sms, from: MAYA, text: "x", at });
      if (n === 0) sql("UPDATE message SET date = 100 WHERE ROWID = ?", id);
      if (n === 6)
        sql("INSERT INTO chat_message_join SELECT ?, ROWID, date FROM message WHERE ROWID = ?", sms.id, id);
      return guid;
    };
    /** Every page from one end to the other, in the order of the walk; `turn` runs between two pages. */
    const walk = (
      direction: "back" | "on",
      scope: Partial<MessageFilter>,
      limit: number,
      turn: () => void,
    ) => {
      const walked: Message[] = [];
      const oldest = messages.list({ ...scope, limit: 100 }).items.length - 1;
      let page = messages.list({
        ...scope,
        limit: direction === "on" ? 1 : limit,
        offset: direction === "on" ? oldest : 0,
      });
      for (let pages = 0; pages < 200; pages += 1) {
        walked.push(...(direction === "on" ? page.items.toReversed() : page.items));
        const cursor = direction === "on" ? page.previous : page.next;
        if (cursor === null || page.items.length === 0) break;
        turn();
        page = messages.list({
          ...scope,
          limit,
          ...(direction === "on" ? { after: cursor } : { before: cursor }),
        });
      }
      return walked;
    };
    const dates = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 24 });
    const directions = fc.constantFrom("back" as const, "on" as const);
    fc.assert(
      fc.property(
        dates,
        fc.nat(9),
        fc.integer({ min: 1, max: 7 }),
        directions,
        fc.boolean(),
        (there, news, limit, direction, inOne) => {
          sql("DELETE FROM message");
          const guids = there.map(insert);
          let left = news;
          const walked = walk(direction, inOne ? { conversationId: `any;-;${MAYA}` } : {}, limit, () => {
            if (left > 0) guids.push(receive("news", { at: T0 + 100_000 - left }).guid);
            left -= 1;
          });
          const seen = walked.map(({ guid }) => guid);
          expect(new Set(seen).size).toBe(seen.length);
          // Whoever walks on comes to the news; whoever walks back has left them behind.
          const expected = direction === "on" ? guids : guids.slice(0, there.length);
          expect(seen.toSorted()).toEqual(expected.toSorted());
          const rising = direction === "on" ? walked : walked.toReversed();
          expect(rising).toEqual(rising.toSorted((x, y) => x.at - y.at || x.rowId - y.rowId));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("one message", () => {
  it("is found by ROWID and by guid, whatever its kind", () => {
    const { store, receive, messages } = staged();
    const { id, guid } = receive("hello");
    expect(messages.get(String(id)).guid).toBe(guid);
    expect(messages.get(guid).rowId).toBe(id);
    const reaction = react(store, { target: guid, by: { address: MAYA }, kind: "love" });
    expect(messages.get(reaction.guid).kind).toBe("reaction");
    expect(() => messages.get("none")).toThrow(expect.objectContaining({ code: "not_found" }));
  });
});
