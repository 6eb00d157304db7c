import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { migrate } from "../../storage/database.ts";
import { MIGRATIONS } from "../../storage/migrations/migrations.ts";
import { ownDatabase } from "../../testing/own-database.ts";
import { filePart, textPart } from "../../testing/sending-outbox.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { laneOf } from "../recipient.ts";
import { happened, type PartInput, retried } from "./outbox-machine.ts";
import { type NewPart, type OutboxStore, openOutboxStore } from "./outbox-store.ts";

const CHAT = "any;-;+15550111";
const HOUR = 3_600_000;
const PLAIN = {
  createdAt: 0,
  chat: CHAT,
  service: null,
  replyTo: null,
  isDryRun: false,
  isExempt: false,
};

function storeIn(folder = temporaryFolder()) {
  const { database, vault } = ownDatabase(folder);
  const store = openOutboxStore(database, vault);
  let count = 0;
  return {
    database,
    vault,
    store,
    add(parts: NewPart[], fields: { chat?: string; createdAt?: number; isDryRun?: boolean } = {}): string {
      count += 1;
      const id = `out_${count}`;
      store.add({ ...PLAIN, id, ...fields }, parts);
      return id;
    },
  };
}

/** What happened to the first part, written down. */
function happens(store: OutboxStore, id: string, ...inputs: PartInput[]): void {
  for (const input of inputs) {
    const before = store.get(id);
    if (before === null) throw new Error(`there is no ${id}`);
    store.save(before, happened(before, 0, input).item, 1);
  }
}

const given: PartInput = { it: "dispatches", at: 1, turn: 1, afterRowId: 10, afterGuid: "G" };
const refused: PartInput = { it: "did not leave", fault: "send_failed", reason: "no" };
const row: PartInput = { it: "has a row", guid: "ROW", rowId: 11 };

