import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createGroup,
  editMessage,
  findByGuid,
  findMessage,
  type Inserted,
  partsOf,
  receiveMessage,
  sendMessage,
  textOf,
} from "./message-store.ts";
import { MAYA, type StagedOsascript, stagedOsascript, WITH_MAYA } from "./testing/staged-osascript.ts";
import { rowOf } from "./testing/temporary-store.ts";
import { typingIn } from "./typing.ts";

const DONE = { exitCode: 0, stdout: "done\n", stderr: "" };
const NOT_FOUND = {
  exitCode: 0,
  stdout: expect.stringMatching(/^unresolved -1728 System Events got an error: /),
};

/** A staged osascript with something that Maya wrote, and something that this Mac did. */
function conversation() {
  const stage = stagedOsascript();
  const chat = withMaya(stage);
  const hers = receiveMessage(stage.store, { chat, from: MAYA, text: "Lunch at noon?" });
  const ours = sendMessage(stage.store, { chat, text: "Yes", state: "sent" });
  return { ...stage, chat, hers, ours };
}

function withMaya({ store }: StagedOsascript) {
  const chat = findByGuid(store, WITH_MAYA);
  if (chat === null) throw new Error("Maya is gone");
  return chat;
}

function tapbacks({ store }: StagedOsascript, { guid }: Inserted): unknown[] {
  const sql = "SELECT associated_message_type FROM message WHERE associated_message_guid = ? ORDER BY ROWID";
  return store.database.prepare(sql).pluck().all(`p:0/${guid}`);
}

describe("a tapback", () => {
  it("is put on a bubble, replaced by another, and taken away by the same", async () => {
    const stage = conversation();
    const react = (kind: string, how: string) =>
      stage.script("react", stage.hers.guid, "Lunch at noon?", kind, how);
    expect(await react("love", "add")).toEqual(DONE);
    expect(tapbacks(stage, stage.hers)).toEqual([2000]);
    expect(await react("question", "add")).toEqual(DONE);
    expect(tapbacks(stage, stage.hers)).toEqual([2005]);
    expect(await react("question", "remove")).toEqual(DONE);
    expect(tapbacks(stage, stage.hers)).toEqual([3005]);
  });

  it("is a toggle, whatever was meant", async () => {
    const stage = conversation();
    for (const how of ["remove", "add"])
      await stage.script("react", stage.hers.guid, "Lunch at noon?", "like", how);
    expect(tapbacks(stage, stage.hers)).toEqual([3001]);
  });

  it("goes to the part of a message whose bubble says that", async () => {
    const stage = conversation();
    const files = [{ name: "sun.png", content: new Uint8Array(8) }];
    const { guid } = receiveMessage(stage.store, { chat: stage.chat, from: MAYA, text: "the sun", files });
    await stage.script("react", guid, "the sun", "love", "add");
    expect(findMessage(stage.store, stage.rows().at(-1)?.guid ?? "").associatedType).toBe(2000);
    expect(rowOf(stage.store, stage.rows().at(-1)?.guid ?? "").associated_message_guid).toBe(`p:1/${guid}`);
    await stage.script("react", guid, "", "like", "add");
    expect(rowOf(stage.store, stage.rows().at(-1)?.guid ?? "").associated_message_guid).toBe(`p:0/${guid}`);
  });

  it.each([
    ["another text than its bubble has", (guid: string) => [guid, "Lunch at one?", "love", "add"]],
    ["no message there is", () => ["NONE", "Lunch at noon?", "love", "add"]],
  ])("is not put on %s", async (_, values) => {
    const stage = conversation();
    expect(await stage.script("react", ...values(stage.hers.guid))).toMatchObject(NOT_FOUND);
    expect(stage.rows()).toHaveLength(2);
  });

  it("is one of six, and nothing else", async () => {
    const stage = conversation();
    const { stdout } = await stage.script("react", stage.hers.guid, "Lunch at noon?", "🎉", "add");
    expect(stdout).toMatch(/^unresolved -2700 /);
  });
});

