import type { Event } from "../../src-shared/domain/event.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * The ids of the endpoints that are told of this event: switched on, and their filter wants it. `isOurs` says
 * whether a message went out through Bellhop; it is asked only where an endpoint does not want those.
 */
export function queueFor(
  endpoints: readonly Endpoint[],
  event: Event,
  isOurs: (guid: string) => boolean,
): string[] {
  const ids: string[] = [];
  for (const { webhook, wants } of endpoints) {
    if (webhook.enabled && wants(event, isOurs)) ids.push(webhook.id);
  }
  return ids;
}
