import type { FeedMemory, FeedStep } from "../apple-messages/feed/feed-step.ts";
import type { Fingerprint } from "../apple-messages/feed/fingerprint.ts";
import type { Database } from "../storage/database.ts";

/** The fingerprints of what was told, in bellhop.db. */
export interface Fingerprints extends FeedMemory {
  /** Keeps what a step has told; call it inside the one transaction. */
  record(step: Pick<FeedStep, "told" | "forgotten" | "conversations">): void;
}

/** Opens them; every statement is prepared once. */
export function openFingerprints(database: Database): Fingerprints {
  const between = database
    .prepare<[number, number], [number, number, number, number, number]>(
      "SELECT row_id, guid, state, edited, content FROM message_print WHERE row_id BETWEEN ? AND ? ORDER BY row_id",
    )
    .raw();
  const noMessage = database
    .prepare<[number], number>("SELECT 1 FROM message_print WHERE guid = ? AND (state & 64) <> 0 LIMIT 1")
    .pluck();
  const conversations = database
    .prepare<[], [number, number]>("SELECT id, print FROM conversation_print")
    .raw();
  const put = database.prepare<[number, number, number, number, number]>(
    `INSERT INTO message_print (row_id, guid, state, edited, content) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (row_id) DO UPDATE SET guid = excluded.guid, state = excluded.state,
       edited = excluded.edited, content = excluded.content`,
  );
  const forget = database.prepare<[number]>("DELETE FROM message_print WHERE row_id = ?");
  const putConversation = database.prepare<[number, number]>(
    `INSERT INTO conversation_print (id, print) VALUES (?, ?)
     ON CONFLICT (id) DO UPDATE SET print = excluded.print`,
  );
  const forgetConversation = database.prepare<[number]>("DELETE FROM conversation_print WHERE id = ?");

  return {
    between: (from, to) => between.all(from, to).map(toFingerprint),
    isNoMessage: (guid) => noMessage.get(guid) !== undefined,
    conversations: () => new Map(conversations.all()),
    record({ told, forgotten, conversations }) {
      for (const { rowId, guid, state, edited, content } of told)
        put.run(rowId, guid, state, edited, content);
      for (const rowId of forgotten) forget.run(rowId);
      for (const { id, print } of conversations.told) putConversation.run(id, print);
      for (const id of conversations.forgotten) forgetConversation.run(id);
    },
  };
}

function toFingerprint([rowId, guid, state, edited, content]: [
  number,
  number,
  number,
  number,
  number,
]): Fingerprint {
  return { rowId, guid, state, edited, content };
}
