import { existsSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { appleNanoseconds } from "./apple-time.ts";
import { ensureSimulatedDatabase } from "./history.ts";
import { makeLargeDatabase } from "./large-database.ts";
import { MACOS_VERSIONS } from "./macos.ts";
import { createSchema } from "./schema/create-schema.ts";
import { manualTime } from "./testing/manual-time.ts";
import { temporaryFolder } from "./testing/temporary-store.ts";

const { clock } = manualTime();

function open(path: string): Sqlite.Database {
  return new Sqlite(path, { readonly: true });
}

function number(database: Sqlite.Database, sql: string, ...values: unknown[]): number {
  return Number(
    database
      .prepare(sql)
      .pluck()
      .get(...values),
  );
}

describe.each(MACOS_VERSIONS)("the history on macOS %i", (macos) => {
  it("fills two weeks up to now, the last day included", () => {
    const chatDbPath = join(temporaryFolder(), "chat.db");
    expect(ensureSimulatedDatabase({ chatDbPath, macos, clock })).toBe(true);
    expect(ensureSimulatedDatabase({ chatDbPath, macos, clock })).toBe(false);
    const database = open(chatDbPath);
    expect(number(database, "SELECT count(*) FROM message WHERE item_type = 0")).toBeGreaterThan(150);
    expect(number(database, "SELECT count(*) FROM chat")).toBe(macos >= 26 ? 9 : 10);
    expect(number(database, "SELECT count(*) FROM chat WHERE style = 43")).toBe(2);
    const now = appleNanoseconds(clock.now());
    expect(number(database, "SELECT count(*) FROM message WHERE date > ?", now)).toBe(0);
    const day = 86_400_000_000_000n;
    expect(number(database, "SELECT count(*) FROM message WHERE date > ?", now - day)).toBeGreaterThan(40);
    expect(number(database, "SELECT count(*) FROM message WHERE date < ?", now - 14n * day)).toBe(0);
    for (const some of [
      ...(macos < 13 ? [] : ["date_edited > 0 AND part_count > 0", "part_count = 0 AND item_type = 0"]),
      "item_type = 2",
      "thread_originator_guid IS NOT NULL",
      "service = 'SMS'",
      "associated_message_type BETWEEN 2000 AND 2005",
      "is_audio_message = 1",
      "associated_message_type = 1000",
      "item_type = 1 AND group_action_type = 0",
      "payload_data IS NOT NULL AND balloon_bundle_id LIKE '%URLBalloonProvider'",
      "instr(attributedBody, '__kIMOneTimeCode') > 0",
      "instr(attributedBody, 'IMAudioTranscription') > 0",
      ...(macos < 26 ? [] : ["associated_message_type = 4000", "balloon_bundle_id LIKE '%.Polls'"]),
      "service = 'SMS' AND handle_id IN (SELECT ROWID FROM handle WHERE id = '+15550113')",
      "expressive_send_style_id IS NOT NULL",
      "is_read = 0 AND is_from_me = 0",
    ]) {
      expect(number(database, `SELECT count(*) FROM message WHERE ${some}`), some).toBeGreaterThan(0);
    }
    for (const file of database.prepare<[], string>("SELECT filename FROM attachment").pluck().all()) {
      expect(existsSync(file), file).toBe(true);
    }
    expect(number(database, "SELECT count(*) FROM pragma_foreign_key_check()")).toBe(0);
  });
});

it("is the same for the same moment", () => {
  const guids = [1, 2].map(() => {
    const chatDbPath = join(temporaryFolder(), "chat.db");
    ensureSimulatedDatabase({ chatDbPath, macos: 26, clock });
    return open(chatDbPath).prepare("SELECT guid, date FROM message ORDER BY ROWID").raw().all();
  });
  expect(guids[0]).toEqual(guids[1]);
});

describe("a large database", () => {
  const sample = { messages: 3000, conversations: 50, seed: 3, now: clock.now() };

  it.each(MACOS_VERSIONS)("has the very schema of a small one on macOS %i, triggers obeyed", (macos) => {
    const path = join(temporaryFolder(), "large.db");
    makeLargeDatabase({ ...sample, path, macos });
    const large = open(path);
    const small = new Sqlite(":memory:");
    createSchema(small, macos);
    const schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name";
    expect(large.prepare(schema).all()).toEqual(small.prepare(schema).all());
    expect(large.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(number(large, "SELECT count(*) FROM message")).toBe(3000);
    for (const some of [
      "associated_message_type BETWEEN 2000 AND 2005",
      "thread_originator_guid IS NOT NULL",
      "cache_has_attachments = 1",
      ...(macos < 13 ? [] : ["date_edited > 0 AND part_count = 1", "date_edited > 0 AND part_count = 0"]),
    ]) {
      expect(number(large, `SELECT count(*) FROM message WHERE ${some}`), some).toBeGreaterThan(0);
    }
    const bare = "SELECT count(*) FROM message WHERE attributedBody IS NULL AND item_type = 0";
    expect(number(large, macos < 13 ? bare : `${bare} AND part_count > 0`)).toBe(0);
    const hottest = "SELECT max(n) FROM (SELECT count(*) AS n FROM chat_message_join GROUP BY chat_id)";
    expect(number(large, hottest)).toBeGreaterThan(600);
    // What the triggers would have kept, had they been there.
    const rooms = `SELECT count(*) FROM message m WHERE cache_roomnames IS NOT (SELECT group_concat(c.room_name)
      FROM chat c JOIN chat_message_join j ON c.ROWID = j.chat_id WHERE j.message_id = m.ROWID)`;
    expect(number(large, rooms)).toBe(0);
    const files = `SELECT count(*) FROM message m WHERE cache_has_attachments <>
      EXISTS (SELECT 1 FROM message_attachment_join WHERE message_id = m.ROWID)`;
    expect(number(large, files)).toBe(0);
    expect(() => makeLargeDatabase({ ...sample, path, macos })).toThrow(/--force/);
  });
});
