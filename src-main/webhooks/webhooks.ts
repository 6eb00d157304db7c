import type { Event } from "../../src-shared/domain/event.ts";
import type {
  BodyFormat,
  Delivery,
  DeliveryInFull,
  TestResult,
  Webhook,
  WebhookOrder,
  WebhookPatch,
  WebhookView,
} from "../../src-shared/domain/webhook.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { AttemptStore } from "./attempt-store.ts";
import type { BodyOf } from "./bodies/bodies.ts";
import type { Deliverer } from "./deliverer.ts";
import { deliveryId, parseDeliveryId } from "./delivery-id.ts";
import type { DeliveriesQuestion, DeliveryList } from "./delivery-list.ts";
import type { Endpoint, EndpointRecord } from "./endpoint.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import type { Resending } from "./resending.ts";
import { checkSecret, makeSecret } from "./signing/secrets.ts";
import type { WebhookFigures } from "./webhook-figures.ts";
import { newRecord, recordOf, withChoices } from "./webhook-record.ts";

export type {
  DeliveryInFull,
  TestResult,
  WebhookChoices,
  WebhookOrder,
  WebhookView,
} from "../../src-shared/domain/webhook.ts";

const MOST_WEBHOOKS = 100;
/** How long the secret before signs as well, in ms. */
const ROTATION_MS = 24 * 60 * 60 * 1_000;

/** What whoever asks may choose. */
export interface Allowed {
  /** A target on this machine or its network. */
  local: boolean;
}

/** The endpoints that are told of events. Whatever names one that is not there throws `not_found`. */
export interface Webhooks {
  /**
   * Makes the endpoint, or changes the one with this url and switches it on; what is left out stays as it was. Rejects
   * with a Fault for what cannot be, above all for a target that is not allowed.
   */
  put(order: WebhookOrder, allowed: Allowed): Promise<Webhook>;
  /** Changes what is given. */
  change(id: string, patch: WebhookPatch, allowed: Allowed): Promise<Webhook>;
  list(): WebhookView[];
  get(id: string): WebhookView;
  remove(id: string): void;
  /** Gives it this secret, or one that is made up; the one before signs as well for a day. */
  rotate(id: string, secret?: string): { webhook: Webhook; secret: string };
  /** Sends a test event. Where it arrives, what waits is tried again at once. */
  test(id: string, allowed: Allowed): Promise<TestResult>;
  /** The endpoint rests no longer. */
  tryNow(id: string): void;
  /** Newest first. */
  deliveries(id: string, question: DeliveriesQuestion): Delivery[];
  delivery(deliveryId: string): DeliveryInFull;
  /** Sends a delivery once more, also one that arrived. */
  redeliver(deliveryId: string): Delivery;
  /**
   * Sends again what was given up, all of it or since a moment (ms since 1970); with `missed` also what happened
   * then, is wanted, and never was in its queue. How many.
   */
  redeliverAll(id: string, choice: { since: number | null; missed: boolean }): Promise<number>;
}

export interface WebhooksOptions {
  endpoints: EndpointStore;
  attempts: AttemptStore;
  deliveryList: DeliveryList;
  deliverer: Deliverer;
  resending: Resending;
  figures: WebhookFigures;
  bodies: Readonly<Record<BodyFormat, BodyOf>>;
  /** The event of a delivery; null when it is no longer kept. */
  event(seq: number): Event | null;
  /** Throws a Fault for a target that is not allowed (egress/target.ts). */
  checkTarget(url: string, allowed: Allowed): Promise<{ isLocal: boolean }>;
  clock: Clock;
  randomness: Randomness;
  /** An endpoint is no more. */
  removed?(id: string): void;
  complain(thrown: unknown): void;
}

/** Whoever may not name such a target may not turn one round either, nor look through it at what answers there. */
const localOnly = (): Fault =>
  new Fault(
    "invalid_request",
    "this webhook's target is on this network, which needs the scope webhooks:local",
  );

