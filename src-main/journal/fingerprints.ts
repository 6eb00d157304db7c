import type { FeedMemory, FeedStep } from "../apple-messages/feed/feed-step.ts";
import type { Fingerprint } from "../apple-messages/feed/fingerprint.ts";
import type { Database } from "../storage/database.ts";

/** The fingerprints of what was told, in bellhop.db. */
export interface Fingerprints extends FeedMemory {
  /** Keeps what a step has told; call it inside the one transaction. */
  record(step: Pick<FeedStep, "told" | "forgotten" | "conversations" | "memory">): void;
}

type Row = [number, number, number, number, number, number];

/** Opens them; every statement is prepared once. */
export function openFingerprints(database: Database): Fingerprints {
  const columns = "row_id, guid, state, edited, content, revision";
  const between = database
    .prepare<[number, number], Row>(
      `SELECT ${columns} FROM message_print WHERE row_id BETWEEN ? AND ? ORDER BY row_id`,
    )
    .raw();
  const of = database
    .prepare<[string], Row>(
      `SELECT ${columns} FROM message_print WHERE row_id IN (SELECT value FROM json_each(?)) ORDER BY row_id`,
    )
    .raw();
  const ofGuid = database
    .prepare<[number], Row>(`SELECT ${columns} FROM message_print WHERE guid = ? ORDER BY row_id`)
    .raw();
  const deletedAfter = database
    .prepare<[number, number], number>(
      `SELECT row_id FROM message_print WHERE (state & 128) <> 0 AND row_id > ? ORDER BY row_id LIMIT ?`,
    )
    .pluck();
  const conversations = database
    .prepare<[], [number, number]>("SELECT id, print FROM conversation_print")
    .raw();
  const aside = prepareSetAside(database);
  const put = database.prepare<Row>(
    `INSERT INTO message_print (${columns}) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (row_id) DO UPDATE SET guid = excluded.guid, state = excluded.state,
       edited = excluded.edited, content = excluded.content, revision = excluded.revision`,
  );
  const forget = database.prepare<[number]>("DELETE FROM message_print WHERE row_id = ?");
  const putConversation = database.prepare<[number, number]>(
    `INSERT INTO conversation_print (id, print) VALUES (?, ?)
     ON CONFLICT (id) DO UPDATE SET print = excluded.print`,
  );
  const forgetConversation = database.prepare<[number]>("DELETE FROM conversation_print WHERE id = ?");

  return {
    between: (from, to) => between.all(from, to).map(toFingerprint),
    of: (rowIds) => of.all(JSON.stringify(rowIds)).map(toFingerprint),
    ofGuid: (guid) => ofGuid.all(guid).map(toFingerprint),
    setAside: aside.find,
    hasSetAside: aside.isThere,
    deletedAfter: (rowId, limit) => deletedAfter.all(rowId, limit),
    conversations: () => new Map(conversations.all()),
    record({ told, forgotten, conversations, memory }) {
      if (memory === "set aside") aside.fill();
      if (memory === "settled") aside.empty();
      for (const rowId of forgotten) forget.run(rowId);
      for (const { rowId, guid, state, edited, content, revision } of told) {
        put.run(rowId, guid, state, edited, content, revision);
      }
      for (const { id, print } of conversations.told) putConversation.run(id, print);
      for (const id of conversations.forgotten) forgetConversation.run(id);
    },
  };
}

/** What was told of a chat.db that is no more. */
function prepareSetAside(database: Database) {
  const find = database
    .prepare<[number], Row>(
      "SELECT 0, guid, state, edited, content, revision FROM message_print_set_aside WHERE guid = ?",
    )
    .raw();
  const any = database.prepare<[], number>("SELECT 1 FROM message_print_set_aside LIMIT 1").pluck();
  const fill = database.prepare(
    `INSERT OR REPLACE INTO message_print_set_aside (guid, state, edited, content, revision)
     SELECT guid, state, edited, content, revision FROM message_print`,
  );
  const clear = database.prepare("DELETE FROM message_print");
  const empty = database.prepare("DELETE FROM message_print_set_aside");
  return {
    find(guid: number): Fingerprint | null {
      const row = find.get(guid);
      return row ? toFingerprint(row) : null;
    },
    isThere: () => any.get() !== undefined,
    fill() {
      fill.run();
      clear.run();
    },
    empty: () => void empty.run(),
  };
}

function toFingerprint([rowId, guid, state, edited, content, revision]: Row): Fingerprint {
  return { rowId, guid, state, edited, content, revision };
}
