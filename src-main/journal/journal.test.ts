import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownDatabase } from "../testing/own-database.ts";
import { received } from "../testing/sample-changes.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { aboutOf, eventId } from "./event-id.ts";
import { openJournal } from "./journal.ts";

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
    const { database, journal } = journalIn(temporaryFolder());
    journal.append([received("A")], 5);
    database.prepare("UPDATE event SET sealed_data = zeroblob(length(sealed_data))").run();
    expect(() => journal.get(1)).toThrow();
  });
});