/** What can be done with endpoints. */
export function openWebhooks(options: WebhooksOptions): Webhooks {
  const { endpoints, deliverer, clock, resending } = options;

  const found = (id: string): Endpoint => {
    const endpoint = endpoints.get(id);
    if (endpoint === null) throw new Fault("not_found", `there is no webhook ${id}`);
    return endpoint;
  };
  const shown = ({ webhook }: Endpoint): Webhook => {
    const isOver = webhook.rotatesUntil !== null && webhook.rotatesUntil <= clock.now();
    return isOver ? { ...webhook, rotatesUntil: null } : webhook;
  };
  const view = (endpoint: Endpoint): WebhookView => ({
    webhook: shown(endpoint),
    health: options.figures.health(endpoint.webhook.id),
  });
  const deliveryOf = (id: string): Delivery => {
    const named = parseDeliveryId(id);
    const delivery = named && options.deliveryList.get(named.webhookId, named.seq);
    if (delivery === null) throw new Fault("not_found", `there is no delivery ${id}, or no longer`);
    return delivery;
  };

  /** Keeps it. `well`: whatever went wrong with it before does not count any more. */
  const save = (record: EndpointRecord, well: boolean): Webhook => {
    const other = endpoints.byUrl(record.url);
    if (other !== null && other.webhook.id !== record.id) {
      throw new Fault("invalid_request", "url: another webhook has this address");
    }
    const before = endpoints.get(record.id);
    if (before === null && endpoints.list().length >= MOST_WEBHOOKS) {
      throw new Fault("invalid_request", `there are ${MOST_WEBHOOKS} webhooks already, and no room for more`);
    }
    const saved = endpoints.save(record, well);
    if (before !== null && before.webhook.url !== record.url) deliverer.abort(record.id);
    deliverer.wake(record.id);
    return shown(saved);
  };

  /** The event as this endpoint is told of it; null when it is gone, cannot be read, or nothing is said of it. */
  const bodyOf = ({ webhook }: Endpoint, delivery: Delivery): string | null => {
    try {
      const event = options.event(delivery.seq);
      return event && options.bodies[webhook.format](event);
    } catch (thrown) {
      options.complain(thrown);
      return null;
    }
  };

  return {
    async put(order, allowed) {
      const { isLocal } = await options.checkTarget(order.url, allowed);
      // Only now: while the name was looked up, somebody may have put the same.
      const known = endpoints.byUrl(order.url);
      const now = clock.now();
      const before = known ? recordOf(known) : newRecord(options.randomness.uuid(), order.url, now);
      const allowsLocal = before.allowsLocal || (isLocal && allowed.local);
      return save(
        withChoices({ ...before, allowsLocal }, { ...order, enabled: order.enabled ?? true }, now),
        true,
      );
    },
    async change(id, patch, allowed) {
      found(id);
      const target = patch.url === undefined ? null : await options.checkTarget(patch.url, allowed);
      const before = recordOf(found(id));
      if (before.allowsLocal && !allowed.local) throw localOnly();
      const isMoved = patch.url !== undefined && patch.url !== before.url;
      const allowsLocal = (before.allowsLocal && !isMoved) || (target?.isLocal === true && allowed.local);
      const record = withChoices({ ...before, allowsLocal }, patch, clock.now());
      return save(record, isMoved || (record.enabled && !before.enabled));
    },
    list: () => endpoints.list().map(view),
    get: (id) => view(found(id)),
    remove(id) {
      // Also one that cannot be read any more.
      if (!endpoints.remove(id)) throw new Fault("not_found", `there is no webhook ${id}`);
      deliverer.forget(id);
      options.removed?.(id);
    },
    rotate(id, given) {
      const endpoint = found(id);
      const before = recordOf(endpoint);
      const secret = given ?? makeSecret(before.signature, options.randomness);
      checkSecret(before.signature, secret);
      // Not a rotation: it must not lend the former secret another day.
      if (secret === before.secret) return { webhook: shown(endpoint), secret };
      const previousSecret = before.secret;
      const rotatesUntil = previousSecret === null ? null : clock.now() + ROTATION_MS;
      return { webhook: save({ ...before, secret, previousSecret, rotatesUntil }, false), secret };
    },
    async test(id, allowed) {
      if (found(id).webhook.allowsLocal && !allowed.local) throw localOnly();
      const result = await deliverer.test(id);
      const arrived = result.status !== null && result.status >= 200 && result.status < 300;
      if (arrived && endpoints.get(id) !== null) deliverer.tryNow(id);
      return result;
    },
    tryNow(id) {
      if (!found(id).webhook.enabled) {
        throw new Fault(
          "precondition_failed",
          'this webhook is switched off; switch it on first, with PATCH {"enabled":true}',
        );
      }
      deliverer.tryNow(id);
    },
    deliveries: (id, question) => options.deliveryList.list(found(id).webhook.id, question),
    delivery(id) {
      const delivery = deliveryOf(id);
      const endpoint = found(delivery.webhookId);
      const attempts = options.attempts.of(delivery.webhookId, delivery.seq);
      const body = bodyOf(endpoint, delivery);
      const headers = attempts.at(-1)?.requestHeaders ?? {};
      return {
        delivery,
        attempts,
        request: body === null ? null : { url: endpoint.webhook.url, headers, body },
      };
    },
    redeliver(id) {
      const { webhookId, seq } = deliveryOf(id);
      found(webhookId);
      resending.one(webhookId, seq);
      return deliveryOf(deliveryId(webhookId, seq));
    },
    redeliverAll: async (id, { since, missed }) =>
      resending.all(found(id).webhook.id, { since: since ?? 0, missed }),
  };
}
