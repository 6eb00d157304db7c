import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ChatDb, keepChatDb } from "../apple-messages/chat-db.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import { closeMessageStore, openMessageStore, type Store } from "../simulator/message-store.ts";

/**
 * A chat.db with those who write and read it. To open one takes longer than the rest of a seed, so it is put back to
 * its beginning and used again.
 */
export interface Stage {
  readonly folder: string;
  readonly path: string;
  /** For this seed: whose time it is, and whose chance. */
  begin(clock: Clock, randomness: Randomness): void;
  store(): Store;
  /** Another file is in the place of chat.db from here on. */
  reopen(replace: () => void): void;
  /** chat.db as one life of the gateway reads it; `afresh` by a connection of its own. */
  reader(afresh: boolean): ChatDb;
  /** Puts everything back as it was; false when that cannot be. */
  restore(): boolean;
  close(): void;
}

/** Longer than anything that is remembered of a reading. */
const APART_MS = 86_400_000;

/** Opens a copy of `origin` in `folder`. */
export function openStage(folder: string, origin: string): Stage {
  const path = join(folder, "chat.db");
  copyFileSync(origin, path);
  let now: Clock = { now: () => 0, monotonic: () => 0 };
  let chance: Pick<Randomness, "uuid"> | null = null;
  let past = 0;
  const clock: Clock = { now: () => now.now(), monotonic: () => past + now.monotonic() };
  const randomness = {
    uuid() {
      if (chance === null) throw new Error("no seed has begun");
      return chance.uuid();
    },
  };
  const open = (): Store => openMessageStore({ path, clock, randomness });
  let store = open();
  let reader: ChatDb | null = null;
  let listener: Parameters<ChatDb["onTrouble"]>[0] = () => {};
  let isReplaced = false;
  const restore = prepareRestore(store, origin);

  return {
    folder,
    path,
    begin(clock, randomness) {
      past += now.monotonic() + APART_MS;
      now = clock;
      chance = randomness;
    },
    store: () => store,
    reopen(replace) {
      closeMessageStore(store);
      for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
      replace();
      store = open();
      isReplaced = true;
    },
    reader(afresh) {
      if (afresh) {
        reader?.close();
        reader = null;
      }
      if (reader === null) {
        reader = keepChatDb(path, clock);
        reader.onTrouble((problem) => listener(problem));
      }
      // Only the latest life listens.
      listener = () => {};
      return {
        ...reader,
        onTrouble(next) {
          listener = next;
        },
      };
    },
    restore() {
      if (isReplaced) return false;
      restore();
      return true;
    },
    close() {
      reader?.close();
      closeMessageStore(store);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Deletes what the beginning did not have. Messages go first, since triggers note each of them elsewhere. */
function prepareRestore({ database }: Store, origin: string): () => void {
  database.prepare("ATTACH ? AS origin").run(origin);
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  const statements = ["message", ...tables.filter((name) => name !== "message")].map((name) =>
    database.prepare(`DELETE FROM main.${name} WHERE rowid NOT IN (SELECT rowid FROM origin.${name})`),
  );
  statements.push(
    database.prepare(
      `UPDATE main.chat SET last_read_message_timestamp =
         (SELECT last_read_message_timestamp FROM origin.chat o WHERE o.ROWID = chat.ROWID)`,
    ),
    database.prepare("DELETE FROM main.sqlite_sequence"),
    database.prepare("INSERT INTO main.sqlite_sequence SELECT * FROM origin.sqlite_sequence"),
  );
  return database.transaction(() => {
    for (const statement of statements) statement.run();
  });
}
