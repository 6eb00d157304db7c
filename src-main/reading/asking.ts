import { Fault } from "../../src-shared/faults.ts";
import type { ReadingProblem } from "../../src-shared/status.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import type { ChatDatabase } from "../apple-messages/connection.ts";
import { ReadingFailure } from "../apple-messages/reading-failure.ts";

/**
 * Asks chat.db for a caller, about one and the same moment: a failure to read becomes the Fault that says what to do about it.
 */
export function asking<T>(chatDb: ChatDb, question: (database: ChatDatabase) => T): T {
  try {
    return chatDb.read((database) => database.snapshot(() => question(database)));
  } catch (thrown) {
    if (!(thrown instanceof ReadingFailure)) throw thrown;
    throw new Fault("reading_unavailable", readingSentence(thrown.problem, chatDb.path), {
      cause: thrown,
      retryAfter: 5,
    });
  }
}

/** Why chat.db cannot be read, and what to do about it. */
export function readingSentence(problem: ReadingProblem, path: string): string {
  switch (problem) {
    case "missing":
      return `there is no message history at ${path}; open Messages once and sign in, or name another with --chat-db`;
    case "refused":
      return `macOS does not let Bellhop read ${path}; switch on Full Disk Access for it in System Settings`;
    case "unreadable":
      return `${path} is not a message history that Bellhop can read`;
    case "stuck":
      return `${path} does not answer; Bellhop keeps trying`;
    case "unrecorded":
      return "new messages cannot be written to Bellhop's own data folder; free some space there, or let Bellhop write to it";
  }
}
