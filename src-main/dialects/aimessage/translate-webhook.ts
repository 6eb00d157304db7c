import type { z } from "zod";
import type { Delivery, DeliveryInFull, WebhookView } from "../../../src-shared/domain/webhook.ts";
import { wireTime } from "./translate-message.ts";
import type { WireDelivery, WireDeliveryInFull, WireWebhook } from "./webhook-shapes.ts";

const timeOrNull = (at: number | null): string | null => (at === null ? null : wireTime(at));

/** An endpoint as AiMessage writes it, whose time of creation has a form of its own; then +. */
export function wireWebhook({ webhook, health }: WebhookView): WireWebhook {
  return {
    id: webhook.id,
    url: webhook.url,
    events: webhook.events,
    created_at: new Date(webhook.createdAt).toISOString().slice(0, 19).replace("T", " "),
    name: webhook.name,
    enabled: webhook.enabled,
    disabled_because: webhook.disabledBecause,
    disabled_at: timeOrNull(webhook.disabledAt),
    signature: webhook.signature,
    format: webhook.format,
    conversations: webhook.conversations,
    only_incoming: webhook.onlyIncoming,
    include_own: webhook.includeOwn,
    headers: webhook.headerNames,
    has_secret: webhook.hasSecret,
    rotates_until: timeOrNull(webhook.rotatesUntil),
    allows_local: webhook.allowsLocal,
    health: wireHealth(health),
  };
}

function wireHealth(health: WebhookView["health"]): WireWebhook["health"] {
  return {
    failures: health.failures,
    failing_since: timeOrNull(health.failingSince),
    last_attempt_at: timeOrNull(health.lastAttemptAt),
    last_status: health.lastStatus,
    last_error: health.lastError,
    next_attempt_at: timeOrNull(health.nextAttemptAt),
    waiting: health.waiting,
    waiting_since: timeOrNull(health.waitingSince),
    dead: health.dead,
    delivered_today: health.deliveredToday,
  };
}

/** + One event on its way to one endpoint. */
export function wireDelivery(delivery: Delivery): WireDelivery {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    seq: delivery.seq,
    event_id: delivery.eventId,
    type: delivery.type,
    state: delivery.state,
    dead_because: delivery.deadBecause,
    attempts: delivery.attempts,
    queued_at: wireTime(delivery.queuedAt),
    settled_at: timeOrNull(delivery.settledAt),
    last_status: delivery.lastStatus,
  };
}

/** + The same with its request and attempts, without what was answered: that is for the window alone. */
export function wireDeliveryInFull(found: DeliveryInFull): z.infer<typeof WireDeliveryInFull> {
  return {
    ...wireDelivery(found.delivery),
    request: found.request,
    history: found.attempts.map(({ number, at, tookMs, status, error }) => ({
      number,
      at: wireTime(at),
      took_ms: Math.round(tookMs * 10) / 10,
      status,
      error,
    })),
  };
}
