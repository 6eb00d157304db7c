import type { DisabledBecause, Webhook, WebhookHealth } from "../../src-shared/domain/webhook.ts";
import type { Clock } from "../ports/clock.ts";
import { dayOf } from "./day.ts";
import type { DeliveryStore } from "./delivery-store.ts";
import type { EndpointStore } from "./endpoint-store.ts";

/** How all endpoints together are doing. Times in ms since 1970. */
export interface WebhookTotals {
  /** Endpoints that are switched on, and those that are not. */
  on: number;
  off: number;
  /** Deliveries that wait for an endpoint that is switched on. */
  waiting: number;
  /** Since when the first of them waits. */
  waitingSince: number | null;
  /** Deliveries that were given up and can be resent. */
  dead: number;
  deliveredToday: number;
  /** Endpoints whose last attempt failed, with the last HTTP status (null: no answer), and since when they fail. */
  failing: { webhook: Webhook; status: number | null; error: string | null; since: number }[];
  /** Endpoints that no person switched off. */
  switchedOff: { webhook: Webhook; because: Exclude<DisabledBecause, "person">; at: number }[];
}

/** How endpoints are doing, cheap enough to be asked many times a second. */
export interface WebhookFigures {
  health(webhookId: string): WebhookHealth;
  totals(): WebhookTotals;
}

/** Opens the figures: what the stores have in memory, and the few rows that came since. */
export function openWebhookFigures(options: {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  clock: Clock;
}): WebhookFigures {
  const { endpoints, deliveries, clock } = options;
  const health = (id: string): WebhookHealth => {
    const now = clock.now();
    const { day, deliveredToday, nextAttemptAt, ...known } = endpoints.health(id);
    const { waiting, dead } = deliveries.counts(id);
    return {
      failures: known.failures,
      failingSince: known.failingSince,
      lastAttemptAt: known.lastAttemptAt,
      lastStatus: known.lastStatus,
      lastError: known.lastError,
      nextAttemptAt: waiting > 0 && nextAttemptAt > now ? nextAttemptAt : null,
      waiting,
      waitingSince: waiting === 0 ? null : (deliveries.head(id)?.queuedAt ?? null),
      dead,
      deliveredToday: day === dayOf(now) ? deliveredToday : 0,
    };
  };
  return {
    health,
    totals() {
      const totals: WebhookTotals = {
        on: 0,
        off: 0,
        waiting: 0,
        waitingSince: null,
        dead: 0,
        deliveredToday: 0,
        failing: [],
        switchedOff: [],
      };
      for (const { webhook } of endpoints.list()) {
        const one = health(webhook.id);
        totals.dead += one.dead;
        totals.deliveredToday += one.deliveredToday;
        const { disabledBecause: because, disabledAt: at } = webhook;
        if (webhook.enabled) totals.on += 1;
        else totals.off += 1;
        if (webhook.enabled) {
          totals.waiting += one.waiting;
          totals.waitingSince = earlier(totals.waitingSince, one.waitingSince);
          const { failingSince: since, lastStatus: status, lastError: error } = one;
          if (since !== null) totals.failing.push({ webhook, status, error, since });
        } else if ((because === "gone" || because === "failing") && at !== null) {
          totals.switchedOff.push({ webhook, because, at });
        }
      }
      return totals;
    },
  };
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
