import type { Event } from "../../src-shared/domain/event.ts";
import type { Change } from "../apple-messages/change.ts";
import type { Database } from "../storage/database.ts";
import type { Meta } from "../storage/meta.ts";
import type { Vault } from "../storage/vault.ts";
import { aboutOf, eventId } from "./event-id.ts";
import { readEvent } from "./stored-event.ts";

/** How far the sequence jumps after an unclean stop: more than a commit that was lost could have used. */
const JUMP = 1_000;

/** The durable list of events: the one source of every webhook, socket and line in the window. */
export interface Journal {
  /** Appends what is new of `changes`; call it inside the one transaction. Known changes are left out. */
  append(changes: readonly Change[], at: number): Event[];
  /** The event with this sequence; null where there is none. */
  get(seq: number): Event | null;
  /** The newest events, newest first. */
  latest(limit: number): Event[];
  /** Says that everything is committed, so that the next start need not jump. */
  close(): void;
}

interface EventRow {
  seq: number;
  id: string;
  type: string;
  at: number;
  sealed_data: Buffer;
}

/** Opens the journal in bellhop.db. A sequence is never used twice, also not after a crash. */
export function openJournal(database: Database, meta: Meta, vault: Vault): Journal {
  const insert = database.prepare(
    "INSERT INTO event (seq, id, type, at, sealed_data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
  );
  const bySeq = database.prepare<[number], EventRow>("SELECT * FROM event WHERE seq = ?");
  const newest = database.prepare<[number], EventRow>("SELECT * FROM event ORDER BY seq DESC LIMIT ?");

  const last = newest.get(1)?.seq ?? 0;
  const clean = last === 0 || meta.get("journal_closed_at") === String(last);
  let next = clean ? last + 1 : last + JUMP;
  meta.set("journal_closed_at", "");

  const read = ({ sealed_data, ...stamp }: EventRow): Event =>
    readEvent(stamp, JSON.parse(vault.open(sealed_data)));

  return {
    append(changes, at) {
      const events: Event[] = [];
      for (const { version, ...change } of changes) {
        const id = eventId(aboutOf(change), change.type, version);
        const sealed = vault.seal(JSON.stringify(change.data));
        if (insert.run(next, id, change.type, at, sealed).changes === 0) continue;
        events.push({ ...change, id, seq: next, at });
        next += 1;
      }
      return events;
    },
    get(seq) {
      const row = bySeq.get(seq);
      return row ? read(row) : null;
    },
    latest: (limit) => newest.all(limit).map(read),
    close: () => meta.set("journal_closed_at", String(newest.get(1)?.seq ?? 0)),
  };
}
