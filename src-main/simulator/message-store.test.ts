import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { appleNanoseconds } from "./apple-time.ts";
import { MACOS_VERSIONS } from "./macos.ts";
import {
  addParticipant,
  createGroup,
  editMessage,
  ensureDirect,
  failMessage,
  findMessage,
  leaveGroup,
  markDelivered,
  markRead,
  markSent,
  openMessageStore,
  participantsOf,
  react,
  receiveMessage,
  removeParticipant,
  removeReaction,
  renameGroup,
  type Store,
  sendMessage,
  textOf,
  unsendMessage,
} from "./message-store.ts";
import { samplePicture } from "./sample-files.ts";
import { seededChance } from "./seeded-chance.ts";
import { decodeSummary } from "./summary-info.ts";
import { manualTime } from "./testing/manual-time.ts";
import { rowOf, temporaryFolder, temporaryStore } from "./testing/temporary-store.ts";

function received(store: Store, text = "hello"): string {
  return receiveMessage(store, { chat: ensureDirect(store, "+15550111"), from: "+15550111", text }).guid;
}

function count(store: Store, sql: string): unknown {
  return store.database.prepare(sql).pluck().get();
}

describe.each(MACOS_VERSIONS)("messages on macOS %i", (macos) => {
  it("arrive with a body, a conversation and an exact date", () => {
    const store = temporaryStore(macos);
    const at = Date.UTC(2026, 2, 1, 8, 30, 0, 123);
    const chat = ensureDirect(store, "+15550111");
    expect(chat.guid).toBe(macos >= 26 ? "any;-;+15550111" : "iMessage;-;+15550111");
    const { guid, id } = receiveMessage(store, { chat, from: "+15550111", text: "tack 🙏", at });
    expect(guid).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    expect(rowOf(store, guid)).toMatchObject({
      text: macos < 15 ? "tack 🙏" : null,
      date: appleNanoseconds(at),
      service: "iMessage",
      destination_caller_id: "+15550100",
      is_from_me: 0n,
      ...(macos < 13 ? {} : { part_count: 1n }),
    });
    expect(appleNanoseconds(at)).toBe(794_046_600_123_000_000n);
    expect(textOf(findMessage(store, guid))).toBe("tack 🙏");
    expect(count(store, `SELECT message_date FROM chat_message_join WHERE message_id = ${id}`)).toBe(
      Number(appleNanoseconds(at)),
    );
  });

  it("name their group in the cache that a trigger keeps", () => {
    const store = temporaryStore(macos);
    const chat = createGroup(store, { name: "Trip", addresses: ["+15550111", "+15550112"] });
    expect(chat).toMatchObject({ style: 43, displayName: "Trip" });
    expect(chat.guid.startsWith(macos >= 26 ? "any;+;chat" : "iMessage;+;chat")).toBe(true);
    const { guid } = sendMessage(store, { chat, text: "hi", state: "sent" });
    expect(rowOf(store, guid)).toMatchObject({
      cache_roomnames: chat.identifier,
      handle_id: 0n,
      is_sent: 1n,
    });
  });

  it("bring real files", () => {
    const store = temporaryStore(macos);
    const chat = ensureDirect(store, "+15550111");
    const files = [{ name: "../sun.png", content: samplePicture(40) }];
    const { guid } = receiveMessage(store, { chat, from: "+15550111", text: "look", files });
    const row = store.database.prepare<[], Record<string, unknown>>("SELECT * FROM attachment").get() ?? {};
    expect(row).toMatchObject({
      guid: `at_0_${guid}`,
      transfer_state: 5,
      mime_type: "image/png",
      transfer_name: "sun.png",
    });
    expect(String(row.filename).startsWith(store.attachments)).toBe(true);
    expect(readFileSync(String(row.filename)).length).toBe(row.total_bytes);
    expect(rowOf(store, guid)).toMatchObject({ cache_has_attachments: 1n });
    expect(textOf(findMessage(store, guid))).toBe("\uFFFClook");
  });
});

it("keeps one conversation for all services of a person on macOS 26, and one each before", () => {
  const perService = (store: Store) =>
    (["iMessage", "SMS"] as const).map((service) => ensureDirect(store, "+15550111", service).guid);
  expect(new Set(perService(temporaryStore(26))).size).toBe(1);
  expect(perService(temporaryStore(15))).toEqual(["iMessage;-;+15550111", "SMS;-;+15550111"]);
  const store = temporaryStore(26);
  perService(store);
  expect(store.database.prepare("SELECT service FROM chat_service ORDER BY 1").pluck().all()).toEqual([
    "SMS",
    "iMessage",
  ]);
});

it("replies, with the length of what is replied to, and effects", () => {
  const store = temporaryStore();
  const chat = ensureDirect(store, "+15550111");
  const target = received(store, "dinner?");
  const effect = "com.apple.MobileSMS.expressivesend.impact";
  const { guid } = sendMessage(store, { chat, text: "yes", replyTo: target, effect, state: "sent" });
  expect(rowOf(store, guid)).toMatchObject({
    thread_originator_guid: target,
    thread_originator_part: "0:0:7",
    reply_to_guid: target,
    expressive_send_style_id: effect,
  });
});

