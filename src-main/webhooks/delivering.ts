import type { BodyFormat } from "../../src-shared/domain/webhook.ts";
import type { Settings } from "../../src-shared/settings.ts";
import type { Egress } from "../egress/egress.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timers } from "../ports/timers.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";
import { openAttemptStore } from "./attempt-store.ts";
import type { BodyOf } from "./bodies/bodies.ts";
import { startDeliverer } from "./deliverer.ts";
import { openDeliveryList } from "./delivery-list.ts";
import type { DeliveryNews } from "./delivery-news.ts";
import { type DeliveryStore, openDeliveryStore } from "./delivery-store.ts";
import { type EndpointStore, openEndpointStore } from "./endpoint-store.ts";
import { openRecording } from "./recording.ts";
import { openResending } from "./resending.ts";
import { openWebhookFigures, type WebhookFigures } from "./webhook-figures.ts";
import { openWebhooks, type Webhooks } from "./webhooks.ts";

/** Everything that tells endpoints of events. */
export interface Delivering {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  figures: WebhookFigures;
  webhooks: Webhooks;
  /** There may be something to deliver, for this endpoint or (without id) for any. */
  wake(webhookId?: string): void;
  /** Starts no other attempt, gives those under way a moment, and lets go of every connection. */
  stop(): Promise<void>;
}

/** Puts stores, deliverer and service together. */
export function openDelivering(options: {
  database: Database;
  vault: Vault;
  journal: Journal;
  bodies: Readonly<Record<BodyFormat, BodyOf>>;
  settings(): Pick<Settings, "deliverForDays" | "webhookTimeoutMs">;
  isOurs(guid: string): boolean;
  news?: DeliveryNews;
  storageTrouble?(isTrouble: boolean): void;
  /** An endpoint is no more. */
  removed?(id: string): void;
  egress: Egress;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  complain(thrown: unknown): void;
  version: string;
}): Delivering {
  const { database, vault, journal } = options;
  const { outbound, checkTarget } = options.egress;
  const endpoints = openEndpointStore(database, vault, options.complain);
  const deliveries = openDeliveryStore(database);
  const attempts = openAttemptStore(database, vault);
  const figures = openWebhookFigures({ endpoints, deliveries, clock: options.clock });
  const deliverer = startDeliverer({
    ...options,
    ...options.news,
    endpoints,
    deliveries,
    recording: openRecording({ database, endpoints, deliveries, attempts }),
    event: journal.get,
    outbound,
  });
  const webhooks = openWebhooks({
    ...options,
    endpoints,
    attempts,
    deliveryList: openDeliveryList(database),
    deliverer,
    resending: openResending({ ...options, endpoints, deliveries, deliverer }),
    figures,
    event: journal.get,
    checkTarget,
  });
  return {
    endpoints,
    deliveries,
    figures,
    webhooks,
    wake: deliverer.wake,
    async stop() {
      await deliverer.stop();
      outbound.close();
    },
  };
}
