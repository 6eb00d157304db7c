import type { ReadingProblem } from "../src-shared/status.ts";
import { endpointName } from "../src-shared/words/activity-words.ts";
import { openApiKeys } from "./access/api-keys.ts";
import { keepChatDb } from "./apple-messages/chat-db.ts";
import { startChangeFeed } from "./apple-messages/feed/change-feed.ts";
import { watchFiles } from "./apple-messages/watcher.ts";
import { openControl } from "./control/control.ts";
import { eventLine, messageOf, nameIn } from "./control/event-lines.ts";
import { healthOf } from "./control/health.ts";
import { watchRecording } from "./control/recording-trouble.ts";
import { statusReader } from "./control/status.ts";
import { aimessage } from "./dialects/aimessage/aimessage.ts";
import { socketQuestion } from "./dialects/aimessage/events.ts";
import { wireEvent } from "./dialects/aimessage/translate.ts";
import { openEgress } from "./egress/egress.ts";
import type { Gateway, GatewayOptions } from "./gateway-options.ts";
import { openConnectionLog } from "./http/connection-log.ts";
import { openEventStreams } from "./http/event-streams.ts";
import { metricsPage } from "./http/metrics.ts";
import { openServer } from "./http/server.ts";
import { createBus } from "./journal/bus.ts";
import { openEventPages } from "./journal/event-pages.ts";
import { openFollowing } from "./journal/following.ts";
import { openIntake } from "./journal/intake.ts";
import { openJournal } from "./journal/journal.ts";
import { startRetention } from "./journal/retention.ts";
import { gatewayFigures } from "./observability/figures.ts";
import { createLatency } from "./observability/latency.ts";
import { openMetrics } from "./observability/metrics.ts";
import { openReporting } from "./observability/reporting.ts";
import { statsReader } from "./observability/stats.ts";
import type { Ports } from "./ports/ports.ts";
import { readingSentence } from "./reading/asking.ts";
import { openReading } from "./reading/reading.ts";
import { openOutgoing } from "./sending/outgoing.ts";
import { beforeDeadline, onlyOnce } from "./shutdown.ts";
import { openMeta, takesWrites } from "./storage/meta.ts";
import { openVault, proveVault } from "./storage/vault.ts";
import { bodies } from "./webhooks/bodies/bodies.ts";
import { openDelivering } from "./webhooks/delivering.ts";

/** How long a stop may take before whatever is not done is left behind, in ms. */
const STOP_MS = 8_000;

/**
 * Puts the parts together and starts them. Resolves when the API answers; rejects with a sentence when the
 * port is taken or the data folder is another mode's.
 */
