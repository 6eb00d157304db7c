import { z } from "zod";
import { Fault } from "../../../src-shared/faults.ts";
import { type Route, route } from "../../http/route.ts";
import type { Outbox } from "../../sending/outbox/outbox.ts";
import { sentItem } from "../../sending/outbox/sent-item.ts";
import { OutboxQuery, WireSentItem } from "./outbox-shapes.ts";
import { IdParams, NoBody, page } from "./shapes.ts";
import { wireSentItem } from "./translate-outbox.ts";

type OutboxService = Pick<Outbox, "get" | "list" | "retry" | "cancel">;

/** + What has been accepted for sending: what became of it, and what a person may do about it. */
export function outboxRoutes(prefix: string, outbox: OutboxService): Route[] {
  return [
    route({
      method: "GET",
      path: `${prefix}/outbox`,
      summary: "What was accepted for sending, newest first; `state` picks, `before` goes on from an item.",
      scope: "messages:send",
      query: OutboxQuery,
      output: page(WireSentItem).extend({ next_before: z.string().nullable() }),
      handler({ query: { state, before, limit } }) {
        const items = outbox.list({
          limit,
          ...(state === undefined ? {} : { state }),
          ...(before === undefined ? {} : { before }),
        });
        const data = items.map((item) => wireSentItem(sentItem(item)));
        const last = data.length === limit ? data.at(-1) : undefined;
        return { data, count: data.length, next_before: last?.id ?? null };
      },
    }),
    route({
      method: "GET",
      path: `${prefix}/outbox/:id`,
      summary: "One send as it stands: its state, its parts, and why it failed.",
      scope: "messages:send",
      params: IdParams,
      output: WireSentItem,
      handler({ params: { id } }) {
        const item = outbox.get(id);
        if (item === null) throw new Fault("not_found", `there is no outbox item ${id}`);
        return wireSentItem(sentItem(item));
      },
    }),
    route({
      method: "POST",
      path: `${prefix}/outbox/:id/retry`,
      summary:
        "Sends again what did not leave; where all did or may have, what failed or is unknown. For a person who has looked.",
      scope: "messages:send",
      params: IdParams,
      body: NoBody,
      output: WireSentItem,
      handler: ({ params }) => wireSentItem(sentItem(outbox.retry(params.id))),
    }),
    route({
      method: "POST",
      path: `${prefix}/outbox/:id/cancel`,
      summary: "Takes back what has not been given to Messages yet.",
      scope: "messages:send",
      params: IdParams,
      body: NoBody,
      output: WireSentItem,
      handler: ({ params }) => wireSentItem(sentItem(outbox.cancel(params.id))),
    }),
  ];
}
