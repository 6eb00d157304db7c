import { isIP } from "node:net";
import type { EventType } from "../../src-shared/domain/event.ts";
import type { Webhook } from "../../src-shared/domain/webhook.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { WebhookStore } from "./webhook-store.ts";

/** Who is to be told of what. */
export interface WebhookOrder {
  url: string;
  events: readonly EventType[];
  secret?: string | undefined;
}

/** The endpoints that are told of events. */
export interface Webhooks {
  /** Makes the endpoint, or changes the one with this url. Throws a Fault for a target that is not allowed. */
  put(order: WebhookOrder, allowed: { local: boolean }): Webhook;
  list(): Webhook[];
  /** Throws `not_found`. */
  remove(id: string): void;
}

/** The endpoints in `store`. `changed` is called with the id of one that may have something waiting. */
export function openWebhooks(options: {
  store: WebhookStore;
  clock: Clock;
  randomness: Randomness;
  changed(id: string): void;
}): Webhooks {
  const { store } = options;
  return {
    put({ url, events, secret }, allowed) {
      const target = parseTarget(url);
      if (!allowed.local && isLocal(target)) {
        throw new Fault("invalid_request", "url: a target on this network needs the scope webhooks:local");
      }
      const webhook = store.upsert({
        id: options.randomness.uuid(),
        url,
        events: [...new Set(events)],
        ...(secret === undefined ? {} : { secret }),
        createdAt: options.clock.now(),
      });
      options.changed(webhook.id);
      return webhook;
    },
    list: () => store.list(),
    remove(id) {
      if (!store.remove(id)) throw new Fault("not_found", `there is no webhook ${id}`);
    },
  };
}

function parseTarget(url: string): URL {
  const target = URL.parse(url);
  if (target === null || !["http:", "https:"].includes(target.protocol)) {
    throw new Fault("invalid_request", "url: not an http or https address");
  }
  if (target.username !== "" || target.password !== "") {
    throw new Fault("invalid_request", "url: leave name and password out; use a secret to prove who calls");
  }
  return target;
}

/** Loopback and private addresses as they are written; names are judged when they are resolved. */
function isLocal({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host.endsWith(".localhost") || host.endsWith(".local")) return true;
  if (isIP(host) === 4) return /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(host);
  return isIP(host) === 6 && /^(::1$|::ffff:|f[cd]|fe[89ab])/i.test(host);
}
