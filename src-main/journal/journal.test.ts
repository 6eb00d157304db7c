import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Event, type EventType } from "../../src-shared/domain/event.ts";
import type { Change } from "../apple-messages/change.ts";
import { ownDatabase } from "../testing/own-database.ts";
import { received, sampleMessage } from "../testing/sample-changes.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { aboutOf, eventId } from "./event-id.ts";
import { openJournal } from "./journal.ts";
import { FORM } from "./stored-event.ts";
import { openTestJournal } from "./testing/open-test-journal.ts";

function journalIn(folder: string) {
  const own = ownDatabase(folder);
  return { ...own, journal: openJournal(own.database, own.meta, own.vault) };
}

describe("the journal", () => {
  it("numbers events from one, in the order they were appended", () => {
    const { journal } = journalIn(temporaryFolder());
    const events = journal.append([received("A"), received("B")], 5);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(events[0]).toMatchObject({ type: "message.received", at: 5, data: { guid: "A" } });
  });

  it("gives back an event as it was, and null for none", () => {
    const { journal } = journalIn(temporaryFolder());
    const [event] = journal.append([received("A", "שלום")], 5);
    expect(journal.get(1)).toEqual(event);
    expect(journal.get(2)).toBeNull();
  });

  it("has the newest first", () => {
    const { journal } = journalIn(temporaryFolder());
    journal.append([received("A"), received("B"), received("C")], 5);
    expect(journal.latest(2).map(aboutOf)).toEqual(["C", "B"]);
  });

  it("takes the same change twice for one event", () => {
    const { journal } = journalIn(temporaryFolder());
    const [first] = journal.append([received("A")], 5);
    expect(journal.append([received("A"), received("B")], 6).map(aboutOf)).toEqual(["B"]);
    expect(journal.latest(9).at(-1)).toEqual(first);
  });

  it("gives the same change the same id in every journal", () => {
    const [a] = journalIn(temporaryFolder()).journal.append([received("A")], 5);
    const [b] = journalIn(temporaryFolder()).journal.append([received("A")], 9);
    expect(a?.id).toBe(b?.id);
    expect(a?.id).toMatch(/^evt_[0-9a-f]{24}$/);
  });

  it("has other ids for other types, guids and versions", () => {
    const ids = [
      eventId("A", "message.received"),
      eventId("A", "message.sent"),
      eventId("B", "message.received"),
      eventId("A", "message.received", 1),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});

describe("a sequence", () => {
  it("goes on where a clean stop left it", () => {
    const folder = temporaryFolder();
    const first = journalIn(folder);
    first.journal.append([received("A")], 5);
    first.journal.close();
    first.close();
    expect(journalIn(folder).journal.append([received("B")], 6)[0]?.seq).toBe(2);
  });

  it("jumps ahead after a kill", () => {
    const folder = temporaryFolder();
    const first = journalIn(folder);
    first.journal.append([received("A")], 5);
    first.close();
    expect(journalIn(folder).journal.append([received("B")], 6)[0]?.seq).toBe(1_001);
  });

  it("jumps ahead after a kill that followed a clean stop", () => {
    const folder = temporaryFolder();
    const first = journalIn(folder);
    first.journal.append([received("A")], 5);
    first.journal.close();
    first.close();
    journalIn(folder).close();
    expect(journalIn(folder).journal.append([received("B")], 6)[0]?.seq).toBeGreaterThan(2);
  });

  it("is not used again after its transaction was rolled back", () => {
    const { database, journal } = journalIn(temporaryFolder());
    const fail = database.transaction(() => {
      journal.append([received("A")], 5);
      throw new Error("no");
    });
    expect(fail).toThrow("no");
    expect(journal.latest(9)).toEqual([]);
    const [again] = journal.append([received("A")], 6);
    expect(again?.seq).toBe(2);
    expect(again?.id).toBe(eventId("A", "message.received"));
  });
});

describe("an event that was told just now", () => {
  it("is given back as it was appended, without being read again", () => {
    const { database, journal } = journalIn(temporaryFolder());
    const [event] = database.transaction(() => journal.append([received("A")], 5))();
    database.prepare("UPDATE event SET sealed_data = zeroblob(length(sealed_data))").run();
    expect(journal.get(1)).toBe(event);
    expect(journal.after(0, { limit: 1 })[0]).toBe(event);
    expect(journal.latest(1)[0]).toBe(event);
  });

  it("is there within its transaction, and not after that was rolled back", () => {
    const { database, journal } = journalIn(temporaryFolder());
    const seen: unknown[] = [];
    const fail = database.transaction(() => {
      const [event] = journal.append([received("A")], 5);
      seen.push(event, journal.get(1), ...journal.after(0, { limit: 9 }));
      throw new Error("no");
    });
    expect(fail).toThrow("no");
    expect(new Set(seen).size).toBe(1);
    expect(journal.get(1)).toBeNull();
    expect(journal.after(0, { limit: 9 })).toEqual([]);
    expect(journal.newest()).toBe(0);
    expect(journal.count()).toBe(0);
  });

  it("is one of the newest that are kept in memory; the others are read", () => {
    const { database, journal } = journalIn(temporaryFolder());
    const most = 600;
    const changes = Array.from({ length: most }, (_, place) => received(`GUID-${place}`));
    const events = database.transaction(() => journal.append(changes, 5))();
    expect(journal.get(most)).toBe(events.at(-1));
    expect(journal.get(1)).toEqual(events[0]);
    expect(journal.get(1)).not.toBe(events[0]);
  });

  it("is not kept in memory when it is as large as all that is", () => {
    const { database, journal } = journalIn(temporaryFolder());
    const large = received("LARGE", "x".repeat(3 * 1024 * 1024));
    const [event] = database.transaction(() => journal.append([large], 5))();
    expect(journal.get(1)).not.toBe(event);
    expect(journal.get(1)).toEqual(event);
  });
});

describe("what comes after a sequence", () => {
  const types = (...some: EventType[]) => new Set(some);
  const read = (guid: string): Change => ({ type: "message.read", data: sampleMessage({ guid }) });

  it("is given oldest first, as many as are asked for", () => {
    const { journal } = journalIn(temporaryFolder());
    journal.append([received("A"), received("B"), received("C"), received("D")], 5);
    expect(journal.after(1, { limit: 2 }).map(aboutOf)).toEqual(["B", "C"]);
    expect(journal.after(1, { limit: 9, upTo: 2 }).map(aboutOf)).toEqual(["B"]);
    expect(journal.after(4, { limit: 9 })).toEqual([]);
  });

  it("is of the types that are asked for", () => {
    const { journal } = journalIn(temporaryFolder());
    journal.append([received("A"), read("B"), received("C")], 5);
    const of = (...some: EventType[]) => journal.after(0, { limit: 9, types: types(...some) }).map(aboutOf);
    expect(of("message.received")).toEqual(["A", "C"]);
    expect(of("message.read", "message.sent")).toEqual(["B"]);
    expect(of()).toEqual([]);
  });

  it("passes over what cannot be read, and goes on behind it", () => {
    const folder = temporaryFolder();
    const first = openTestJournal(folder);
    first.tellOf(6);
    first.database.prepare("UPDATE event SET sealed_data = x'00' WHERE seq IN (2, 3)").run();
    first.close();
    const { journal, complaints } = openTestJournal(folder);
    expect(journal.after(0, { limit: 3 }).map(({ seq }) => seq)).toEqual([1, 4, 5]);
    expect(journal.latest(9).map(({ seq }) => seq)).toEqual([6, 5, 4, 1]);
    expect(complaints).not.toHaveLength(0);
  });
});

describe("an event that an earlier version wrote", () => {
  it("is parsed in full, and filled in where that version knew nothing", () => {
    const { database, vault, journal } = journalIn(temporaryFolder());
    const written = { rowId: 7, guid: "OLD", conversationIds: ["any;-;+15550111"], sender: "+15550111" };
    const data = {
      ...written,
      isFromMe: false,
      body: "hi",
      attachments: [],
      at: 5,
      service: "SMS",
      status: "sent",
    };
    const insert = database.prepare(
      "INSERT INTO event (seq, id, type, at, form, sealed_data) VALUES (?, ?, 'message.received', 5, ?, ?)",
    );
    insert.run(1, "evt_1", 0, vault.seal(JSON.stringify(data)));
    insert.run(2, "evt_2", 0, vault.seal(JSON.stringify({ ...data, status: "gone for good" })));
    insert.run(3, "evt_3", FORM + 1, vault.seal(JSON.stringify({ ...received("NEW").data, more: 1 })));
    expect(journal.get(1)).toMatchObject({ data: { guid: "OLD", body: "hi", kind: "message", edits: [] } });
    expect(() => journal.get(2)).toThrow();
    expect(journal.get(3)?.data).toEqual(received("NEW").data);
  });

  it("is told from one of this version, which says in which form it was written", () => {
    const { database, journal } = journalIn(temporaryFolder());
    journal.append([received("A")], 5);
    expect(database.prepare("SELECT form FROM event").pluck().get()).toBe(FORM);
  });

  it("has another form as soon as the schema of events is another", () => {
    const schema = JSON.stringify(z.toJSONSchema(Event));
    // 48 bits, and not 0: put what this test says into stored-event.ts.
    expect(FORM).toBe(createHash("sha256").update(schema).digest().readUIntBE(0, 6) || 1);
  });
});

describe("what was said", () => {
  it("cannot be read in the file", () => {
    const folder = temporaryFolder();
    const { database, journal, close } = journalIn(folder);
    journal.append([received("A", "the vault is under the stairs")], 5);
    database.pragma("wal_checkpoint(TRUNCATE)");
    close();
    const bytes = readFileSync(join(folder, "bellhop.db"));
    expect(bytes.includes("message.received")).toBe(true);
    expect(bytes.includes("under the stairs")).toBe(false);
    expect(bytes.includes("+15550111")).toBe(false);
  });

  it("is refused when somebody changed it", () => {
    const folder = temporaryFolder();
    const first = journalIn(folder);
    first.journal.append([received("A")], 5);
    first.database.prepare("UPDATE event SET sealed_data = zeroblob(length(sealed_data))").run();
    first.close();
    expect(() => journalIn(folder).journal.get(1)).toThrow();
  });
});
