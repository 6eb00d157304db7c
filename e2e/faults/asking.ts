import { z } from "zod";
import { Told } from "./faulty-receiver.ts";
import type { Seen } from "./followers.ts";
import type { KillableGateway } from "./killable-gateway.ts";

const EventsPage = z.object({ data: z.array(Told), next_since: z.int(), has_more: z.boolean() });

/** Every message that the journal tells of, page upon page. */
export async function readPages(gateway: KillableGateway): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let since = 0, more = true; more; ) {
    const path = `/events?since=${since}&types=message.received&limit=500`;
    const page = EventsPage.parse(JSON.parse(await ask(gateway, path)));
    seen.push(...page.data.map(({ id, seq, data }) => ({ id, seq, guid: data.guid })));
    since = page.next_since;
    more = page.has_more;
  }
  return seen;
}

/** Asks the gateway, which must be running; with a body, by POST. Throws for anything but an answer in the 200s. */
export async function ask({ url, key }: KillableGateway, path: string, body?: unknown): Promise<string> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    headers: { "x-api-key": key, "content-type": "application/json", connection: "close" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${text}`);
  return text;
}
