import { dirname, join } from "node:path";
import type { Mode, ReadingProblem } from "../src-shared/status.ts";
import { openApiKeys } from "./access/api-keys.ts";
import { keepChatDb } from "./apple-messages/chat-db.ts";
import { startChangeFeed } from "./apple-messages/feed/change-feed.ts";
import { watchFiles } from "./apple-messages/watcher.ts";
import { type Control, openControl } from "./control/control.ts";
import { healthOf } from "./control/health.ts";
import { statusReader } from "./control/status.ts";
import { aimessage } from "./dialects/aimessage/aimessage.ts";
import { wireEvent } from "./dialects/aimessage/translate.ts";
import { openServer } from "./http/server.ts";
import { createBus } from "./journal/bus.ts";
import { openIntake } from "./journal/intake.ts";
import { openJournal } from "./journal/journal.ts";
import { applescriptSender, OPEN_MESSAGES } from "./messages-app/applescript-sender.ts";
import { openConvertedFiles } from "./messages-app/converted-files.ts";
import { APPLE_TOOLS, toolConverter } from "./messages-app/converter.ts";
import { noSender } from "./messages-app/no-sender.ts";
import { createLatency } from "./observability/latency.ts";
import type { Log } from "./observability/log.ts";
import type { Ports } from "./ports/ports.ts";
import { asking, readingSentence } from "./reading/asking.ts";
import { openAttachments } from "./reading/attachments.ts";
import { openConversations } from "./reading/conversations.ts";
import { openLines } from "./reading/lines.ts";
import { openMessages } from "./reading/messages.ts";
import { openOutbox } from "./sending/outbox.ts";
import { openOutboxStore } from "./sending/outbox-store.ts";
import { openSending } from "./sending/send.ts";
import { keepSwept, openStaging, type StagingFolders } from "./sending/staging.ts";
import { type Database, isSqliteError } from "./storage/database.ts";
import type { Keychain } from "./storage/keychain.ts";
import { openMeta } from "./storage/meta.ts";
import type { SettingsStore } from "./storage/settings-store.ts";
import { openVault, proveVault } from "./storage/vault.ts";
import { startDeliverer } from "./webhooks/deliverer.ts";
import { openWebhookStore } from "./webhooks/webhook-store.ts";
import { openWebhooks } from "./webhooks/webhooks.ts";

/** Everything a gateway is told about where and on what it runs. */
export interface GatewayOptions {
  mode: Mode;
  version: string;
  dataFolder: string;
  /** bellhop.db, open; the gateway closes it. */
  database: Database;
  chatDb: string;
  /** The program that drives Messages; null where there is none. */
  osascript: string | null;
  /** Whether macOS must have granted anything: only with this Mac's own Messages. */
  needsPermissions: boolean;
  /** The folder with the AppleScripts. */
  scripts: string;
  /** The built window, for a browser; null to serve none. */
  ui: string | null;
  /** Where files wait for Messages, and from where they may come. */
  staging: StagingFolders;
  settings: SettingsStore;
  keychain: Keychain;
  /** A key that holds for this run instead of the stored one. */
  apiKey: string | null;
  /** Who may ask for links to the window. */
  controlToken: string;
  log: Log;
}

/** A running gateway. */
export interface Gateway {
  readonly url: string;
  readonly mode: Mode;
  readonly control: Control;
  /** A fresh link to the window in a browser, good once within ten minutes. */
  uiLink(): string;
  /** The first API key. */
  revealKey(): string;
  /** Stops accepting, lets what runs end within seconds, and closes every file. */
  stop(): Promise<void>;
}

/**
 * Puts the parts together and starts them. Resolves when the API answers; rejects with a sentence when the
 * port is taken or the data folder is another mode's.
 */