describe("an answer under a bubble", () => {
  it("is a message of its own in that thread", async () => {
    const { script, store, hers, rows } = conversation();
    expect(await script("reply", hers.guid, "Lunch at noon?", "Noon it is")).toMatchObject({
      stdout: "sent\n",
    });
    const answer = rows().at(-1);
    expect(answer && textOf(answer)).toBe("Noon it is");
    expect(rowOf(store, answer?.guid ?? "")).toMatchObject({
      is_sent: 1n,
      thread_originator_guid: hers.guid,
      thread_originator_part: "0:0:14",
    });
  });

  it("is not sent where the bubble says something else", async () => {
    const { script, hers, rows } = conversation();
    expect(await script("reply", hers.guid, "Dinner?", "Yes")).toMatchObject(NOT_FOUND);
    expect(rows()).toHaveLength(2);
  });
});

describe("what one wrote", () => {
  it("can be edited, five times", async () => {
    const { script, store, ours } = conversation();
    for (let n = 1; n <= 5; n++) {
      expect(await script("edit", ours.guid, n === 1 ? "Yes" : `Yes ${n - 1}`, `Yes ${n}`)).toEqual(DONE);
    }
    expect(textOf(findMessage(store, ours.guid))).toBe("Yes 5");
    expect(await script("edit", ours.guid, "Yes 5", "Yes 6")).toMatchObject(NOT_FOUND);
  });

  it("can be unsent, also one part of it", async () => {
    const { script, store, ours, chat } = conversation();
    expect(await script("unsend", ours.guid, "Yes")).toEqual(DONE);
    expect(rowOf(store, ours.guid)).toMatchObject({ part_count: 0n, attributedBody: null });
    expect(await script("unsend", ours.guid, "Yes")).toMatchObject(NOT_FOUND);
    const files = [{ name: "sun.png", content: new Uint8Array(8) }];
    const both = sendMessage(store, { chat, text: "the sun", files, state: "sent" });
    await script("unsend", both.guid, "the sun");
    expect(partsOf(store, findMessage(store, both.guid)).map(({ number }) => number)).toEqual([0]);
  });

  it("cannot be edited after a quarter of an hour, nor unsent after two minutes", async () => {
    const { script, store, chat } = conversation();
    const minutesAgo = (minutes: number, text: string) =>
      sendMessage(store, { chat, text, state: "sent", at: Date.now() - minutes * 60_000 }).guid;
    expect(await script("edit", minutesAgo(16, "a"), "a", "b")).toMatchObject(NOT_FOUND);
    expect(await script("edit", minutesAgo(14, "c"), "c", "d")).toEqual(DONE);
    expect(await script("unsend", minutesAgo(3, "e"), "e")).toMatchObject(NOT_FOUND);
  });

  it("is not what somebody else wrote, and not an SMS", async () => {
    const { script, store, hers, chat } = conversation();
    expect(await script("edit", hers.guid, "Lunch at noon?", "x")).toMatchObject(NOT_FOUND);
    expect(await script("unsend", hers.guid, "Lunch at noon?")).toMatchObject(NOT_FOUND);
    const sms = sendMessage(store, { chat, text: "green", service: "SMS", state: "sent" });
    expect(await script("edit", sms.guid, "green", "blue")).toMatchObject(NOT_FOUND);
    editMessage(store, { guid: hers.guid, text: "Lunch at one?" });
    expect(await script("reply", hers.guid, "Lunch at noon?", "ok")).toMatchObject(NOT_FOUND);
  });
});

