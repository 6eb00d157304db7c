import { readdirSync, statSync } from "node:fs";
import type { WebhookView } from "../../src-shared/domain/webhook.ts";
import { endpointName } from "../../src-shared/words/activity-words.ts";
import type { Journal } from "../journal/journal.ts";
import type { Database } from "../storage/database.ts";
import type { LoopDelay } from "./loop-delay.ts";

/** One endpoint's queue. */
export interface QueueFigures {
  id: string;
  /** What people call it. */
  name: string;
  waiting: number;
  /** Since when the first of the queue waits, in ms since 1970; null while nothing waits. */
  waitingSince: number | null;
  /** Deliveries that were given up and can be resent. */
  dead: number;
}

/** What the journal holds. */
export interface JournalFigures {
  events: number;
  /** The oldest sequence that is kept; null when none is. */
  oldest: number | null;
  newest: number;
  prunedTo: number;
}

/** What is so at the moment somebody asks; metrics and stats ask the same. Any of these may throw. */
export interface Figures {
  /** One for every endpoint there is, switched off or not. */
  queues(): readonly QueueFigures[];
  journal(): JournalFigures;
  /** Connected WebSockets, and event streams (SSE). */
  connections(): { sockets: number; streams: number };
  /** Whether chat.db is read and recorded. */
  isReading(): boolean;
  /** What bellhop.db takes on the disk, in bytes. */
  databaseBytes(): number | null;
  /** Null where nobody measures. */
  loopDelay: LoopDelay | null;
}

/** The figures of a whole gateway, from those who know them. */
export function gatewayFigures(sources: {
  webhooks(): readonly WebhookView[];
  journal: Pick<Journal, "count" | "oldest" | "newest" | "prunedTo">;
  connections: Figures["connections"];
  isReading(): boolean;
  database: Pick<Database, "name">;
  loopDelay: LoopDelay | null;
}): Figures {
  const { journal, database } = sources;
  return {
    ...sources,
    queues: () =>
      sources.webhooks().map(({ webhook, health: { waiting, waitingSince, dead } }) => {
        return { id: webhook.id, name: endpointName(webhook), waiting, waitingSince, dead };
      }),
    journal: () => ({
      events: journal.count(),
      oldest: journal.oldest(1)[0]?.seq ?? null,
      newest: journal.newest(),
      prunedTo: journal.prunedTo(),
    }),
    databaseBytes: () => sizeOfDatabase(database.name),
  };
}

/** The first to wait in any of the queues, in ms since 1970; null while nothing waits. */
export function waitingLongest(queues: readonly QueueFigures[]): number | null {
  const since = queues.flatMap(({ waitingSince }) => (waitingSince === null ? [] : [waitingSince]));
  return since.length === 0 ? null : Math.min(...since);
}

/** What a SQLite database takes on the disk with its log beside it, in bytes; null when it is not there. */
export function sizeOfDatabase(path: string): number | null {
  const sizes = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size);
  return sizes[0] === undefined ? null : sizes[0] + (sizes[1] ?? 0);
}

/** How many files and connections this process has open; null where the system does not say. */
export function openFiles(): number | null {
  try {
    // The folder that is being read is one of them.
    return readdirSync("/dev/fd").length - 1;
  } catch {
    return null;
  }
}