describe("the outbox in bellhop.db", () => {
  it("gives back what was accepted, and what became of it", () => {
    const { store, add } = storeIn();
    const id = add([textPart("hi"), filePart("/staged/1/cat.png", 123)]);
    expect(store.get(id)).toMatchObject({
      id,
      chat: CHAT,
      state: "queued",
      parts: [
        { kind: "text", content: "hi", name: null, sizeBytes: 2 },
        { kind: "file", content: "/staged/1/cat.png", name: "cat.png", sizeBytes: 123 },
      ],
    });
    const before = store.get(id);
    if (before === null) throw new Error("it is gone");
    const { item } = happened(happened(before, 0, given).item, 0, row);
    store.save(before, item, 1);
    expect(store.get(id)).toEqual(item);
    expect(store.claimedBy("ROW")).toEqual({ itemId: id, position: 0 });
  });

  it("keeps no word, no path and no name in the clear", () => {
    const folder = temporaryFolder();
    const { database, add } = storeIn(folder);
    add([textPart("a secret word"), filePart("/staged/1/holiday.png")]);
    const stored = JSON.stringify(database.prepare("SELECT * FROM outbox_part").all());
    for (const word of ["secret", "staged", "holiday"]) {
      expect(stored).not.toContain(word);
      expect(stored).not.toContain(Buffer.from(word).toString("hex"));
    }
  });

  it("commits what belongs to it in the same transaction, or nothing", () => {
    const { store, database } = storeIn();
    const item = { ...PLAIN, id: "out_x" };
    expect(() =>
      store.add(item, [textPart("hi")], () => {
        database.exec("INSERT INTO meta (key, value) VALUES ('alongside', '1')");
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(store.get("out_x")).toBeNull();
    expect(database.prepare("SELECT * FROM meta WHERE key = 'alongside'").all()).toEqual([]);
  });

  it("is listed newest first, page by page, and by state", () => {
    const { store, add } = storeIn();
    const ids = [1, 2, 3, 4].map((number) => add([textPart(`${number}`)]));
    happens(store, "out_2", given);
    const page = (question: Parameters<OutboxStore["list"]>[0]) => store.list(question).map(({ id }) => id);
    expect(page({ limit: 3 })).toEqual(ids.slice(1).reverse());
    expect(page({ limit: 3, before: "out_2" })).toEqual(["out_1"]);
    expect(page({ limit: 3, state: "queued" })).toEqual(["out_4", "out_3", "out_1"]);
    expect(page({ limit: 3, state: "dispatching" })).toEqual(["out_2"]);
    expect(() => page({ limit: 3, before: "out_none" })).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  it("counts as accepted what is not surely unsent, by chat", () => {
    const { store, add } = storeIn();
    add([textPart("long ago")], { createdAt: 1 });
    add([textPart("queued")], { createdAt: HOUR });
    add([textPart("refused")], { createdAt: HOUR + 1 });
    add([textPart("dry")], { createdAt: HOUR + 2, isDryRun: true });
    add([textPart("elsewhere")], { createdAt: HOUR + 3, chat: "any;+;chat1" });
    happens(store, "out_3", given, refused);
    expect(store.accepted(HOUR)).toEqual([
      { chat: "any;+;chat1", count: 1, oldestAt: HOUR + 3 },
      { chat: CHAT, count: 1, oldestAt: HOUR },
    ]);
  });

  it("counts what was given to Messages once an item, by the last that was given of it", () => {
    const { store, add } = storeIn();
    const at = (ms: number): PartInput => ({ ...given, at: ms });
    add([textPart("one"), textPart("two")], { createdAt: 1 });
    add([textPart("refused")]);
    add([textPart("elsewhere")], { chat: "any;+;chat1" });
    happens(store, "out_1", at(HOUR - 1));
    expect(store.dispatched(HOUR)).toEqual([]);
    happens(store, "out_2", at(HOUR), refused);
    happens(store, "out_3", at(HOUR + 5));
    const first = store.get("out_1");
    if (first === null) throw new Error("it is gone");
    store.save(first, happened(first, 1, at(HOUR + 1)).item, 1);
    expect(store.dispatched(HOUR)).toEqual([
      { chat: "any;+;chat1", count: 1, oldestAt: HOUR + 5 },
      { chat: CHAT, count: 1, oldestAt: HOUR + 1 },
    ]);
    expect(store.dispatched(0).find(({ chat }) => chat === CHAT)).toMatchObject({ count: 1 });
  });

  it("keeps whether an item is exempt from the rules", () => {
    const { store } = storeIn();
    store.add({ ...PLAIN, id: "out_x", isExempt: true }, [textPart("hi")]);
    expect(store.get("out_x")).toMatchObject({ isExempt: true });
  });

  it("asks, for a late row, only what may have it by its date, however much is unknown", () => {
    const { store, add } = storeIn();
    for (let minute = 0; minute < 10; minute += 1) {
      const id = add([textPart("hi")]);
      const lateRow = { from: minute * 60_000, until: (minute + 2) * 60_000 };
      happens(store, id, given, { it: "is given up", reason: "never seen", lateRow });
    }
    const ids = store.unproved(330_000, () => true).map(({ part }) => part.itemId);
    expect(ids).toEqual(["out_5", "out_6"]);
  });

  it("drops, a few at a time, what ended long ago; what is on its way, or was given since, stays", () => {
    const { store, database, add } = storeIn();
    const texts = [1, 2, 3, 4, 5, 6].map((number) => add([textPart(`${number}`)]));
    for (const id of texts.slice(0, 4)) happens(store, id, given, refused);
    happens(store, "out_5", { ...given, at: 1_000 }, row, { it: "left", as: "sent" });
    database.exec("UPDATE outbox_item SET changed_at = 2000 WHERE id = 'out_4'");
    expect([store.prune(900, 2), store.prune(900, 2), store.prune(900, 2)]).toEqual([2, 1, 0]);
    expect(store.list({ limit: 10 }).map(({ id }) => id)).toEqual(["out_6", "out_5", "out_4"]);
    expect(database.prepare("SELECT COUNT(*) AS n FROM outbox_part").get()).toEqual({ n: 3 });
    expect(store.prune(5_000, 10)).toBe(2);
    expect(store.claimedBy("ROW")).toBeNull();
  });

  it("gives an item that cannot be read any more as one, so that others are not held up", () => {
    const { store, database, add } = storeIn();
    add([textPart("hi")]);
    database.exec("UPDATE outbox_part SET sealed_content = zeroblob(40)");
    expect(store.get("out_1")).toMatchObject({ parts: [{ content: "", isUnreadable: true }] });
  });

  it("needs the file of what is still to be given to Messages", () => {
    const { store, add } = storeIn();
    add([filePart("/staged/1/cat.png")]);
    expect(store.needsFile("/staged/1/cat.png")).toBe(true);
    happens(store, "out_1", given, row, { it: "left", as: "sent" });
    expect(store.needsFile("/staged/1/cat.png")).toBe(false);
    const dog = add([filePart("/staged/2/dog.png")]);
    expect(store.needsFile("/staged/2/dog.png")).toBe(true);
    happens(store, dog, given, refused);
    expect(store.needsFile("/staged/2/dog.png")).toBe(false);
    const failed = store.get(dog);
    const again = failed && retried(failed);
    if (!again) throw new Error("there is nothing to retry");
    store.save(failed, again.item, 1);
    expect(store.needsFile("/staged/2/dog.png")).toBe(true);
  });
});

it("what is asked all the time is found by an index, however much was sent before", () => {
  const { database } = storeIn();
  const plans: string[] = [];
  const prepare = database.prepare.bind(database);
  const spy = new Proxy(database, {
    get: (target, name) =>
      name === "prepare"
        ? (sql: string) => {
            if (/^\s*SELECT/.test(sql)) {
              const steps = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(
                ...[...sql.matchAll(/\?/g)].map(() => 0),
              );
              plans.push(...steps.map((step) => String(Object(step).detail)));
            }
            return prepare(sql);
          }
        : Reflect.get(target, name),
  });
  openOutboxStore(spy, ownDatabase(temporaryFolder()).vault);
  expect(plans.length).toBeGreaterThan(10);
  // What is scanned is an index of what is open alone.
  const scans = plans.filter((plan) => /^SCAN/.test(plan) && !/json_each|subquery|SCAN given/.test(plan));
  expect(scans.filter((plan) => !/outbox_part_(queued|dispatching|files)/.test(plan))).toEqual([]);
  // What has no row yet, and what never will, is many: only the part of a row is looked up by its guid.
  expect(plans.filter((plan) => plan.includes("(message_guid=?)"))).toHaveLength(1);
});

describe("the outbox of the first version", () => {
  it("is read by this one, and goes on where it stood", () => {
    const folder = temporaryFolder();
    const { vault } = ownDatabase(folder);
    const path = join(folder, "before.db");
    const database = new Sqlite(path);
    onTestFinished(() => void database.close());
    migrate(database, MIGRATIONS.slice(0, 3));
    const item = database.prepare(
      "INSERT INTO outbox_item (id, created_at, chat, state, fault, reason) VALUES (?, ?, ?, ?, ?, ?)",
    );
    const part = database.prepare(
      `INSERT INTO outbox_part (item_id, position, kind, sealed_content, state, dispatched_at, message_guid)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    item.run("out_failed", 2, CHAT, "failed", "automation_denied", "denied");
    item.run("out_unknown", 3, "iMessage;+;chat1", "unknown", null, "never seen");
    item.run("out_half", 1, CHAT, "dispatching", null, null);
    part.run("out_failed", 0, "file", vault.seal("/staged/1/cat.png"), "failed", 5, null);
    part.run("out_unknown", 0, "text", vault.seal("héllo"), "unknown", 6, null);
    part.run("out_half", 0, "text", vault.seal("one"), "sent", 4, "ROW");
    part.run("out_half", 1, "text", vault.seal("two"), "queued", null, null);
    migrate(database);
    const store = openOutboxStore(database, vault);
    expect(store.list({ limit: 10 }).map(({ id }) => id)).toEqual(["out_unknown", "out_failed", "out_half"]);
    expect(store.get("out_failed")).toMatchObject({
      state: "failed",
      parts: [{ name: "cat.png", fault: "automation_denied", reason: "denied", mayHaveLeft: false }],
    });
    expect(store.get("out_unknown")).toMatchObject({
      parts: [{ content: "héllo", sizeBytes: 6, name: null, reason: "never seen", mayHaveLeft: true }],
    });
    expect(store.get("out_half")).toMatchObject({ state: "queued", parts: [{ mayHaveLeft: true }, {}] });
    expect(store.nextQueued([])).toEqual({ itemId: "out_half", position: 1 });
    expect(store.nextQueued([laneOf(CHAT)])).toBeNull();
    expect(store.accepted(0).map(({ chat }) => chat)).toEqual([CHAT, "iMessage;+;chat1"]);
  });
});
