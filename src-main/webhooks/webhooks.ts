import type { EventType } from "../../src-shared/domain/event.ts";
import type { Webhook } from "../../src-shared/domain/webhook.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import { checkTarget } from "./targets.ts";
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
  ownPort(): number;
  changed(id: string): void;
}): Webhooks {
  const { store } = options;
  return {
    put({ url, events, secret }, allowed) {
      checkTarget(url, { ...allowed, ownPort: options.ownPort() });
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
