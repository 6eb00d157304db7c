import type { WebhookOrder } from "../../src-shared/domain/webhook.ts";
import { Fault } from "../../src-shared/faults.ts";
import { deliveryId } from "../webhooks/delivery-id.ts";
import type { EndpointRecord } from "../webhooks/endpoint.ts";
import { Killed } from "./life.ts";
import { isRefusal } from "./mortal-database.ts";
import type { Receiver } from "./receivers.ts";
import type { World } from "./world.ts";

const HOUR = 3_600_000;

/** What a person asks of a webhook. */
export const WISHES = {
  "switch it off": 2,
  "switch it on": 3,
  "rotate its secret": 1,
  "remove it": 1,
  "put it anew": 2,
  "try now": 1,
  "resend one": 1,
  "resend what failed": 1,
  "resend what it missed": 1,
};
export type Wish = keyof typeof WISHES;

/** Asks it of the running gateway; what comes of it shows in what is told. */
export function askFor(world: World, receiver: Receiver, wish: Wish): void {
  const { chance, time } = world;
  const [gateway, life] = [world.gateway(), world.life()];
  if (gateway === null || life === null) return;
  const { webhooks } = gateway;
  const id = world.webhookId(receiver) ?? "none";
  const asked = async (): Promise<unknown> => {
    switch (wish) {
      case "remove it":
        webhooks.remove(id);
        return receiver.removed();
      case "put it anew":
        return webhooks.put(orderOf(receiver), NOTHING_LOCAL);
      case "switch it off":
        return webhooks.change(id, { enabled: false }, NOTHING_LOCAL);
      case "switch it on":
        return webhooks.change(id, { enabled: true }, NOTHING_LOCAL);
      case "rotate its secret":
        return webhooks.rotate(id);
      case "try now":
        return webhooks.tryNow(id);
      case "resend one": {
        const seq = chance.pick([1, ...receiver.receipts.keys()]);
        receiver.resent();
        return webhooks.redeliver(deliveryId(id, seq));
      }
      case "resend what failed":
        receiver.resent();
        return webhooks.redeliverAll(id, { since: null, missed: false });
      case "resend what it missed":
        receiver.resent();
        return webhooks.redeliverAll(id, { since: time.clock.now() - chance.between(0, HOUR), missed: true });
    }
  };
  life.enter(() => {
    asked().catch((thrown: unknown) => {
      // What is not there, or is switched off, or cannot be stored, is refused.
      if (thrown instanceof Killed || thrown instanceof Fault) return;
      if (isRefusal(thrown)) return;
      world.violation(`“${wish}” ended with ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
    });
  });
}

function orderOf({ url, interest: { types, onlyIncoming, chat } }: Receiver): WebhookOrder {
  return { url, events: [...types], onlyIncoming, conversations: chat === null ? [] : [chat] };
}

const NOTHING_LOCAL = { local: false };

/** A receiver's webhook as it is kept, from its own name as id. */
export function recordOf({ name, url, interest }: Receiver, now: number): EndpointRecord {
  const { types, onlyIncoming, chat } = interest;
  return {
    id: name,
    name: null,
    url,
    events: [...types],
    conversations: chat === null ? [] : [chat],
    onlyIncoming,
    includeOwn: true,
    signature: "aimessage",
    format: "bellhop",
    rotatesUntil: null,
    allowsLocal: false,
    createdAt: now,
    enabled: true,
    disabledBecause: null,
    disabledAt: null,
    secret: "a secret",
    previousSecret: null,
    headers: {},
  };
}
