import type { Event } from "../../../src-shared/domain/event.ts";
import type { WebhookOrder } from "../../../src-shared/domain/webhook.ts";
import { aboutOf } from "../../journal/event-id.ts";
import { openJournal } from "../../journal/journal.ts";
import type { Outbound } from "../../ports/outbound.ts";
import { realPorts } from "../../ports/real.ts";
import type { Timers } from "../../ports/timers.ts";
import { type ManualTime, manualTime } from "../../simulator/testing/manual-time.ts";
import { ownDatabase } from "../../testing/own-database.ts";
import { received } from "../../testing/sample-changes.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { settle } from "../../testing/until.ts";
import { openAttemptStore } from "../attempt-store.ts";
import { type BodyOf, bodies } from "../bodies/bodies.ts";
import { startDeliverer } from "../deliverer.ts";
import { openDeliveryList } from "../delivery-list.ts";
import type { AttemptReport } from "../delivery-news.ts";
import { openDeliveryStore } from "../delivery-store.ts";
import { openEndpointStore } from "../endpoint-store.ts";
import { queueFor } from "../queue-for.ts";
import { openRecording } from "../recording.ts";
import { openResending } from "../resending.ts";
import { openWebhookFigures } from "../webhook-figures.ts";
import { openWebhooks } from "../webhooks.ts";

/** How a test delivers; everything may be left out. */
export interface DeliveringChoices {
  folder?: string;
  time?: ManualTime;
  bellhop?: BodyOf;
  deliverForDays?: number;
  /** Which addresses are local. */
  isLocal?: (url: string) => boolean;
}

/** Deliveries of the database in a folder, sent to `outbound`; starting them there again is a restart. */
export function deliveringTo(outbound: Outbound, choices: DeliveringChoices = {}) {
  const { clock, timers: manual, advance } = choices.time ?? manualTime();
  const timers = withRealTurns(manual);
  const { database, meta, vault, close } = ownDatabase(choices.folder ?? temporaryFolder());
  const journal = openJournal(database, meta, vault);
  const randomness = { ...realPorts().randomness, fraction: () => 0.5 };
  const complaints: unknown[] = [];
  const complain = (thrown: unknown): void => void complaints.push(thrown);
  const endpoints = openEndpointStore(database, vault, complain);
  const deliveries = openDeliveryStore(database);
  const attempts = openAttemptStore(database, vault);
  const figures = openWebhookFigures({ endpoints, deliveries, clock });
  const reports: AttemptReport[] = [];
  const news: string[] = [];
  const event = (seq: number): Event | null => journal.get(seq);
  const written = bodies({
    bellhop: choices.bellhop ?? ((told) => JSON.stringify({ seq: told.seq, guid: aboutOf(told) })),
    lineOf: () => {
      throw new Error("nothing is mirrored here");
    },
    groupName: () => null,
    messageOf: () => null,
  });
  const recording = openRecording({ database, endpoints, deliveries, attempts });
  const deliverer = startDeliverer({
    endpoints,
    deliveries,
    recording,
    event,
    bodies: written,
    settings: () => ({ deliverForDays: choices.deliverForDays ?? 3, webhookTimeoutMs: 15_000 }),
    clock,
    timers,
    randomness,
    outbound,
    complain,
    attempted: (report) => void reports.push(report),
    disabled: ({ id }, because) => void news.push(`${id} ${because}`),
    dead: ({ id }, seq, because, count) => void news.push(`${id} ${because} ${seq} ${count}`),
    storageTrouble: (isTrouble) => void news.push(isTrouble ? "trouble" : "well"),
    version: "1.2.3",
  });
  const isOurs = (guid: string): boolean => guid.startsWith("OURS");
  const resending = openResending({ endpoints, deliveries, deliverer, journal, isOurs, clock, timers });
  let uuids = 0;
  const webhooks = openWebhooks({
    endpoints,
    attempts,
    deliveryList: openDeliveryList(database),
    deliverer,
    resending,
    figures,
    bodies: written,
    event,
    checkTarget: async (url) => ({ isLocal: choices.isLocal?.(url) ?? false }),
    clock,
    randomness: { ...randomness, uuid: () => `id${++uuids}` },
    complain,
  });
  let named = 0;
  const pass = async (ms: number): Promise<void> => {
    advance(ms);
    await settle();
  };
  return {
    database,
    vault,
    clock,
    timers,
    journal,
    endpoints,
    deliveries,
    figures,
    deliverer,
    webhooks,
    complaints,
    reports,
    news,
    close,
    /** An endpoint; its id. */
    async endpoint(name: string, order: Partial<WebhookOrder> = {}): Promise<string> {
      const url = `http://${name}.test/hook`;
      return (await webhooks.put({ url, events: ["message.received"], ...order }, { local: true })).id;
    },
    /** Events for whoever wants them, in one transaction as the intake does it; their sequences. */
    async queue(count: number): Promise<number[]> {
      const changes = Array.from({ length: count }, () => received(`G${clock.now()}-${named++}`));
      const ids = new Set<string>();
      const seqs = database.transaction(() =>
        journal.append(changes, clock.now()).map((told) => {
          for (const id of queueFor(endpoints.list(), told, isOurs)) {
            deliveries.enqueue(id, told.seq, clock.now());
            ids.add(id);
          }
          return told.seq;
        }),
      )();
      for (const id of ids) deliverer.wake(id);
      await settle();
      return seqs;
    },
    pass,
    /** Lets so much time pass that an attempt can be made every five minutes. */
    async live(ms: number): Promise<void> {
      for (let left = ms; left > 0; left -= 300_000) await pass(Math.min(left, 300_000));
    },
    state: (id: string): string[] =>
      database
        .prepare<[string], string>("SELECT state FROM delivery WHERE webhook_id = ? ORDER BY seq")
        .pluck()
        .all(id),
  };
}

/** What is put off for a turn happens in the next one, as `settle` waits for; time is the test's all the same. */
function withRealTurns(manual: Timers): Timers {
  return {
    after(ms, run) {
      if (ms > 0) return manual.after(ms, run);
      const turn = setImmediate(run);
      return { cancel: () => clearImmediate(turn) };
    },
  };
}