export async function startGateway(options: GatewayOptions, ports: Ports): Promise<Gateway> {
  const { mode, version, settings, log, database } = options;
  const { clock, timers, randomness } = ports;
  const startedAt = clock.now();
  const complain = (thrown: unknown): void => log.error({ err: thrown }, "unexpected");
  let isStopping = false;

  const meta = openMeta(database);
  const vault = openVault(options.dataFolder, options.keychain, randomness);
  proveVault(vault, meta, options.dataFolder);
  const keys = openApiKeys({ database, vault, clock, randomness, given: options.apiKey });
  const journal = openJournal(database, meta, vault, complain);
  const bus = createBus(complain);
  const recording = watchRecording({ clock, timers, takesWrites: () => takesWrites(database) });

  const chatDb = keepChatDb(options.chatDb, clock);
  const reading = openReading({
    chatDb,
    dataFolder: options.dataFolder,
    processes: ports.processes,
    itemOf: (guid) => outbox.itemOf(guid),
  });
  const { messages, conversations } = reading;
  const trouble = (): { problem: ReadingProblem; since: number } | null => {
    const unrecordedSince = recording.since();
    return (
      chatDb.trouble() ??
      (unrecordedSince === null ? null : { problem: "unrecorded", since: unrecordedSince })
    );
  };

  const latency = createLatency(clock);
  const figures = gatewayFigures({
    webhooks: () => delivering.webhooks.list(),
    journal,
    connections: () => ({ sockets: server.sockets(), streams: streams.count() }),
    isReading: () => trouble() === null,
    database,
    loopDelay: options.loopDelay,
  });
  const metrics = openMetrics({ version, mode, clock, figures });
  const stats = statsReader({ version, mode, startedAt, clock, tally: metrics.tally, figures, latency });
  const reporting = openReporting({ log, metrics, clock, notice: (sentence) => control.notice(sentence) });

  const outgoing = openOutgoing({
    ...options,
    ports,
    vault,
    chatDb,
    reading,
    settings: settings.current,
    record: (work) => intake.record(work),
    bus,
    isCaughtUp: () => feed.isCaughtUp(),
    trouble,
    ended: (item) => reporting.sent(item, nameIn(item.chat, conversations) ?? "a group"),
    complain,
  });
  const { outbox, canSend } = outgoing;

  const delivering = openDelivering({
    database,
    vault,
    journal,
    bodies: bodies({
      bellhop: wireEvent,
      lineOf: (event) => eventLine(event, { messages, conversations }),
      groupName: (id) => nameIn(id, conversations),
      messageOf: (guid) => messageOf(guid, messages),
    }),
    settings: settings.current,
    isOurs: (guid) => outbox.itemOf(guid) !== null,
    news: reporting,
    removed: metrics.forgetWebhook,
    storageTrouble: (isTrouble) => recording.report("deliveries", isTrouble),
    egress: openEgress({
      network: ports.network,
      timers,
      isOwnPort: (port) => port === server.address().port,
      allowed: () => settings.current().egressAllowed,
    }),
    clock,
    timers,
    randomness,
    complain,
    version,
  });
  const { endpoints, deliveries, webhooks } = delivering;
  const retention = startRetention({
    journal,
    deliveries,
    nameOf: (id) =>
      endpointName(endpoints.get(id)?.webhook ?? { name: "a webhook that was removed", url: "" }),
    database,
    settings: settings.current,
    clock,
    timers,
    said(sentence, detail) {
      log.warn({ area: "events", ...detail }, sentence);
      control.notice(sentence);
    },
    complain,
  });

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
    watch: watchFiles,
    pollIntervalMs: settings.current().pollIntervalMs,
    remembered: intake.remembered(),
    memory: intake.memory,
    commit(step) {
      recording.during("feed", () => intake.commit(step));
      if (step.latencyMs === null) return;
      latency.add(step.latencyMs);
      reporting.seen(step.latencyMs);
    },
    // What chat.db refuses is a ReadingFailure, and does not come here.
    complain: (thrown) => recording.isNew(thrown) && complain(thrown),
    damaged: (rowId, parts) => log.debug({ area: "feed", row_id: rowId, parts }, "cannot be decoded"),
  });

  const follow = openFollowing({ journal, bus, timers, complain });
  const pages = openEventPages({ journal, bus, timers });
  const connected = openConnectionLog(log, clock);
  const streams = openEventStreams({ follow, journal, timers, dataOf: wireEvent, connected, complain });
  const dialect = aimessage({
    messages,
    conversations,
    lines: reading.lines,
    attachments: reading.attachments,
    ...outgoing,
    webhooks,
    events: { page: pages.page, stream: streams.stream },
    stats,
    health: () => healthOf({ mode, chatDb, trouble, outbox, isStopping }),
    sendWaitMs: () => settings.current().sendWaitMs,
    isSendingPaused: () => settings.current().sendingPausedAt !== null,
  });

  const control = openControl({
    status: statusReader({
      mode,
      needsPermissions: options.needsPermissions,
      version,
      startedAt,
      address: () => server.address(),
      chatDb,
      trouble,
      outbox,
      canSend,
      webhooks: delivering.figures,
      latency,
      settings: settings.current,
      clock,
    }),
    bus,
    journal,
    messages,
    conversations,
    ...outgoing,
    webhooks,
    stats,
    tail: options.tail,
    sendWaitMs: () => settings.current().sendWaitMs,
    revealKey: keys.reveal,
    setPaused(pausedAt) {
      settings.change({ sendingPausedAt: pausedAt });
      log.info({ area: "sending" }, pausedAt === null ? "Sending was resumed" : "Sending was paused");
      outbox.wake();
    },
    clock,
    timers,
    complain,
  });
  bus.subscribe((event) => reporting.event(eventLine(event, { messages: null, conversations })));
  chatDb.onTrouble((problem) => {
    if (problem === null) {
      log.info({ area: "feed" }, "chat.db can be read again");
      control.notice("Reading again: chat.db can be opened");
      outbox.wake();
    } else {
      const sentence = readingSentence(problem, chatDb.path);
      log.warn({ area: "feed", problem }, sentence);
      control.notice(`Reading stopped: ${sentence}`);
    }
  });

  const server = openServer({
    dialect,
    others: [metricsPage(metrics, dialect.errorBody)],
    frameOf: wireEvent,
    questionIn: socketQuestion,
    connected,
    keys,
    follow,
    journal,
    endStreams() {
      streams.close();
      pages.close();
    },
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
    unrecorded: () => recording.report("calls", true),
    complain,
  });

  const stop = async (): Promise<void> => {
    isStopping = true;
    retention.stop();
    recording.stop();
    feed.stop();
    control.stop();
    options.loopDelay?.stop();
    // All at once: who asks gets the answer of a send that ends, and a delivery that ends is recorded.
    const ending = {
      "the API": server.close(),
      sending: outgoing.stop(),
      deliveries: delivering.stop(),
      conversions: reading.close(),
    };
    await beforeDeadline(timers, STOP_MS, ending, complain);
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
    log.info("Stopped");
  };

  const { host, port } = settings.current();
  const { url } = await server.listen(host, port).catch(async (thrown: unknown) => {
    await stop();
    throw thrown;
  });
  outbox.wake();
  delivering.wake();
  log.info({ url, mode }, "Ready");
  return {
    url,
    mode,
    control,
    uiLink: server.uiLink,
    revealKey: keys.reveal,
    stop: onlyOnce(stop),
  };
}