export async function startGateway(options: GatewayOptions, ports: Ports): Promise<Gateway> {
  const { mode, settings, log } = options;
  const { clock, timers, randomness } = ports;
  const startedAt = clock.now();
  const complain = (thrown: unknown): void => log.error({ err: thrown }, "unexpected");

  const { database } = options;
  const meta = openMeta(database);
  const vault = openVault(options.dataFolder, options.keychain, randomness);
  proveVault(vault, meta, options.dataFolder);
  const keys = openApiKeys({ database, vault, clock, randomness, given: options.apiKey });
  const journal = openJournal(database, meta, vault);
  const bus = createBus(complain);
  const latency = createLatency(clock);

  const chatDb = keepChatDb(options.chatDb, clock);
  const messages = openMessages(chatDb);
  const conversations = openConversations(chatDb);
  const converted = openConvertedFiles({
    folder: join(options.dataFolder, "files", "converted"),
    converter: toolConverter({ tools: APPLE_TOOLS, processes: ports.processes }),
  });
  const attachments = openAttachments({
    row: (guid) => asking(chatDb, ({ content }) => content.attachmentByGuid(guid)),
    folder: dirname(chatDb.path),
    apart: [options.dataFolder],
    converted,
  });

  const canSend = options.osascript !== null;
  const messagesApp =
    options.osascript === null
      ? noSender
      : applescriptSender({
          osascript: options.osascript,
          scripts: options.scripts,
          open: options.needsPermissions ? OPEN_MESSAGES : null,
          processes: ports.processes,
        });
  const outbox = openOutbox({
    store: openOutboxStore(database, vault),
    chatDb,
    messagesApp,
    clock,
    timers,
    randomness,
    isPaused: () => settings.current().sendingPausedAt !== null,
    isCaughtUp: () => feed.isCaughtUp(),
    complain,
  });
  const staging = openStaging({ ...options.staging, clock, randomness, isNeeded: outbox.needsFile });
  const sending = openSending({ outbox, conversations, staging, canSend });

  const webhookStore = openWebhookStore(database, vault);
  const deliverer = startDeliverer({
    store: webhookStore,
    event: journal.get,
    bodyOf: wireEvent,
    clock,
    timers,
    randomness,
    outbound: ports.outbound,
    complain,
    version: options.version,
  });
  const webhooks = openWebhooks({
    store: webhookStore,
    clock,
    randomness,
    ownPort: () => server.address().port,
    changed: deliverer.wake,
  });

  let unrecordedSince: number | null = null;
  const trouble = (): { problem: ReadingProblem; since: number } | null =>
    chatDb.trouble() ?? (unrecordedSince === null ? null : { problem: "unrecorded", since: unrecordedSince });
  const intake = openIntake({
    database,
    journal,
    outbox,
    webhooks: webhookStore,
    bus,
    clock,
    queued: deliverer.wake,
    complain,
  });
  const feed = startChangeFeed({
    chatDb,
    clock,
    timers,
    watch: watchFiles,
    pollIntervalMs: settings.current().pollIntervalMs,
    remembered: intake.remembered(),
    memory: intake.memory,
    commit(step) {
      intake.commit(step);
      unrecordedSince = null;
      if (step.latencyMs !== null) latency.add(step.latencyMs);
    },
    complain(thrown) {
      // What chat.db refuses is a ReadingFailure, and does not come here: this was our own database.
      const isUnrecorded = isSqliteError(thrown);
      if (!isUnrecorded || unrecordedSince === null) complain(thrown);
      if (isUnrecorded) unrecordedSince ??= clock.now();
    },
    damaged: (rowId, parts) => log.debug({ row_id: rowId, parts }, "cannot be decoded"),
  });

  const dialect = aimessage({
    messages,
    conversations,
    lines: openLines(chatDb),
    attachments,
    sending,
    webhooks,
    health: () => healthOf({ mode, chatDb, trouble, outbox }),
    now: clock.now,
    sendWaitMs: () => settings.current().sendWaitMs,
  });

  const control = openControl({
    status: statusReader({
      mode,
      needsPermissions: options.needsPermissions,
      version: options.version,
      startedAt,
      address: () => server.address(),
      chatDb,
      trouble,
      outbox,
      canSend,
      webhooks: webhookStore,
      latency,
      settings: settings.current,
      clock,
    }),
    bus,
    journal,
    messages,
    conversations,
    sending,
    sendWaitMs: () => settings.current().sendWaitMs,
    revealKey: keys.reveal,
    setPaused(pausedAt) {
      settings.change({ sendingPausedAt: pausedAt });
      log.info(pausedAt === null ? "sending resumed" : "sending paused");
      outbox.wake();
    },
    clock,
    timers,
    complain,
  });
  chatDb.onTrouble((problem) => {
    if (problem === null) {
      log.info("chat.db can be read again");
      control.notice("Reading again: chat.db can be opened");
      outbox.wake();
    } else {
      const sentence = readingSentence(problem, chatDb.path);
      log.warn({ problem }, sentence);
      control.notice(`Reading stopped: ${sentence}`);
    }
  });

  const server = openServer({
    dialect,
    frameOf: wireEvent,
    keys,
    bus,
    control,
    mode,
    ui: options.ui,
    controlToken: options.controlToken,
    names: () => [settings.current().host, ...settings.current().allowedHosts],
    rateLimit: () => settings.current().rateLimit,
    clock,
    timers,
    randomness,
    log,
  });

  const stopSweeping = keepSwept(staging, timers, complain);
  const stop = async (): Promise<void> => {
    stopSweeping();
    feed.stop();
    control.stop();
    await Promise.all([server.close(), outbox.stop(), deliverer.stop(), converted.close()]);
    chatDb.close();
    try {
      journal.close();
      database.pragma("wal_checkpoint(TRUNCATE)");
    } catch (thrown) {
      // A full disk, say: everything that was acknowledged is committed without it.
      complain(thrown);
    } finally {
      database.close();
    }
    log.info("stopped");
  };

  const { host, port } = settings.current();
  const { url } = await server.listen(host, port).catch(async (thrown: unknown) => {
    await stop();
    throw thrown;
  });
  outbox.wake();
  deliverer.wake();
  log.info({ url, mode }, "ready");
  return {
    url,
    mode,
    control,
    uiLink: server.uiLink,
    revealKey: keys.reveal,
    stop: onlyOnce(stop),
  };
}

function onlyOnce(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
