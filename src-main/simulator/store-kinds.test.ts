import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { appleNanoseconds } from "./apple-time.ts";
import { MAC_ADDRESS, MACOS_VERSIONS } from "./macos.ts";
import {
  addToConversation,
  arriveFile,
  attachmentsOf,
  backfillMessages,
  beginDownload,
  changeNumber,
  createGroup,
  deleteConversation,
  deleteForGood,
  deleteMessage,
  downgradeMessage,
  ensureDirect,
  ensureSplitDirect,
  failDownload,
  filterConversation,
  findMessage,
  keepAudio,
  linkConversations,
  markPlayed,
  placeSticker,
  react,
  reactWithSticker,
  receiveBeforeBody,
  receiveBeforeJoin,
  receiveMessage,
  recentlyDeleted,
  removeBackground,
  removeGroupPhoto,
  removeReaction,
  renameGroup,
  restoreMessage,
  type Store,
  sendMessage,
  setBackground,
  setGroupPhoto,
  setLine,
  setPerson,
  shareLocation,
  startSharePlay,
  TRANSFER,
  textOf,
} from "./message-store.ts";
import { samplePicture } from "./sample-files.ts";
import { rowOf, temporaryFolder, temporaryStore } from "./testing/temporary-store.ts";

const MAYA = "+15550111";
const picture = { name: "sun.png", content: samplePicture(40) };

function rows(store: Store, sql: string): unknown[] {
  return store.database.prepare(sql).all();
}

function values(store: Store, sql: string): unknown[] {
  return store.database.prepare(sql).pluck().all();
}

function received(store: Store, text = "hello") {
  return receiveMessage(store, { chat: ensureDirect(store, MAYA), from: MAYA, text });
}

/** Every version, and one whose columns stand in another order. */
const KINDS = [
  ...MACOS_VERSIONS.map((macos) => ({ macos, seed: undefined })),
  { macos: 26, seed: 9 },
] as const;

