import { createHash } from "node:crypto";
import type { EventType } from "../../src-shared/domain/event.ts";
import type { Entry } from "./entry.ts";

/**
 * An event's id: `evt_` and 24 hex digits out of what it is about. The same change of the same row always
 * gives the same id, so that a commit that was rolled back, or a row that is read twice, repeats it.
 * @param version which state of the row, where one type can happen to it more than once.
 */
export function eventId(guid: string, type: EventType, version: number | string = 0): string {
  const digest = createHash("sha256").update(`${guid}\n${type}\n${version}`).digest("hex");
  return `evt_${digest.slice(0, 24)}`;
}

/** What a change is about: a message's guid, a conversation's id, or an outbox item's. */
export function aboutOf(change: Pick<Entry, "type" | "data">): string {
  if ("conversation" in change.data) return change.data.conversation.id;
  return "guid" in change.data ? change.data.guid : change.data.id;
}
