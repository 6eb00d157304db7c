import type { WebhookChoices } from "../../../src-shared/domain/webhook.ts";
import { type Route, route } from "../../http/route.ts";
import type { Webhooks } from "../../webhooks/webhooks.ts";
import { Deleted, IdParams, page } from "./shapes.ts";
import { wireDelivery, wireDeliveryInFull, wireWebhook } from "./translate-webhook.ts";
import {
  DeliveriesQuery,
  deliveriesPage,
  ResendBody,
  Resent,
  RotateBody,
  RotatedWebhook,
  Tested,
  WebhookBody,
  WebhookPatch,
  WireDelivery,
  WireDeliveryInFull,
  WireWebhook,
} from "./webhook-shapes.ts";

/** Who is told of events: AiMessage's three calls, + everything about how that went. */
export function webhookRoutes(prefix: string, webhooks: Webhooks): Route[] {
  const shown = (id: string): WireWebhook => wireWebhook(webhooks.get(id));
  return [
    route({
      method: "POST",
      path: `${prefix}/webhooks`,
      summary: "Has an address told of events; the same address again changes it.",
      scope: "webhooks",
      body: WebhookBody,
      output: WireWebhook,
      async handler({ body, key }) {
        const { url, events, ...choices } = body;
        const { id } = await webhooks.put({ url, events, ...chosen(choices) }, allowedBy(key.scopes));
        return shown(id);
      },
    }),
    route({
      method: "GET",
      path: `${prefix}/webhooks`,
      summary: "Every address that is told of events, and how it has been doing.",
      scope: "webhooks",
      output: page(WireWebhook),
      handler() {
        const data = webhooks.list().map(wireWebhook);
        return { data, count: data.length };
      },
    }),
    route({
      method: "GET",
      path: `${prefix}/webhooks/:id`,
      summary: "One address that is told of events, and how it has been doing.",
      scope: "webhooks",
      params: IdParams,
      output: WireWebhook,
      handler: ({ params }) => shown(params.id),
    }),
    route({
      method: "PATCH",
      path: `${prefix}/webhooks/:id`,
      summary: "Changes what is given, and switches it on or off with `enabled`.",
      scope: "webhooks",
      params: IdParams,
      body: WebhookPatch,
      output: WireWebhook,
      async handler({ params, body, key }) {
        const { url, events, ...choices } = body;
        const patch = {
          ...(url === undefined ? {} : { url }),
          ...(events === undefined ? {} : { events }),
          ...chosen(choices),
        };
        await webhooks.change(params.id, patch, allowedBy(key.scopes));
        return shown(params.id);
      },
    }),
    route({
      method: "DELETE",
      path: `${prefix}/webhooks/:id`,
      summary: "Stops telling an address.",
      scope: "webhooks",
      params: IdParams,
      output: Deleted,
      handler({ params }) {
        webhooks.remove(params.id);
        return { deleted: true as const };
      },
    }),
    route({
      method: "POST",
      path: `${prefix}/webhooks/:id/rotate`,
      summary: "Gives it another secret; the one before signs as well for a day.",
      scope: "webhooks",
      params: IdParams,
      body: RotateBody,
      output: RotatedWebhook,
      handler({ params, body }) {
        const { secret } = webhooks.rotate(params.id, body.secret ?? undefined);
        return { ...shown(params.id), secret };
      },
    }),
    route({
      method: "POST",
      path: `${prefix}/webhooks/:id/test`,
      summary: "Sends it a test event now, and says what it answered.",
      scope: "webhooks",
      params: IdParams,
      output: Tested,
      async handler({ params, key }) {
        const { status, error, tookMs } = await webhooks.test(params.id, allowedBy(key.scopes));
        const ok = status !== null && status >= 200 && status < 300;
        return { ok, status, error, took_ms: Math.round(tookMs * 10) / 10 };
      },
    }),
    route({
      method: "POST",
      path: `${prefix}/webhooks/:id/retry`,
      summary: "Tries again now what waits for it, instead of at the time that was planned.",
      scope: "webhooks",
      params: IdParams,
      output: WireWebhook,
      handler({ params }) {
        webhooks.tryNow(params.id);
        return shown(params.id);
      },
    }),
    ...deliveries(prefix, webhooks),
  ];
}

function deliveries(prefix: string, webhooks: Webhooks): Route[] {
  return [
    route({
      method: "GET",
      path: `${prefix}/webhooks/:id/deliveries`,
      summary: "Its deliveries, newest first.",
      scope: "webhooks",
      params: IdParams,
      query: DeliveriesQuery,
      output: deliveriesPage,
      handler({ params, query }) {
        const data = webhooks.deliveries(params.id, query).map(wireDelivery);
        const last = data.length < query.limit ? undefined : data.at(-1);
        return { data, count: data.length, next_before: last?.seq ?? null };
      },
    }),
    route({
      method: "POST",
      path: `${prefix}/webhooks/:id/redeliver`,
      summary: "Resends what was given up, and with `missed` what it was never told, since a moment.",
      scope: "webhooks",
      params: IdParams,
      body: ResendBody,
      output: Resent,
      async handler({ params, body: { since, missed } }) {
        return { queued: await webhooks.redeliverAll(params.id, { since: since ?? null, missed }) };
      },
    }),
    route({
      method: "GET",
      path: `${prefix}/deliveries/:id`,
      summary: "One delivery: its request, and every attempt.",
      scope: "webhooks",
      params: IdParams,
      output: WireDeliveryInFull,
      handler({ params, key }) {
        const delivery = wireDeliveryInFull(webhooks.delivery(params.id));
        // Its body is the event.
        return key.scopes.includes("events:read") ? delivery : { ...delivery, request: null };
      },
    }),
    route({
      method: "POST",
      path: `${prefix}/deliveries/:id/redeliver`,
      summary: "Sends one delivery again, also one that arrived.",
      scope: "webhooks",
      params: IdParams,
      output: WireDelivery,
      handler: ({ params }) => wireDelivery(webhooks.redeliver(params.id)),
    }),
  ];
}

const allowedBy = (scopes: readonly string[]) => ({ local: scopes.includes("webhooks:local") });

/** What was chosen of it; what was left out stays out. */
function chosen({
  secret,
  name,
  only_incoming: onlyIncoming,
  include_own: includeOwn,
  ...rest
}: Omit<WebhookPatch, "url" | "events">): WebhookChoices {
  const { signature, format, conversations, headers, enabled } = rest;
  const given = { name, onlyIncoming, includeOwn, signature, format, conversations, headers, enabled };
  // A secret of null is how AiMessage's clients say that they have none: it keeps what was there.
  const all = { ...given, secret: secret ?? undefined };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
