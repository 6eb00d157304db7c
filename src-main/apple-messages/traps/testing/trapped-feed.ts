import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../../../src-shared/domain/event.ts";
import { openFingerprints } from "../../../journal/fingerprints.ts";
import { openJournal } from "../../../journal/journal.ts";
import { realPorts } from "../../../ports/real.ts";
import { MACOS_VERSIONS, type Macos } from "../../../simulator/macos.ts";
import { closeMessageStore, openMessageStore } from "../../../simulator/message-store.ts";
import { manualTime } from "../../../simulator/testing/manual-time.ts";
import { type FollowingFeed, followingFeed } from "../../../testing/following-feed.ts";
import { ownDatabase } from "../../../testing/own-database.ts";
import { type SimulatedMessages, simulatedMessages } from "../../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../../testing/temporary-folder.ts";
import { FeedState } from "../../feed/feed-state.ts";

/** Which chat.db a Mac has: a version's, and in which order its columns stand. */
export interface Schema {
  name: string;
  macos: Macos;
  /** The seed of another order of columns. */
  shuffleColumns?: number;
}

/** All five versions, each as it is created and with its columns in another order. */
export const EVERY_SCHEMA: readonly Schema[] = MACOS_VERSIONS.flatMap((macos) => [
  { name: `macOS ${macos}`, macos },
  { name: `macOS ${macos} with its columns in another order`, macos, shuffleColumns: macos },
]);

export const SINCE_13 = EVERY_SCHEMA.filter(({ macos }) => macos >= 13);

/**
 * A chat.db with two old messages, time that only the test moves, and a journal that keeps what the feed tells:
 * `events` is what a client is told, each event once.
 */
export function trappedFeed({ macos = 26, shuffleColumns }: Partial<Schema> = {}) {
  const folder = temporaryFolder();
  const time = manualTime();
  const messages = chatDbIn(folder, { macos, ...(shuffleColumns ? { shuffleColumns } : {}) }, time);
  messages.receive("old");
  messages.receive("older");
  const own = ownDatabase(folder);
  const memory = openFingerprints(own.database);
  const journal = openJournal(own.database, own.meta, own.vault);
  const events: Event[] = [];
  const follow = (options: Partial<Parameters<typeof followingFeed>[0]> = {}): FollowingFeed =>
    followingFeed({
      path: messages.path,
      time,
      memory,
      refuse: (step) => events.push(...journal.append(step.changes, time.clock.now())),
      ...options,
    });
  return {
    folder,
    time,
    messages,
    own,
    events,
    follow,
    /** Ends this run, and begins the next one with what storage would have kept of it. */
    restart(feed: FollowingFeed): FollowingFeed {
      feed.stop();
      return follow({ remembered: FeedState.parse(JSON.parse(JSON.stringify(feed.remembered()))) });
    },
    /** Lets the feed notice what was written, and everything that it looks at in the seconds after. */
    settle(feed: FollowingFeed): void {
      feed.look();
      time.advance(2_500);
    },
    /** What a client was told, each as its type and what it says. */
    heard: () => events.map(({ type, data }) => `${type}: ${wordsOf(data)}`),
    /** What was told as a message that came in. */
    received: () => events.flatMap((event) => (event.type === "message.received" ? event.data.body : [])),
  };
}

function wordsOf(data: Event["data"]): string {
  if ("body" in data) return data.body ?? "-";
  if ("kind" in data) return data.kind;
  if ("conversation" in data) return data.conversation.id;
  return "guid" in data ? data.guid : data.id;
}

/** An empty chat.db named `name` in `folder`, of that schema. */
export function chatDbIn(
  folder: string,
  schema: Omit<Schema, "name">,
  time: ReturnType<typeof manualTime>,
  name = "chat.db",
): SimulatedMessages {
  const { randomness } = realPorts();
  const store = openMessageStore({ path: join(folder, name), ...schema, clock: time.clock, randomness });
  closeMessageStore(store);
  return simulatedMessages(folder, { name, clock: time.clock });
}

/** Puts the database `other` in the place of `messages`: another file, with no log. Both are closed. */
export function replaceWith(messages: SimulatedMessages, other: SimulatedMessages): void {
  other.close();
  messages.close();
  for (const suffix of ["-wal", "-shm"]) rmSync(messages.path + suffix, { force: true });
  renameSync(other.path, messages.path);
}
