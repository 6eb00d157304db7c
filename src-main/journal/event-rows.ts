import type { EventType } from "../../src-shared/domain/event.ts";
import type { Database } from "../storage/database.ts";

/** An event as bellhop.db has it. */
export interface EventRow {
  seq: number;
  id: string;
  type: string;
  at: number;
  form: number;
  sealed_data: Buffer;
}

/** The table of events; every statement is prepared once. */
export interface EventRows {
  /** False when there is one with its id already. */
  insert(row: EventRow): boolean;
  has(seq: number): boolean;
  bySeq(seq: number): EventRow | null;
  latest(limit: number): EventRow[];
  /** With a sequence over `since` and up to `upTo`, oldest first. */
  after(since: number, upTo: number, types: ReadonlySet<EventType> | undefined, limit: number): EventRow[];
  oldest(limit: number): { seq: number; at: number }[];
  newest(): number;
  prunedTo(): number;
  /** How many the oldest events up to `upTo` are, `limit` at most, and the last one's sequence. */
  prefix(upTo: number, limit: number): { count: number; seq: number };
  /** Drops the events up to this one, and remembers that they are gone. */
  dropUpTo(seq: number): void;
  seqBefore(at: number): number;
}

const COLUMNS = "seq, id, type, at, form, sealed_data";
/** In the table `meta`: every event up to this sequence was dropped. */
const PRUNED_TO = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'journal_pruned_to'";

/** Prepares them. */
export function prepareEventRows(database: Database): EventRows {
  const insert = database.prepare<[number, string, string, number, number, Buffer]>(
    `INSERT INTO event (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const has = database.prepare<[number], number>("SELECT 1 FROM event WHERE seq = ?").pluck();
  const bySeq = database.prepare<[number], EventRow>(`SELECT ${COLUMNS} FROM event WHERE seq = ?`);
  const latest = database.prepare<[number], EventRow>(
    `SELECT ${COLUMNS} FROM event ORDER BY seq DESC LIMIT ?`,
  );
  const after = database.prepare<[number, number, number], EventRow>(
    `SELECT ${COLUMNS} FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
  );
  const ofTypesAfter = database.prepare<[number, number, string, number], EventRow>(
    `SELECT ${COLUMNS} FROM event WHERE seq > ? AND seq <= ? AND type IN (SELECT value FROM json_each(?))
     ORDER BY seq LIMIT ?`,
  );
  const oldest = database.prepare<[number], { seq: number; at: number }>(
    "SELECT seq, at FROM event ORDER BY seq LIMIT ?",
  );
  // When all were dropped, the last of those was the newest.
  const newest = database
    .prepare<[], number>(`SELECT COALESCE((SELECT MAX(seq) FROM event), (${PRUNED_TO}), 0)`)
    .pluck();
  const prunedTo = database.prepare<[], number>(PRUNED_TO).pluck();
  const prefix = database.prepare<[number, number], { count: number; seq: number }>(
    `SELECT COUNT(*) AS count, COALESCE(MAX(seq), 0) AS seq
     FROM (SELECT seq FROM event WHERE seq <= ? ORDER BY seq LIMIT ?)`,
  );
  const drop = database.prepare<[number]>("DELETE FROM event WHERE seq <= ?");
  const remember = database.prepare<[string]>(
    `INSERT INTO meta (key, value) VALUES ('journal_pruned_to', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  const upTo = database.prepare<[number], { seq: number; at: number }>(
    "SELECT seq, at FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT 1",
  );

  return {
    insert: ({ seq, id, type, at, form, sealed_data }) =>
      insert.run(seq, id, type, at, form, sealed_data).changes > 0,
    has: (seq) => has.get(seq) !== undefined,
    bySeq: (seq) => bySeq.get(seq) ?? null,
    latest: (limit) => latest.all(limit),
    after: (since, upTo, types, limit) =>
      types === undefined
        ? after.all(since, upTo, limit)
        : ofTypesAfter.all(since, upTo, JSON.stringify([...types]), limit),
    oldest: (limit) => oldest.all(limit),
    newest: () => newest.get() ?? 0,
    prunedTo: () => prunedTo.get() ?? 0,
    prefix: (upTo, limit) => prefix.get(upTo, limit) ?? { count: 0, seq: 0 },
    dropUpTo(seq) {
      drop.run(seq);
      remember.run(String(seq));
    },
    seqBefore(at) {
      // Halved again and again: the times lie in the table, and no index has them.
      let before = 0;
      let least = oldest.get(1)?.seq ?? 1;
      let most = newest.get() ?? 0;
      while (least <= most) {
        const middle = Math.floor((least + most) / 2);
        const row = upTo.get(middle);
        if (row === undefined) break;
        if (row.at < at) {
          before = row.seq;
          least = middle + 1;
        } else most = row.seq - 1;
      }
      return before;
    },
  };
}
