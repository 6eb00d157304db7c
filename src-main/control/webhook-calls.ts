import type { CallInput, CallName, CallOutput } from "../../src-shared/control.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";

/** The calls about endpoints and their deliveries. */
type Name = Extract<CallName, `webhook${string}` | `deliver${string}`>;

type Answers = { [N in Name]: (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>> };

/** What the window asks about webhooks. It may see what an endpoint answered, which the API does not show. */
export function webhookCalls(webhooks: Webhooks): Answers {
  return {
    "webhooks.list": () => webhooks.list(),
    async "webhook.put"({ allowsLocal, ...order }) {
      const { id } = await webhooks.put(order, { local: allowsLocal });
      return webhooks.get(id);
    },
    async "webhook.change"({ id, patch, allowsLocal }) {
      await webhooks.change(id, patch, { local: allowsLocal });
      return webhooks.get(id);
    },
    "webhook.remove"({ id }) {
      webhooks.remove(id);
      return {};
    },
    "webhook.rotate": ({ id, secret }) => ({ secret: webhooks.rotate(id, secret).secret }),
    // What may be on this network was ticked when it was put.
    "webhook.test": ({ id }) => webhooks.test(id, { local: true }),
    "webhook.retry"({ id }) {
      webhooks.tryNow(id);
      return webhooks.get(id);
    },
    async "webhook.redeliver"({ id, ...choice }) {
      return { queued: await webhooks.redeliverAll(id, choice) };
    },
    "deliveries.list": ({ id, ...question }) => webhooks.deliveries(id, question),
    "delivery.get": ({ id }) => webhooks.delivery(id),
    "delivery.redeliver": ({ id }) => webhooks.redeliver(id),
  };
}
