import type { ReadingProblem } from "../../src-shared/status.ts";
import type { Clock } from "../ports/clock.ts";
import {
  type ChatDatabase,
  type FileIdentity,
  fileIdentity,
  openChatDatabase,
  sameFile,
} from "./connection.ts";
import { isBusy, isSqliteError, ReadingFailure, readingFailure } from "./reading-failure.ts";

/** chat.db as the rest of the gateway knows it: there or not, and back by itself. */
export interface ChatDb {
  readonly path: string;
  /** Asks a question of the open database, opening it if need be. Throws ReadingFailure. */
  read<T>(question: (database: ChatDatabase) => T): T;
  /** Lets go of a file that has been replaced or is gone, so that the next question opens the new one. */
  noticeReplacement(): void;
  /** What is wrong, and since when; null while all is well. */
  trouble(): { problem: ReadingProblem; since: number } | null;
  /** Rises with each opening: whoever remembers something about the file compares it. */
  generation(): number;
  onTrouble(listener: (problem: ReadingProblem | null) => void): void;
  close(): void;
}

/** Keeps one read connection on the chat.db at `path`, over refusals, replacements and damage. */
export function keepChatDb(path: string, clock: Clock): ChatDb {
  let open: ChatDatabase | null = null;
  let opened = 0;
  let log: FileIdentity | null = null;
  let trouble: { problem: ReadingProblem; since: number } | null = null;
  const listeners: ((problem: ReadingProblem | null) => void)[] = [];

  const become = (problem: ReadingProblem | null): void => {
    if ((trouble?.problem ?? null) === problem) return;
    trouble = problem === null ? null : { problem, since: clock.now() };
    // Later: whoever listens may read, and would do so in the middle of another question.
    queueMicrotask(() => {
      for (const listener of listeners) listener(problem);
    });
  };
  const letGo = (): void => {
    open?.close();
    open = null;
    log = null;
  };
  /** A connection whose log was taken away under it would be deaf for good, and never know. */
  const isLogReplaced = (): boolean => {
    const now = fileIdentity(`${path}-wal`);
    if (log !== null && !sameFile(log, now)) return true;
    log = now;
    return false;
  };

  return {
    path,
    read(question) {
      try {
        if (open?.isOutdated()) letGo();
        const isNew = open === null;
        if (open === null) {
          open = openChatDatabase(path, clock);
          opened += 1;
        }
        const answer = question(open);
        // From its first question on the connection holds the log: this very one.
        if (isNew) log = fileIdentity(`${path}-wal`);
        become(null);
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof ReadingFailure) && !isSqliteError(thrown)) throw thrown;
        const failure = readingFailure(thrown, path);
        // A lock goes by itself; after anything else only a fresh connection can be trusted.
        if (!isBusy(thrown)) letGo();
        become(failure.problem);
        throw failure;
      }
    },
    noticeReplacement() {
      if (open === null) return;
      try {
        if (!sameFile(open.file, fileIdentity(path)) || isLogReplaced()) letGo();
      } catch {
        letGo();
      }
    },
    trouble: () => trouble,
    generation: () => opened,
    onTrouble: (listener) => void listeners.push(listener),
    close: letGo,
  };
}