describe.each(KINDS)("on macOS $macos (columns shuffled by $seed)", ({ macos, seed }) => {
  const make = (): Store => temporaryStore(macos, temporaryFolder(), seed);

  it("what happens in a group leaves a row of its own kind", () => {
    const store = make();
    const chat = createGroup(store, { name: "Crew", addresses: [MAYA, "+15550112"] });
    const by = { address: MAYA };
    const voice = receiveMessage(store, {
      chat,
      from: MAYA,
      files: [{ name: "a.caf", content: Buffer.alloc(4) }],
    });
    const changes = [
      setGroupPhoto(store, { chat, by, photo: picture }),
      removeGroupPhoto(store, { chat, by }),
      setBackground(store, { chat, by }),
      removeBackground(store, { chat, by: "me" }),
      renameGroup(store, { chat, by, name: null }),
      shareLocation(store, { chat, by }),
      shareLocation(store, { chat, by, stop: true }),
      startSharePlay(store, { chat, by }),
      keepAudio(store, { chat, by: "me", guid: voice.guid }),
    ].map(({ guid }) => rowOf(store, guid));
    expect(
      changes.map((row) => [row.item_type, row.group_action_type, row.share_status].map(Number)),
    ).toEqual([
      [3, 1, 0],
      [3, 2, 0],
      [3, 4, 0],
      [3, 6, 0],
      [2, 0, 0],
      [4, 0, 0],
      [4, 0, 1],
      [6, 0, 0],
      [5, 0, 0],
    ]);
    expect(changes[0]).toMatchObject({ cache_has_attachments: 1n });
    expect(changes[4]).toMatchObject({ group_title: null });
    const changed = rowOf(store, changeNumber(store, { chat, from: "+15550112", to: "+15550199" }).guid);
    expect(changed.other_handle).toBe(changed.handle_id);
    expect(
      values(store, "SELECT h.id FROM chat_handle_join j JOIN handle h ON h.ROWID = j.handle_id"),
    ).toEqual(expect.arrayContaining([MAYA, "+15550199"]));
  });

  it("an announced file comes later, and may stay away", () => {
    const store = make();
    const { id, guid } = receiveMessage(store, {
      chat: ensureDirect(store, MAYA),
      from: MAYA,
      text: "look",
      files: [{ ...picture, late: true }],
    });
    const file = () => attachmentsOf(store, id)[0];
    const announced = file();
    if (announced === undefined) throw new Error("no attachment");
    expect(announced).toMatchObject({ guid: `at_0_${guid}`, filename: null, state: 0 });
    beginDownload(store, announced);
    expect(file()).toMatchObject({ filename: null, state: 3 });
    const path = arriveFile(store, announced, picture);
    expect(file()).toMatchObject({ filename: path, state: 5 });
    expect(existsSync(path)).toBe(true);
  });

  it("a deletion can be taken back until it is for good", () => {
    const store = make();
    const { id, guid } = received(store);
    deleteMessage(store, { guid });
    if (macos >= 13) {
      expect(recentlyDeleted(store)).toEqual([guid]);
      expect(values(store, "SELECT message_id FROM chat_message_join")).toEqual([]);
      restoreMessage(store, { guid });
      expect(recentlyDeleted(store)).toEqual([]);
      expect(rows(store, "SELECT message_id, message_date FROM chat_message_join")).toEqual([
        { message_id: id, message_date: Number(appleNanoseconds(store.clock.now())) },
      ]);
      deleteMessage(store, { guid });
      expect(values(store, "SELECT guid FROM deleted_messages")).toEqual([]);
      deleteForGood(store, { guid });
    }
    expect(rowOf(store, guid)).toEqual({});
    expect(values(store, "SELECT guid FROM deleted_messages")).toEqual([guid]);
  });

  it("a conversation is deleted with its messages", () => {
    const store = make();
    const first = received(store);
    const chat = ensureDirect(store, MAYA);
    deleteConversation(store, chat);
    expect(recentlyDeleted(store)).toEqual(macos >= 13 ? [first.guid] : []);
    if (macos >= 13) deleteConversation(store, chat, { forGood: true });
    expect(values(store, "SELECT guid FROM chat")).toEqual([]);
    expect(values(store, "SELECT guid FROM deleted_messages")).toEqual([first.guid]);
  });

  it("rows come before their body and before their join", () => {
    const store = make();
    const chat = ensureDirect(store, MAYA);
    const bodyless = receiveBeforeBody(store, { chat, from: MAYA, text: "late words" });
    expect(rowOf(store, bodyless.guid)).toMatchObject({ text: null, attributedBody: null });
    bodyless.finish();
    expect(textOf(findMessage(store, bodyless.guid))).toBe("late words");
    const unjoined = receiveBeforeJoin(store, { chat, from: MAYA, text: "where" });
    expect(findMessage(store, unjoined.guid).chatId).toBeNull();
    unjoined.finish();
    expect(findMessage(store, unjoined.guid).chatId).toBe(chat.id);
  });

  it("old messages come last when iCloud brings them", () => {
    const store = make();
    const newest = received(store);
    const at = store.clock.now() - 90 * 86_400_000;
    const [old] = backfillMessages(store, ensureDirect(store, MAYA), [
      { from: { address: MAYA }, text: "long ago", at, guid: "OLD-GUID" },
      { from: "me", text: "me too", at: at + 1000 },
    ]);
    expect(old?.guid).toBe("OLD-GUID");
    expect(old?.id).toBeGreaterThan(newest.id);
    expect(rowOf(store, "OLD-GUID")).toMatchObject({
      date: appleNanoseconds(at),
      is_read: 1n,
      ck_sync_state: 1n,
    });
  });

  it("a message belongs to a line, a subject, and to more than one conversation", () => {
    const store = make();
    const chat = ensureDirect(store, MAYA);
    setLine(store, chat, MAC_ADDRESS);
    const { id, guid } = sendMessage(store, { chat, text: "x", subject: "Hm", state: "sent" });
    expect(rowOf(store, guid)).toMatchObject({
      destination_caller_id: MAC_ADDRESS,
      account: `E:${MAC_ADDRESS}`,
      subject: "Hm",
    });
    const other = receiveMessage(store, { chat, from: MAYA, text: "y", line: "+15550100" });
    expect(rowOf(store, other.guid)).toMatchObject({ account: "P:+15550100" });
    addToConversation(store, { id }, createGroup(store, { name: "G", addresses: [MAYA] }));
    expect(values(store, `SELECT count(*) FROM chat_message_join WHERE message_id = ${id}`)).toEqual([2]);
    filterConversation(store, chat, { filter: 2, blackholed: true });
    expect(rows(store, `SELECT is_filtered, is_blackholed FROM chat WHERE ROWID = ${chat.id}`)).toEqual([
      { is_filtered: 2, is_blackholed: 1 },
    ]);
    markPlayed(store, id, store.clock.now());
    expect(rowOf(store, guid)).toMatchObject({
      is_played: 1n,
      date_played: appleNanoseconds(store.clock.now()),
    });
  });

  it("one person is reached by several services", () => {
    const store = make();
    const chats = ensureSplitDirect(store, MAYA, ["iMessage", "SMS", "RCS"]);
    expect(new Set(chats.map(({ id }) => id)).size).toBe(3);
    expect(chats[1]?.guid).toBe(`SMS;-;${MAYA}`);
    setPerson(store, { id: "PERSON", addresses: [MAYA] });
    expect(new Set(values(store, "SELECT person_centric_id FROM handle"))).toEqual(new Set(["PERSON"]));
    if (macos < 26) {
      expect(() => linkConversations(store, { identifier: "x", chats })).toThrow(/macOS 26/);
      return;
    }
    const linked = "SELECT chat FROM chat_lookup WHERE identifier = '+15550111' ORDER BY chat";
    expect(values(store, linked)).toEqual(chats.map(({ id }) => id));
    linkConversations(store, { identifier: "maya@example.com", chats });
    expect(values(store, "SELECT count(*) FROM chat_lookup WHERE identifier = 'maya@example.com'")).toEqual([
      3,
    ]);
  });

  it("satellite and stickers", () => {
    const store = make();
    const chat = ensureDirect(store, MAYA);
    const target = receiveMessage(store, { chat, from: MAYA, text: "cold here", service: "iMessageLite" });
    expect(rowOf(store, target.guid).service).toBe("iMessageLite");
    if (macos >= 15) expect(rowOf(store, target.guid).sent_or_received_off_grid).toBe(1n);
    const by = { address: MAYA };
    const placed = placeSticker(store, { target: target.guid, by, picture });
    const tapback = reactWithSticker(store, { target: target.guid, by, picture });
    for (const [{ guid }, type] of [
      [placed, 1000n],
      [tapback, 2007n],
    ] as const) {
      expect(rowOf(store, guid)).toMatchObject({
        associated_message_type: type,
        associated_message_guid: `p:0/${target.guid}`,
        cache_has_attachments: 1n,
      });
    }
    expect(values(store, "SELECT is_sticker FROM attachment")).toEqual([1, 1]);
  });

  it("what was meant for iMessage goes as SMS, and a download may fail", () => {
    const store = make();
    const chat = ensureDirect(store, MAYA);
    const sent = sendMessage(store, { chat, text: "x", state: "sent" });
    downgradeMessage(store, sent.guid);
    expect(rowOf(store, sent.guid)).toMatchObject({ service: "SMS", was_downgraded: 1n });
    const { id } = receiveMessage(store, { chat, from: MAYA, files: [{ ...picture, late: true }] });
    for (const file of attachmentsOf(store, id)) failDownload(store, file);
    expect(attachmentsOf(store, id)).toMatchObject([{ filename: null, state: TRANSFER.failed }]);
  });

  it("a tapback on a balloon names the balloon", () => {
    const store = make();
    const { guid: target } = received(store);
    const loved = { target, by: { address: MAYA }, kind: "love", onBalloon: true };
    expect(rowOf(store, react(store, loved).guid).associated_message_guid).toBe(`bp:${target}`);
    expect(rowOf(store, removeReaction(store, loved).guid)).toMatchObject({
      associated_message_guid: `bp:${target}`,
      associated_message_type: 3000n,
    });
  });
});