describe("a conversation", () => {
  it("is marked as read, with all that is unread in it", async () => {
    const { script, store, hers, chat, rows } = conversation();
    const more = receiveMessage(store, { chat, from: MAYA, text: "Hello?" });
    expect(await script("mark-read", WITH_MAYA, MAYA, MAYA)).toEqual(DONE);
    for (const { guid } of [hers, more]) expect(rowOf(store, guid)).toMatchObject({ is_read: 1n });
    expect(rows()).toHaveLength(3);
  });

  it("is found by any spelling of its guid, and by its name", async () => {
    const { script, store } = conversation();
    const group = createGroup(store, { name: "Crew", addresses: [MAYA, "+15550112"] });
    const { guid } = receiveMessage(store, { chat: group, from: MAYA, text: "Hi all" });
    const spelled = `iMessage;+;${group.identifier}`;
    expect(await script("mark-read", spelled, "", "Somebody else")).toMatchObject(NOT_FOUND);
    expect(rowOf(store, guid)).toMatchObject({ is_read: 0n });
    expect(await script("mark-read", spelled, "", "Crew\n+15550111, +15550112")).toEqual(DONE);
    expect(rowOf(store, guid)).toMatchObject({ is_read: 1n });
  });

  it("shows that one types until one stops, and chat.db knows nothing of it", async () => {
    const { script, folder, rows } = conversation();
    const typing = (how: string) => script("typing", WITH_MAYA, MAYA, MAYA, how);
    expect(await typing("on")).toEqual(DONE);
    expect(await typing("on")).toEqual(DONE);
    expect(typingIn(folder)).toEqual([WITH_MAYA]);
    expect(await typing("off")).toEqual(DONE);
    expect(typingIn(folder)).toEqual([]);
    expect(rows()).toHaveLength(2);
  });

  it("of several people shows nobody typing", async () => {
    const { script, store, folder } = conversation();
    const group = createGroup(store, { name: "Crew", addresses: [MAYA, "+15550112"] });
    expect(await script("typing", group.guid, "", "Crew", "on")).toMatchObject(NOT_FOUND);
    expect(typingIn(folder)).toEqual([]);
  });
});

describe("asking for Automation", () => {
  it("answers on, and changes nothing", async () => {
    const { script, rows } = conversation();
    expect(await script("ask-automation")).toEqual({ exitCode: 0, stdout: "on\n", stderr: "" });
    expect(rows()).toHaveLength(2);
  });
});

describe("services", () => {
  it("are each their own, and RCS is a word of macOS 15", async () => {
    const { script, rows, folder } = stagedOsascript();
    const file = join(folder, "note.caf");
    writeFileSync(file, "x");
    await script("send-text-to-participant", "+15550113", "iMessage", "a");
    await script("send-text-to-participant", "+15550113", "SMS", "b");
    await script("send-text-to-rcs-participant", "+15550113", "c");
    await script("send-file-to-rcs-participant", "+15550113", file);
    expect(rows().map(({ service, sent, error }) => [service, sent, error])).toEqual(
      ["iMessage", "SMS", "RCS", "RCS"].map((service) => [service, 1, 0]),
    );
    const old = stagedOsascript(13);
    const { exitCode, stderr } = await old.script("send-text-to-rcs-participant", "+15550113", "c");
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/: syntax error: .* \(-2741\)\n$/)]);
    expect(old.rows()).toEqual([]);
  });

  it("keep a voice note's type", async () => {
    const { script, store, folder } = stagedOsascript();
    const types = store.database.prepare("SELECT mime_type, uti FROM attachment ORDER BY ROWID").raw();
    for (const name of ["a.caf", "a.m4a", "a.wav", "a.aiff"]) {
      writeFileSync(join(folder, name), "x");
      await script("send-file-to-chat", WITH_MAYA, join(folder, name));
    }
    expect(types.all()).toEqual([
      ["audio/x-caf", "com.apple.coreaudio-format"],
      ["audio/x-m4a", "com.apple.m4a-audio"],
      ["audio/x-wav", "com.microsoft.waveform-audio"],
      ["audio/x-aiff", "public.aiff-audio"],
    ]);
  });
});
