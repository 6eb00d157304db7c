import { describe, expect, it, onTestFinished } from "vitest";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { realPorts } from "../ports/real.ts";
import { MAYA, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openMessages } from "./messages.ts";

const T0 = 1_700_000_000_000;
const THERE = 1_500;

/** A history of 1,500 messages whose guids are their numbers, and pages far down in it. */
function staged() {
  const simulated = simulatedMessages(temporaryFolder());
  simulated.receive("the first", { at: T0 });
  simulated.sql(`INSERT INTO message (guid, date) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
    WHERE i < ${THERE - 1}) SELECT i, (SELECT date FROM message) + i FROM n`);
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
});
