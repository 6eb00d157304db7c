import { describe, expect, it, onTestFinished } from "vitest";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { realPorts } from "../ports/real.ts";
import { MAYA, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openMessages } from "./messages.ts";

const T0 = 1_700_000_000_000;
const THERE = 1_500;
const MANY = 12_000;

/** A history of 1,500 messages whose guids are their numbers, and pages far down in it. */
function staged(there = THERE) {
  const simulated = simulatedMessages(temporaryFolder());
  simulated.receive("the first", { at: T0 });
  simulated.sql(`INSERT INTO message (guid, date) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
    WHERE i < ${there - 1}) SELECT i, (SELECT date FROM message) + i FROM n`);
  simulated.sql(`INSERT INTO chat_message_join (chat_id, message_id, message_date)
    SELECT 1, ROWID, date FROM message WHERE ROWID > 1`);
  const chatDb = keepChatDb(simulated.path, realPorts().clock);
  onTestFinished(() => chatDb.close());
  const messages = openMessages(chatDb);
  const guids = (offset: number, limit = 50) =>
    messages.list({ conversationId: `any;-;${MAYA}`, limit, offset }).items.map(({ guid }) => guid);
  /** The same, asked of somebody who remembers nothing. */
  const counted = (offset: number, limit = 50) =>
    openMessages(chatDb)
      .list({ conversationId: `any;-;${MAYA}`, limit, offset })
      .items.map(({ guid }) => guid);
  return { ...simulated, guids, counted };
}

describe("paging far down by offset", () => {
  it("comes to the very same messages as counting them all does", () => {
    const { guids, counted } = staged();
    for (const offset of [950, 1_000, 1_050, 1_100, 1_070, 1_450, 1_490, 1_500, 1_001]) {
      expect(guids(offset)).toEqual(counted(offset));
    }
    expect(guids(1_050, 2)).toEqual([String(THERE - 1 - 1_050), String(THERE - 2 - 1_050)]);
  });

  it("takes messages into account that came meanwhile", () => {
    const { guids, counted, receive } = staged();
    guids(1_000);
    guids(1_050);
    receive("news", { at: T0 + 1_000 });
    receive("more", { at: T0 + 2_000 });
    for (const offset of [1_050, 1_100, 1_101, 1_102, 1_103, 1_000])
      expect(guids(offset)).toEqual(counted(offset));
  });

  it("forgets where it was when a message was deleted", () => {
    const { guids, counted, sql } = staged();
    guids(1_000);
    sql("DELETE FROM message WHERE guid = '1400'");
    expect(guids(1_050)).toEqual(counted(1_050));
  });

  it("forgets where it was when a message was moved to Recently Deleted", () => {
    const { guids, counted, sql } = staged();
    guids(1_000);
    const moved = "(SELECT ROWID FROM message WHERE guid = '1400')";
    sql(
      `INSERT INTO chat_recoverable_message_join (chat_id, message_id, delete_date) VALUES (1, ${moved}, 1)`,
    );
    sql(`DELETE FROM chat_message_join WHERE message_id = ${moved}`);
    expect(guids(1_050)).toEqual(counted(1_050));
  });

  it("forgets where it was when a message came that is not the newest", () => {
    const { guids, counted, receive, sql } = staged();
    guids(1_000);
    const { id } = receive("from another device", { at: T0 });
    sql("UPDATE message SET date = (SELECT date FROM message WHERE guid = '1400') WHERE ROWID = ?", id);
    sql(
      "UPDATE chat_message_join SET message_date = (SELECT date FROM message WHERE ROWID = ?) WHERE message_id = ?",
      id,
      id,
    );
    expect(guids(1_050)).toEqual(counted(1_050));
  });
});

describe("an offset far down", () => {
  it("is refused to whoever jumps there, with what to do instead", () => {
    const { guids } = staged(MANY);
    expect(guids(10_000)).toHaveLength(50);
    const far = staged(MANY);
    expect(() => far.guids(10_001)).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        message: expect.stringMatching(/^offset: 10001 is too far .*`before`.*`next_cursor`/),
      }),
    );
  });

  it("is past the end of a history that has not so much", () => {
    expect(staged().guids(999_999_999)).toEqual([]);
  });

  it("is reached from page to page, also when something was deleted meanwhile", () => {
    const { guids, sql } = staged(MANY);
    const seen: string[] = [];
    for (let offset = 0; ; offset += 200) {
      const page = guids(offset, 200);
      if (page.length === 0) break;
      seen.push(...page);
      if (offset === 11_000) sql("DELETE FROM message WHERE guid = '11990'");
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(MANY);
    // And back up, by what is remembered of the way.
    expect(guids(10_400, 1)).toEqual([seen[10_400]]);
  });
});