describe("tapbacks", () => {
  const by = { address: "+15550111" };

  it("replace one another, and a removal deletes the row", () => {
    const store = temporaryStore();
    const target = received(store);
    react(store, { target, by, kind: "love" });
    const fox = react(store, { target, by, kind: "🦊" });
    expect(rowOf(store, fox.guid)).toMatchObject({
      associated_message_guid: `p:0/${target}`,
      associated_message_type: 2006n,
      associated_message_emoji: "🦊",
    });
    const removal = removeReaction(store, { target, by, kind: "🦊" });
    expect(rowOf(store, removal.guid)).toMatchObject({ associated_message_type: 3006n });
    expect(
      count(store, "SELECT count(*) FROM message WHERE associated_message_type BETWEEN 2000 AND 2007"),
    ).toBe(0);
    expect(store.database.prepare("SELECT guid FROM deleted_messages").pluck().all()).toContain(fox.guid);
    expect(() => removeReaction(store, { target, by, kind: "love" })).toThrow(/no tapback/);
  });

  it("with an emoji do not exist on macOS 13", () => {
    const store = temporaryStore(13);
    const target = received(store);
    expect(() => react(store, { target, by, kind: "🦊" })).toThrow(/macOS 13/);
    expect(rowOf(store, react(store, { target, by, kind: "question" }).guid).associated_message_type).toBe(
      2005n,
    );
  });
});

it("edits keep every version, and the picture that came with the text", () => {
  const store = temporaryStore();
  const chat = ensureDirect(store, "+15550111");
  const files = [{ name: "a.png", content: samplePicture(1) }];
  const { guid } = receiveMessage(store, { chat, from: "+15550111", text: "one", files });
  editMessage(store, { guid, text: "two" });
  editMessage(store, { guid, text: "three" });
  const message = findMessage(store, guid);
  expect(textOf(message)).toBe("\uFFFCthree");
  const summary = decodeSummary(message.summary);
  expect(summary.otr).toEqual({ 0: { lo: 0, le: 1 }, 1: { lo: 1, le: 3 } });
  expect(summary.ec["1"]?.map(({ t }) => textOf({ ...message, body: t }))).toEqual(["one", "two", "three"]);
  expect(rowOf(store, guid).date_edited).toBe(appleNanoseconds(store.clock.now()));
});

it("an unsent message keeps nothing but its layout", () => {
  const store = temporaryStore();
  const guid = received(store, "oops");
  unsendMessage(store, { guid });
  expect(rowOf(store, guid)).toMatchObject({ text: null, attributedBody: null, part_count: 0n });
  expect(decodeSummary(findMessage(store, guid).summary)).toEqual({
    otr: { 0: { lo: 0, le: 4 } },
    ec: {},
    rp: [0],
  });
  expect(() => editMessage(store, { guid, text: "x" })).toThrow(/unsent/);
});

it("groups change with the rows that announce it", () => {
  const store = temporaryStore();
  const chat = createGroup(store, { name: null, addresses: ["+15550111", "+15550112"] });
  const by = { address: "+15550111" };
  const rows = [
    renameGroup(store, { chat, by, name: "Crew" }),
    addParticipant(store, { chat, by, address: "+15550113" }),
    removeParticipant(store, { chat, by, address: "+15550112" }),
    leaveGroup(store, { chat, by: { address: "+15550113" } }),
  ].map(({ guid }) => rowOf(store, guid));
  expect(rows.map((row) => [row.item_type, row.group_action_type])).toEqual([
    [2n, 0n],
    [1n, 0n],
    [1n, 1n],
    [3n, 0n],
  ]);
  expect(rows[0]).toMatchObject({ group_title: "Crew" });
  expect(participantsOf(store, chat).map(({ address }) => address)).toEqual(["+15550111"]);
});

it("receipts move a message on, and a failure holds it", () => {
  const store = temporaryStore();
  const chat = ensureDirect(store, "+15550111");
  const sent = sendMessage(store, { chat, text: "a", state: "sending" });
  expect(rowOf(store, sent.guid).is_sent).toBe(0n);
  markSent(store, sent.id);
  markDelivered(store, sent.id);
  markRead(store, findMessage(store, sent.guid));
  expect(rowOf(store, sent.guid)).toMatchObject({ is_sent: 1n, is_delivered: 1n, is_read: 1n });
  const lost = sendMessage(store, { chat, text: "b", state: "sending" });
  failMessage(store, lost.id, 22);
  markSent(store, lost.id);
  expect(rowOf(store, lost.guid)).toMatchObject({ is_sent: 0n, error: 22n });
});

describe("where it will not write", () => {
  const open = (path: string) =>
    openMessageStore({ path, macos: 26, clock: manualTime().clock, randomness: seededChance(1) });

  it("is the real Messages folder, however spelled", () => {
    for (const home of new Set([homedir(), userInfo().homedir])) {
      expect(() => open(join(home, "Library/Messages/chat.db"))).toThrow(/real Messages/);
      expect(() => open(join(home, "library/MESSAGES/sub/chat.db"))).toThrow(/real Messages/);
    }
    expect(() => open("/Users/somebody/Library/Messages/chat.db")).toThrow(/--data-dir/);
  });

  it("is neither reached through a symbolic link", () => {
    const folder = temporaryFolder();
    vi.stubEnv("HOME", folder);
    mkdirSync(join(folder, "Library/Messages"), { recursive: true });
    symlinkSync(join(folder, "Library/Messages"), join(folder, "innocent"));
    expect(() => open(join(folder, "innocent", "chat.db"))).toThrow(/real Messages/);
    expect(existsSync(join(folder, "Library/Messages/chat.db"))).toBe(false);
    vi.unstubAllEnvs();
  });
});

it("says when there is no database", () => {
  const path = join(temporaryFolder(), "chat.db");
  const options = { path, clock: manualTime().clock, randomness: seededChance(1) };
  expect(() => openMessageStore(options)).toThrow(/no simulated database/);
});
