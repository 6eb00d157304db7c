import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appleNanoseconds } from "./apple-time.ts";
import {
  createGroup,
  editMessage,
  ensureDirect,
  ensureSplitDirect,
  findMessage,
  genmoji,
  openMessageStore,
  partsOf,
  receiveMessage,
  rewriteChatGuids,
  type Store,
  scheduleMessage,
  sendMessage,
  sendScheduled,
  setColumns,
  unsendMessage,
  upgradeMacos,
} from "./message-store.ts";
import { samplePicture } from "./sample-files.ts";
import { createSchema } from "./schema/create-schema.ts";
import { seededChance } from "./seeded-chance.ts";
import { decodeSummary } from "./summary-info.ts";
import { manualTime } from "./testing/manual-time.ts";
import { rowOf, temporaryFolder, temporaryStore } from "./testing/temporary-store.ts";

const MAYA = "+15550111";
const picture = { name: "sun.png", content: samplePicture(40) };

function values(store: Store, sql: string): unknown[] {
  return store.database.prepare(sql).pluck().all();
}

function received(store: Store, text = "hello") {
  return receiveMessage(store, { chat: ensureDirect(store, MAYA), from: MAYA, text });
}

describe("unsending parts", () => {
  const twoFiles = (store: Store) =>
    receiveMessage(store, {
      chat: ensureDirect(store, MAYA),
      from: MAYA,
      text: "two suns",
      files: [picture, { ...picture, name: "b.png" }],
    });

  it("leaves the others with their numbers, and what is left can still be edited", () => {
    const store = temporaryStore();
    const { guid } = twoFiles(store);
    unsendMessage(store, { guid, part: 0 });
    expect(rowOf(store, guid)).toMatchObject({ part_count: 2n });
    expect(decodeSummary(findMessage(store, guid).summary).rp).toEqual([0]);
    expect(values(store, "SELECT transfer_name FROM attachment")).toEqual(["b.png"]);
    editMessage(store, { guid, text: "one sun" });
    editMessage(store, { guid, text: "one sun, really" });
    expect(partsOf(store, findMessage(store, guid)).map(({ number, text }) => [number, text])).toEqual([
      [1, "\uFFFC"],
      [2, "one sun, really"],
    ]);
    expect(decodeSummary(findMessage(store, guid).summary).ec["2"]).toHaveLength(3);
    expect(() => unsendMessage(store, { guid, part: 0 })).toThrow(/no part 0/);
    unsendMessage(store, { guid, part: 2 });
    unsendMessage(store, { guid, part: 1 });
    expect(rowOf(store, guid)).toMatchObject({ part_count: 0n, attributedBody: null });
    expect(decodeSummary(findMessage(store, guid).summary)).toMatchObject({ rp: [0, 1, 2], ec: {} });
  });

  it("keeps every part's text and number through any edits and unsends", () => {
    const store = temporaryStore();
    const chat = ensureDirect(store, MAYA);
    const step = fc.record({
      part: fc.nat(4),
      text: fc.option(fc.string({ unit: "grapheme", minLength: 1 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const pieces = [1, 2].flatMap((n) => [
          { text: `text ${n}` },
          { attachment: `A${n}`, name: `${n}.png` },
        ]);
        const { guid } = receiveMessage(store, { chat, from: MAYA, text: [...pieces, { text: "end" }] });
        const model = new Map(
          pieces.concat({ text: "end" }).map((piece, part) => [part, piece.text ?? "\uFFFC"]),
        );
        for (const { part, text } of steps) {
          // The placeholder of a file is no text that anybody types.
          if (!model.has(part) || text?.includes("\uFFFC")) continue;
          if (text === null) {
            unsendMessage(store, { guid, part });
            model.delete(part);
          } else if (part % 2 === 0) {
            editMessage(store, { guid, part, text });
            model.set(part, text);
          }
        }
        const parts = partsOf(store, findMessage(store, guid));
        expect(parts.map(({ number, text }) => [number, text])).toEqual([...model].sort(([a], [b]) => a - b));
        expect(rowOf(store, guid).part_count).toBe(BigInt(model.size));
      }),
      { numRuns: 60 },
    );
  });

  it("counts a genmoji to the text that it stands in", () => {
    const store = temporaryStore();
    const chat = ensureDirect(store, MAYA);
    const files = [genmoji("a fox on a bicycle")];
    const { guid } = receiveMessage(store, { chat, from: MAYA, text: " look", files });
    expect(rowOf(store, guid).part_count).toBe(1n);
    expect(partsOf(store, findMessage(store, guid))).toMatchObject([{ number: 0, text: "\uFFFC look" }]);
    expect(values(store, "SELECT emoji_image_short_description FROM attachment")).toEqual([
      "a fox on a bicycle",
    ]);
  });

  it("replies name the part", () => {
    const store = temporaryStore();
    const { guid } = twoFiles(store);
    const reply = sendMessage(store, {
      chat: ensureDirect(store, MAYA),
      text: "which?",
      replyTo: guid,
      replyToPart: 2,
      state: "sent",
    });
    expect(rowOf(store, reply.guid)).toMatchObject({
      thread_originator_guid: guid,
      thread_originator_part: "2:0:8",
    });
  });
});

it("a scheduled message waits for its date", () => {
  const store = temporaryStore();
  const at = store.clock.now() + 3_600_000;
  const { guid } = scheduleMessage(store, { chat: ensureDirect(store, MAYA), text: "later", at });
  expect(rowOf(store, guid)).toMatchObject({ schedule_type: 2n, is_sent: 0n, date: appleNanoseconds(at) });
  sendScheduled(store, { guid, at: at + 500 });
  expect(rowOf(store, guid)).toMatchObject({
    schedule_type: 0n,
    is_sent: 1n,
    date: appleNanoseconds(at + 500),
  });
  expect(values(store, "SELECT message_date FROM chat_message_join")).toEqual([
    Number(appleNanoseconds(at + 500)),
  ]);
});

describe("the upgrade to macOS 26", () => {
  it("rewrites the guids of conversations, and nobody is left twice", () => {
    const store = temporaryStore(15);
    const [first, second] = ensureSplitDirect(store, MAYA, ["iMessage", "SMS"]);
    const group = createGroup(store, { name: "Crew", addresses: [MAYA] });
    if (first === undefined || second === undefined) throw new Error("no conversations");
    const guids = [first, second].map((chat) => receiveMessage(store, { chat, from: MAYA, text: "x" }).guid);
    expect(rewriteChatGuids(store)).toBe(3);
    expect(values(store, "SELECT guid FROM chat ORDER BY ROWID")).toEqual([
      `any;-;${MAYA}`,
      group.guid.replace("iMessage", "any"),
    ]);
    expect(values(store, "SELECT guid FROM message ORDER BY ROWID")).toEqual(guids);
    expect(values(store, "SELECT DISTINCT chat_id FROM chat_message_join")).toEqual([first.id]);
  });

  it.each([12, 13, 15] as const)("gives the database of macOS %i the newer schema", (macos) => {
    const folder = temporaryFolder();
    const store = temporaryStore(macos, folder);
    const { guid } = received(store);
    upgradeMacos(store, 26);
    store.database.close();
    const upgraded = openMessageStore({
      path: `${folder}/chat.db`,
      clock: manualTime().clock,
      randomness: seededChance(2),
    });
    expect(upgraded.macos).toBe(26);
    editMessage(upgraded, { guid, text: "edited" });
    const fresh = new Sqlite(":memory:");
    createSchema(fresh, 26);
    for (const type of ["table", "index", "trigger"]) {
      const names = `SELECT name FROM sqlite_master WHERE type = '${type}' ORDER BY name`;
      expect(values(upgraded, names)).toEqual(fresh.prepare(names).pluck().all());
    }
    const columns = "SELECT name FROM pragma_table_info('message') ORDER BY name";
    expect(values(upgraded, columns)).toEqual(fresh.prepare(columns).pluck().all());
    expect(values(upgraded, "SELECT service FROM chat_service")).toEqual(["iMessage"]);
    upgraded.database.close();
  });
});

it("columns can be written as they are, but only those that there are", () => {
  const store = temporaryStore(12);
  const { id, guid } = received(store);
  setColumns(store, "message", id, { date_read: 2n ** 63n - 1n, schedule_type: 2 });
  expect(rowOf(store, guid).date_read).toBe(2n ** 63n - 1n);
  expect(() => setColumns(store, "message", id, { no_such_column: 1 })).toThrow(/no_such_column/);
});
