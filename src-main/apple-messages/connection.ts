import { closeSync, constants, openSync, type Stats, statSync } from "node:fs";
import Sqlite, { type Database } from "better-sqlite3";
import type { Clock } from "../ports/clock.ts";
import { type ActionQueries, prepareActionQueries } from "./action-queries.ts";
import { type ContentQueries, prepareContentQueries } from "./content-queries.ts";
import { type ConversationQueries, prepareConversationQueries } from "./conversation-queries.ts";
import { type Directory, prepareDirectory } from "./directory/directory.ts";
import { type FeedQueries, prepareFeedQueries } from "./feed/feed-queries.ts";
import { type History, prepareHistory } from "./history/history.ts";
import { type MessageQueries, prepareMessageQueries } from "./message-queries.ts";
import { ReadingFailure, readingFailure } from "./reading-failure.ts";
import { prepareWrittenFirst, type WrittenFirst } from "./written-first.ts";

/** Which file it is: another one means that the database was replaced. */
export interface FileIdentity {
  device: number;
  inode: number;
  /** When it was made, in ms since 1970: an inode that is free again is given to the next file. */
  born?: number;
}

/** chat.db, open for reading, with every statement prepared; what a message is made of comes from here (MessageContext). */
export interface ChatDatabase {
  file: FileIdentity;
  /** Changes whenever another connection commits; costs about 2 µs. */
  dataVersion(): number;
  /** Whether the tables were changed since it was opened, as an upgrade of macOS does: what was prepared is wrong then. */
  isOutdated(): boolean;
  /** Asks several questions about one and the same moment. */
  snapshot<T>(questions: () => T): T;
  messages: MessageQueries;
  content: ContentQueries;
  conversations: ConversationQueries;
  actions: ActionQueries;
  /** All conversations, merged. */
  directory: Directory;
  /** Messages by their place, for pages. */
  history: History;
  feed: FeedQueries;
  writtenFirst: WrittenFirst;
  rowIdOf(guid: string): number | null;
  close(): void;
}

/** Apple writes all the time: wait a moment for a lock, then come back later rather than hold up the process. */
const BUSY_TIMEOUT_MS = 50;

/** Pages of chat.db in this process's own memory; the system keeps the file in its own as well. */
const CACHE_KB = 4_096;

/**
 * Opens chat.db for reading only. Never `immutable` (it would miss the WAL), never for writing.
 * Throws ReadingFailure.
 * @param clock says how old the directory is; without one it is read again after every commit.
 */
export function openChatDatabase(path: string, clock: Pick<Clock, "monotonic"> | null = null): ChatDatabase {
  let database: Database | undefined;
  try {
    const found = statSync(path);
    // To open a pipe would wait for whoever writes to it, for ever.
    if (!found.isFile()) throw new ReadingFailure("unreadable", path);
    const file = identityOf(found);
    database = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    database.pragma("query_only = ON");
    database.pragma(`cache_size = -${CACHE_KB}`);
    const dataVersion = database.prepare<[], number>("PRAGMA data_version").pluck();
    const open = database;
    const version = (): number => dataVersion.get() ?? 0;
    const schemaVersion = database.prepare<[], number>("PRAGMA schema_version").pluck();
    const schema = schemaVersion.get();
    let checked = version();
    const messages = prepareMessageQueries(open);
    const inTransaction = open.transaction((questions: () => void) => questions());
    return {
      file,
      dataVersion: version,
      isOutdated() {
        const now = version();
        if (now === checked) return false;
        checked = now;
        return schemaVersion.get() !== schema;
      },
      snapshot(questions) {
        const answers: ReturnType<typeof questions>[] = [];
        inTransaction(() => answers.push(questions()));
        const [answer] = answers;
        return answer as ReturnType<typeof questions>;
      },
      messages,
      content: prepareContentQueries(open),
      conversations: prepareConversationQueries(open),
      actions: prepareActionQueries(open),
      directory: prepareDirectory(open, version, clock),
      history: prepareHistory(open),
      feed: prepareFeedQueries(open),
      writtenFirst: prepareWrittenFirst(open),
      rowIdOf: messages.rowIdOf,
      close: () => void open.close(),
    };
  } catch (thrown) {
    database?.close();
    throw readingFailure(systemsAnswer(thrown, path), path);
  }
}

/**
 * SQLite says "unable to open" for everything; the system's own answer tells a refusal from an absence. It is
 * asked only after a failure: closing a file drops every lock that this process holds on it, and without
 * SQLite's lock another process may remove the log under an open connection, which is deaf from then on.
 */
function systemsAnswer(thrown: unknown, path: string): unknown {
  const cannotOpen =
    thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("SQLITE_CANTOPEN");
  if (!cannotOpen) return thrown;
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    return thrown;
  } catch (cause) {
    return cause;
  }
}

/** The file's identity as it stands now; null when it is not there. Throws ReadingFailure when refused. */
export function fileIdentity(path: string): FileIdentity | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? identityOf(found) : null;
  } catch (thrown) {
    const failure = readingFailure(thrown, path);
    if (failure.problem === "missing") return null;
    throw failure;
  }
}

function identityOf({ dev, ino, birthtimeMs }: Stats): FileIdentity {
  return { device: dev, inode: ino, born: birthtimeMs };
}

/** Whether both are the same file, as far as both say. */
export function sameFile(a: FileIdentity | null, b: FileIdentity | null): boolean {
  if (a === null || b === null || a.device !== b.device || a.inode !== b.inode) return false;
  return a.born === undefined || b.born === undefined || a.born === b.born;
}
