import { onTestFinished } from "vitest";
import type { Change } from "../apple-messages/change.ts";
import { type ChatDb, keepChatDb } from "../apple-messages/chat-db.ts";
import { type ChangeFeed, startChangeFeed } from "../apple-messages/feed/change-feed.ts";
import type { FeedState } from "../apple-messages/feed/feed-state.ts";
import type { FeedStep } from "../apple-messages/feed/feed-step.ts";
import type { OutgoingRow } from "../apple-messages/feed/news.ts";
import { type Fingerprints, openFingerprints } from "../journal/fingerprints.ts";
import { type ManualTime, manualTime } from "../simulator/testing/manual-time.ts";
import { ownDatabase } from "./own-database.ts";
import { type SimulatedMessages, simulatedMessages } from "./simulated-messages.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The change feed on a real chat.db, with time that only the test moves and no file watch. */
export interface FollowingFeed {
  feed: ChangeFeed;
  chatDb: ChatDb;
  time: ManualTime;
  changes: Change[];
  outgoing: OutgoingRow[];
  complaints: unknown[];
  /** What a restart would be handed. */
  remembered(): FeedState | null;
  /** The bodies of what was emitted; a reaction stands as its kind. */
  said(): (string | null)[];
  types(): string[];
  /** Looks now, and works off what is left over for later. */
  look(): void;
  stop(): void;
}

/** Starts the feed on the file at `path`. `refuse` may throw in place of the commit. */
export function followingFeed(options: {
  path: string;
  time?: ManualTime;
  remembered?: FeedState | null;
  /** What an earlier run has told; by default nothing. */
  memory?: Fingerprints;
  refuse?: (step: FeedStep) => void;
}): FollowingFeed {
  const time = options.time ?? manualTime();
  const chatDb = keepChatDb(options.path, time.clock);
  const changes: Change[] = [];
  const outgoing: OutgoingRow[] = [];
  const complaints: unknown[] = [];
  const memory = options.memory ?? openFingerprints(ownDatabase(temporaryFolder()).database);
  let state = options.remembered ?? null;
  const feed = startChangeFeed({
    chatDb,
    clock: time.clock,
    timers: time.timers,
    watch: () => ({ stop: () => {}, rearm: () => {} }),
    pollIntervalMs: 1_000,
    remembered: state,
    memory,
    commit(step) {
      options.refuse?.(step);
      state = step.state;
      memory.record(step);
      changes.push(...step.changes);
      outgoing.push(...step.outgoing);
    },
    complain: (thrown) => complaints.push(thrown),
    damaged: (rowId, parts) => complaints.push({ rowId, parts }),
  });
  const stop = (): void => {
    feed.stop();
    chatDb.close();
  };
  onTestFinished(stop);
  time.advance(0);
  return {
    feed,
    chatDb,
    time,
    changes,
    outgoing,
    complaints,
    stop,
    remembered: () => state,
    said: () =>
      changes.map(({ type, data }) => ("body" in data ? data.body : "kind" in data ? data.kind : type)),
    types: () => changes.map(({ type }) => type),
    look() {
      feed.look();
      time.advance(0);
    },
  };
}

/** A chat.db with two old messages, and time that stands still. */
export function stagedFeed() {
  const folder = temporaryFolder();
  const time = manualTime();
  const messages = simulatedMessages(folder, { clock: time.clock });
  messages.receive("old");
  messages.receive("older");
  const memory = openFingerprints(ownDatabase(folder).database);
  const follow = (options: Partial<Parameters<typeof followingFeed>[0]> = {}) =>
    followingFeed({ path: messages.path, time, memory, ...options });
  return { folder, time, messages, follow };
}

/** The simulated time in ms since 1970. */
export const nowIn = (messages: SimulatedMessages): number => messages.store.clock.now();

export const HOUR = 3_600_000;
