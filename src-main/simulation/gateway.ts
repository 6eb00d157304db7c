import type { Event } from "../../src-shared/domain/event.ts";
import type { Settings } from "../../src-shared/settings.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { startChangeFeed } from "../apple-messages/feed/change-feed.ts";
import type { FeedState } from "../apple-messages/feed/feed-state.ts";
import { toMessage } from "../apple-messages/row-to-domain.ts";
import { createBus } from "../journal/bus.ts";
import { type Follow, openFollowing } from "../journal/following.ts";
import { openIntake } from "../journal/intake.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { startRetention } from "../journal/retention.ts";
import type { Bubble, MessagesApp } from "../messages-app/messages-app.ts";
import type { OutboundAnswer, OutboundPost } from "../ports/outbound.ts";
import type { Randomness } from "../ports/randomness.ts";
import { type Outbox, openOutbox } from "../sending/outbox/outbox.ts";
import { openOutboxStore } from "../sending/outbox/outbox-store.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { openMeta } from "../storage/meta.ts";
import type { Vault } from "../storage/vault.ts";
import type { BodyOf } from "../webhooks/bodies/bodies.ts";
import { openDelivering } from "../webhooks/delivering.ts";
import type { DeliveryStore } from "../webhooks/delivery-store.ts";
import type { EndpointStore } from "../webhooks/endpoint-store.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import type { Life } from "./life.ts";
import { type Disk, makeMortal, type Synced } from "./mortal-database.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What the gateway of one life is made of, as far as the simulation looks into it. */
export interface Gateway {
  database: Database;
  journal: Journal;
  follow: Follow;
  outbox: Outbox;
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  webhooks: Webhooks;
  /** The file watch has something. */
  noticed(): void;
  isCaughtUp(): boolean;
  remembered(): FeedState | null;
  /** An orderly end, as the gateway's own. */
  stop(): Promise<void>;
}

/** What a life is given. */
export interface GatewayOptions {
  life: Life;
  time: VirtualTime;
  /** bellhop.db. */
  path: string;
  /** chat.db as this process reads it; closed by whoever opened it. */
  chatDb: ChatDb;
  vault: Vault;
  disk: Disk;
  randomness: Randomness;
  settings: Pick<Settings, "deliverForDays" | "webhookTimeoutMs" | "eventsKept" | "eventsKeptDays">;
  pollIntervalMs: number;
  /** The log is copied into the database after so many pages. */
  checkpointAfter: number;
  post(request: OutboundPost): Promise<OutboundAnswer>;
  messagesApp: Pick<MessagesApp, "send">;
  isPaused(): boolean;
  /** Before anybody is told. */
  published(events: readonly Event[]): void;
  /** How to take note of what is open even when the rest of the start fails. */
  opened(handles: { synced: Synced; close(): void }): void;
  /** The journal is open, and nothing goes out yet. */
  recovered(gateway: Pick<Gateway, "database" | "journal" | "endpoints" | "outbox">): void;
  said(sentence: string): void;
  complain(thrown: unknown): void;
}

/** Puts the parts together as `gateway.ts` does, with every port in the hands of the simulation. */
export function startGateway(options: GatewayOptions): Gateway {
  const { life, time, vault, randomness, complain } = options;
  const { clock } = time;
  const { timers } = life;
  const database = openDatabase(options.path);
  database.pragma(`wal_autocheckpoint = ${options.checkpointAfter}`);
  const mortal = makeMortal(database, life, options.disk);
  const { chatDb } = options;
  options.opened({
    synced: mortal,
    close() {
      mortal.close();
      if (database.open) database.close();
    },
  });
  const journal = openJournal(database, openMeta(database), vault, complain);
  const realBus = createBus(complain);
  const bus = {
    ...realBus,
    publish(events: readonly Event[]) {
      if (!life.isAlive()) return;
      options.published(events);
      life.pass("publish", () => realBus.publish(events));
    },
  };
  let noticed = (): void => {};
  const outbox = openOutbox({
    store: openOutboxStore(database, vault),
    chatDb,
    messagesApp: options.messagesApp,
    clock,
    timers,
    randomness,
    isPaused: options.isPaused,
    isCaughtUp: () => feed.isCaughtUp(),
    record: (work) => intake.record(work),
    bubbleOf: (guid) => bubbleOf(chatDb, guid),
    complain,
  });
  const delivering = openDelivering({
    database,
    vault,
    journal,
    bodies: BODIES,
    settings: () => options.settings,
    isOurs: (guid) => outbox.itemOf(guid) !== null,
    egress: {
      outbound: { post: options.post, forget: () => {}, close: () => {} },
      checkTarget: async () => ({ isLocal: false }),
    },
    clock,
    timers,
    randomness,
    complain,
    version: "0",
  });
  const { endpoints, deliveries, webhooks } = delivering;
  options.recovered({ database, journal, endpoints, outbox });
  const intake = openIntake({
    database,
    journal,
    outbox,
    endpoints,
    deliveries,
    bus,
    clock,
    queued: delivering.wake,
    complain,
  });
  const feed = startChangeFeed({
    chatDb,
    clock,
    timers,
    watch: (_path, heard) => {
      noticed = heard;
      return { stop: () => {}, rearm: () => {} };
    },
    pollIntervalMs: options.pollIntervalMs,
    remembered: intake.remembered(),
    memory: intake.memory,
    commit: intake.commit,
    complain,
    damaged: () => {},
  });
  chatDb.onTrouble((problem) => {
    if (problem === null) outbox.wake();
  });
  const retention = startRetention({
    journal,
    deliveries,
    database,
    settings: () => options.settings,
    clock,
    timers,
    nameOf: (id) => webhooks.get(id).webhook.url,
    said: options.said,
    complain,
  });
  const follow = openFollowing({ journal, bus, timers, complain });
  outbox.wake();
  delivering.wake();
  return {
    database,
    journal,
    follow,
    outbox,
    endpoints,
    deliveries,
    webhooks,
    noticed: () => noticed(),
    isCaughtUp: feed.isCaughtUp,
    remembered: intake.remembered,
    async stop() {
      feed.stop();
      retention.stop();
      await Promise.all([outbox.stop(), delivering.stop()]);
      try {
        journal.close();
        database.pragma("wal_checkpoint(TRUNCATE)");
      } catch (thrown) {
        complain(thrown);
      } finally {
        mortal.close();
        database.close();
      }
    },
  };
}

/** A message as an answer to it points at it; null when it is gone. */
function bubbleOf(chatDb: ChatDb, guid: string): Bubble | null {
  return chatDb.read((database) => {
    const row = database.messages.byGuid(guid);
    return row === null ? null : { guid, text: toMessage(row, database).body ?? "" };
  });
}

const asItIs: BodyOf = ({ id, seq, at, type, data }) => JSON.stringify({ id, seq, at, type, data });

const BODIES = { bellhop: asItIs, slack: asItIs, discord: asItIs };
