import type { Attempt } from "../../src-shared/domain/webhook.ts";
import { dayOf } from "./day.ts";
import type { PendingDelivery } from "./delivery-store.ts";
import type { EndpointHealth } from "./endpoint-store.ts";
import type { Outcome, Step } from "./retry.ts";

/** What an attempt came to, to be recorded as one. */
export interface Recorded {
  webhookId: string;
  /** Where it was sent. */
  url: string;
  delivery: PendingDelivery;
  attempt: Attempt;
  next: Step;
  /** Whether it was the event that was refused (4xx). */
  refused: boolean;
  /** How the endpoint has been doing, with this attempt. */
  health: EndpointHealth;
  /** When it ended, in ms since 1970. */
  at: number;
}

/** An attempt with what follows from it. `health` is the endpoint's before it. */
export function toRecord(options: {
  webhookId: string;
  url: string;
  delivery: PendingDelivery;
  attempt: Attempt;
  health: EndpointHealth;
  outcome: Outcome;
}): Recorded {
  const { attempt, outcome, health: before } = options;
  const { endpoint, next, restMs, refused, at } = outcome;
  const day = dayOf(at);
  const deliveredBefore = before.day === day ? before.deliveredToday : 0;
  return {
    webhookId: options.webhookId,
    url: options.url,
    delivery: options.delivery,
    attempt,
    next,
    refused,
    at,
    health: {
      failures: endpoint.failures,
      failingSince: endpoint.failingSince,
      lastAttemptAt: at,
      lastStatus: attempt.status,
      lastError: attempt.error,
      nextAttemptAt: restMs === 0 ? 0 : at + restMs,
      day,
      deliveredToday: deliveredBefore + (next.step === "delivered" ? 1 : 0),
    },
  };
}
