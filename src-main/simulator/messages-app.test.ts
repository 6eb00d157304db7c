import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Randomness } from "../ports/randomness.ts";
import { ECHO } from "./contacts.ts";
import {
  backfillMessages,
  createGroup,
  ensureDirect,
  failMessage,
  markSent,
  type Store,
  scheduleMessage,
  sendMessage,
  textOf,
} from "./message-store.ts";
import { startSimulatedMessages } from "./messages-app.ts";
import { seededChance } from "./seeded-chance.ts";
import { manualTime } from "./testing/manual-time.ts";
import { rowOf, temporaryFolder, temporaryStore } from "./testing/temporary-store.ts";

/** Chance that always says the same. */
function always(fraction: number): Randomness {
  return { ...seededChance(5), fraction: () => fraction };
}

function stage(randomness: Randomness = always(0.99)) {
  const folder = temporaryFolder();
  const store = temporaryStore(26, folder);
  const time = manualTime();
  const problems: string[] = [];
  const start = () => {
    const options = { chatDbPath: join(folder, "chat.db"), macos: 26 as const, ...time, randomness };
    const app = startSimulatedMessages({ ...options, log: (message) => problems.push(message) });
    onTestFinished(() => app.stop());
    time.advance(0);
    return app;
  };
  return { store, time, start, problems };
}

function receivedTexts(store: Store): string[] {
  const ids = store.database
    .prepare<[], number>("SELECT ROWID FROM message WHERE is_from_me = 0")
    .pluck()
    .all();
  return ids.flatMap((id) => store.sql.messageById.get(id) ?? []).map(textOf);
}

describe("simulated Messages", () => {
  it("delivers, reads and answers what is sent to the echo contact, once", () => {
    const { store, time, start, problems } = stage();
    start();
    const chat = ensureDirect(store, ECHO.address);
    const { guid } = sendMessage(store, { chat, text: "what is up?", state: "sent" });
    time.advance(100);
    expect(rowOf(store, guid).is_delivered).toBe(0n);
    time.advance(300);
    expect(rowOf(store, guid)).toMatchObject({ is_delivered: 1n, is_read: 0n });
    time.advance(1000);
    expect(rowOf(store, guid)).toMatchObject({ is_read: 1n });
    time.advance(60_000);
    expect(receivedTexts(store)).toEqual(["You said: what is up?"]);
    expect(problems).toEqual([]);
  });

  it("sends what is scheduled when it is due, also what was scheduled before its start", () => {
    const { store, time, start } = stage();
    const chat = ensureDirect(store, ECHO.address);
    const at = time.clock.now() + 60_000;
    const before = scheduleMessage(store, { chat, text: "hi", at });
    start();
    const { guid } = scheduleMessage(store, { chat, text: "ping", at: at + 30_000 });
    time.advance(59_000);
    expect([before.guid, guid].map((each) => rowOf(store, each).is_sent)).toEqual([0n, 0n]);
    time.advance(2000);
    expect([before.guid, guid].map((each) => rowOf(store, each).is_sent)).toEqual([1n, 0n]);
    time.advance(40_000);
    expect(rowOf(store, guid)).toMatchObject({ is_sent: 1n, schedule_type: 0n });
    expect(receivedTexts(store)).toEqual(["Hi! Write anything and I will say it back.", "pong"]);
  });

  it("leaves alone what iCloud brings", () => {
    const { store, time, start } = stage();
    start();
    const at = time.clock.now() - 1e10;
    backfillMessages(store, ensureDirect(store, ECHO.address), [{ from: "me", text: "old", at }]);
    time.advance(60_000);
    expect(receivedTexts(store)).toEqual([]);
  });

  it("leaves what was there before its start", () => {
    const { store, time, start } = stage();
    const { guid } = sendMessage(store, {
      chat: ensureDirect(store, ECHO.address),
      text: "old",
      state: "sent",
    });
    start();
    time.advance(10_000);
    expect(rowOf(store, guid).is_delivered).toBe(0n);
    expect(receivedTexts(store)).toEqual([]);
  });

  it("waits for a row to be sent, and sends one whose sender died", () => {
    const { store, time, start } = stage();
    start();
    const chat = ensureDirect(store, ECHO.address);
    const slow = sendMessage(store, { chat, text: "a", state: "sending" });
    time.advance(400);
    expect(rowOf(store, slow.guid).is_delivered).toBe(0n);
    markSent(store, slow.id);
    time.advance(400);
    expect(rowOf(store, slow.guid).is_delivered).toBe(1n);
    const orphan = sendMessage(store, { chat, text: "b", state: "sending" });
    time.advance(1500);
    expect(rowOf(store, orphan.guid)).toMatchObject({ is_sent: 1n, is_delivered: 1n });
  });

  it("neither delivers nor answers what failed", () => {
    const { store, time, start } = stage();
    start();
    const sent = sendMessage(store, { chat: ensureDirect(store, ECHO.address), text: "a", state: "sending" });
    failMessage(store, sent.id, 22);
    time.advance(10_000);
    expect(rowOf(store, sent.guid)).toMatchObject({ is_sent: 0n, is_delivered: 0n, error: 22n });
    expect(receivedTexts(store)).toEqual([]);
  });

  it("hears nothing more of an SMS, and gives groups no read receipt", () => {
    const { store, time, start } = stage();
    start();
    const sms = sendMessage(store, {
      chat: ensureDirect(store, "+15550142", "SMS"),
      text: "a",
      state: "sent",
    });
    const group = createGroup(store, { name: null, addresses: ["+15550111", "+15550112"] });
    const told = sendMessage(store, { chat: group, text: "b", state: "sent" });
    time.advance(10_000);
    expect(rowOf(store, sms.guid)).toMatchObject({ is_delivered: 0n, is_read: 0n });
    expect(rowOf(store, told.guid)).toMatchObject({ is_delivered: 1n, is_read: 0n });
  });

  it("lets other contacts answer or react now and then", () => {
    const talkative = stage(always(0.1));
    talkative.start();
    sendMessage(talkative.store, {
      chat: ensureDirect(talkative.store, "+15550111"),
      text: "a",
      state: "sent",
    });
    talkative.time.advance(5000);
    expect(receivedTexts(talkative.store)).toHaveLength(1);
    const brief = stage(always(0.3));
    brief.start();
    const { guid } = sendMessage(brief.store, {
      chat: ensureDirect(brief.store, "+15550111"),
      text: "a",
      state: "sent",
    });
    brief.time.advance(5000);
    const target = brief.store.database.prepare(
      "SELECT associated_message_guid FROM message WHERE is_from_me = 0",
    );
    expect(target.pluck().all()).toEqual([`p:0/${guid}`]);
  });

  it("works off a burst in slices", () => {
    const { store, time, start } = stage();
    start();
    const chat = createGroup(store, { name: null, addresses: ["+15550111"] });
    for (let n = 0; n < 230; n++) sendMessage(store, { chat, text: `${n}`, state: "sent" });
    time.advance(2000);
    expect(store.database.prepare("SELECT count(*) FROM message WHERE is_delivered = 1").pluck().get()).toBe(
      230,
    );
  });

  it("leaves no timer behind when stopped", () => {
    const { store, time, start } = stage();
    const app = start();
    sendMessage(store, { chat: ensureDirect(store, ECHO.address), text: "a", state: "sent" });
    time.advance(100);
    app.stop();
    expect(time.pending()).toBe(0);
  });
});
