import { z } from "zod";
import { ask } from "../faults/asking.ts";
import type { KillableGateway } from "../faults/killable-gateway.ts";

const Part = z.object({
  text: z.string().nullable(),
  state: z.string(),
  code: z.string().nullable(),
  error_code: z.int(),
  message_guid: z.string().nullable(),
  retried_as: z.int().nullable(),
});
const Item = z.object({
  id: z.string(),
  revision: z.int(),
  conversation_id: z.string(),
  state: z.string(),
  code: z.string().nullable(),
  reason: z.string().nullable(),
  parts: z.array(Part),
});
/** An accepted send as the API tells of it. */
export type Item = z.infer<typeof Item>;

const ItemsPage = z.object({ data: z.array(Item) });
const Told = z.object({ seq: z.int(), type: z.string(), data: Item });
const ToldMessage = z.object({
  seq: z.int(),
  type: z.string(),
  data: z.object({ guid: z.string(), outbox_id: z.string().nullish() }),
});
const page = <T extends z.ZodType>(event: T) =>
  z.object({ data: z.array(event), next_since: z.int(), has_more: z.boolean() });

/** An event that tells what became of an item, or of a message. */
export type ToldItem = z.infer<typeof Told>;
export type ToldMessage = z.infer<typeof ToldMessage>;

const PAGE = 200;

/** Everything that was ever accepted, in the order of acceptance. */
export async function readItems(gateway: KillableGateway): Promise<Item[]> {
  const items: Item[] = [];
  for (;;) {
    const last = items.at(-1);
    const before = last === undefined ? "" : `&before=${last.id}`;
    const { data } = ItemsPage.parse(JSON.parse(await ask(gateway, `/outbox?limit=${PAGE}${before}`)));
    items.push(...data);
    if (data.length < PAGE) return items.reverse();
  }
}

/** How many items have not ended yet; at most a page of each kind is counted. */
export async function countOpen(gateway: KillableGateway): Promise<number> {
  let count = 0;
  for (const state of ["queued", "dispatching"]) {
    const text = await ask(gateway, `/outbox?limit=${PAGE}&state=${state}`);
    count += ItemsPage.parse(JSON.parse(text)).data.length;
  }
  return count;
}

/** One item, by its own address. */
export async function readItem(gateway: KillableGateway, id: string): Promise<Item> {
  return Item.parse(JSON.parse(await ask(gateway, `/outbox/${id}`)));
}

/** Every `outbox.updated` event, in order. */
export function readToldItems(gateway: KillableGateway): Promise<ToldItem[]> {
  return readEvents(gateway, "outbox.updated", Told);
}

/** Every event that says that a message of this Mac's own was sent, in order. */
export function readToldMessages(gateway: KillableGateway): Promise<ToldMessage[]> {
  return readEvents(gateway, "message.sent", ToldMessage);
}

async function readEvents<T extends z.ZodType>(
  gateway: KillableGateway,
  types: string,
  event: T,
): Promise<z.output<T>[]> {
  const shape = page(event);
  const events: z.output<T>[] = [];
  for (let since = 0; ; ) {
    const text = await ask(gateway, `/events?since=${since}&types=${types}&limit=500`);
    const { data, next_since, has_more } = shape.parse(JSON.parse(text));
    events.push(...data);
    if (!has_more) return events;
    since = next_since;
  }
}
