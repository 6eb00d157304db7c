import type { SentItem } from "../../src-shared/domain/outbox.ts";
import type { Change } from "../apple-messages/change.ts";

/** What has become of an outbox item. `version` is its revision, so that each state is told once. */
export interface OutboxChange {
  type: "outbox.updated";
  data: SentItem;
  version: number;
}

/** What the journal takes: what happened in Messages, and what became of sends. */
export type Entry = Change | OutboxChange;
