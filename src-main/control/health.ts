import type { Mode, ReadingProblem } from "../../src-shared/status.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { readingSentence } from "../reading/asking.ts";
import type { Outbox } from "../sending/outbox/outbox.ts";

/** Whether the gateway does what it is for. */
export interface Health {
  mode: Mode;
  /** Whether chat.db can be read and its changes are recorded. */
  reading: boolean;
  /** What is wrong and what to do about it; null while nothing is. */
  problem: string | null;
}

/** Says how the gateway is, never "well" while something is not. */
export function healthOf(options: {
  mode: Mode;
  chatDb: ChatDb;
  /** What keeps chat.db from being read or recorded. */
  trouble(): { problem: ReadingProblem } | null;
  outbox: Outbox;
  isStopping: boolean;
}): Health {
  const { mode, chatDb, outbox } = options;
  if (options.isStopping) return { mode, reading: false, problem: "Bellhop is stopping" };
  const trouble = options.trouble();
  const unread = trouble && readingSentence(trouble.problem, chatDb.path);
  const denied = outbox.denied();
  return { mode, reading: unread === null, problem: unread ?? denied?.message ?? null };
}
