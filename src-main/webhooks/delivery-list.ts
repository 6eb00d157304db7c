import { EventType } from "../../src-shared/domain/event.ts";
import { DeadBecause, Delivery } from "../../src-shared/domain/webhook.ts";
import type { Database } from "../storage/database.ts";
import { deliveryId } from "./delivery-id.ts";

/** Which deliveries of an endpoint are looked at. */
export interface DeliveriesQuestion {
  state?: Delivery["state"] | undefined;
  /** Those of events before this sequence. */
  before?: number | undefined;
  limit: number;
}

/** Deliveries as a person looks at them. */
export interface DeliveryList {
  /** Newest first. */
  list(webhookId: string, question: DeliveriesQuestion): Delivery[];
  /** Null when there is none, or no longer. */
  get(webhookId: string, seq: number): Delivery | null;
}

interface Row {
  webhook_id: string;
  seq: number;
  state: string;
  dead_because: string | null;
  attempts: number;
  queued_at: number;
  settled_at: number | null;
  last_status: number | null;
  id: string;
  type: string;
}

/** Opens what there is to see of deliveries. */
export function openDeliveryList(database: Database): DeliveryList {
  const select = (which: string) =>
    `SELECT d.*, e.id, e.type FROM delivery d JOIN event e ON e.seq = d.seq WHERE d.webhook_id = ? AND ${which}`;
  const newest = "d.seq < ? ORDER BY d.seq DESC LIMIT ?";
  type Bound = [string, number, number];
  const all = database.prepare<Bound, Row>(select(newest));
  // The state is written out, so that the indexes on what waits and what was given up are used.
  const byState: Record<Delivery["state"], typeof all> = {
    pending: database.prepare<Bound, Row>(select(`d.state = 'pending' AND ${newest}`)),
    dead: database.prepare<Bound, Row>(select(`d.state = 'dead' AND ${newest}`)),
    delivered: database.prepare<Bound, Row>(select(`d.state = 'delivered' AND ${newest}`)),
  };
  const one = database.prepare<[string, number], Row>(select("d.seq = ?"));
  return {
    list: (webhookId, { state, before = Number.MAX_SAFE_INTEGER, limit }) =>
      (state === undefined ? all : byState[state]).all(webhookId, before, limit).map(toDelivery),
    get(webhookId, seq) {
      const row = one.get(webhookId, seq);
      return row === undefined ? null : toDelivery(row);
    },
  };
}

function toDelivery(row: Row): Delivery {
  return {
    id: deliveryId(row.webhook_id, row.seq),
    webhookId: row.webhook_id,
    seq: row.seq,
    eventId: row.id,
    type: EventType.parse(row.type),
    state: Delivery.shape.state.parse(row.state),
    deadBecause: DeadBecause.nullable().parse(row.dead_because),
    attempts: row.attempts,
    queuedAt: row.queued_at,
    settledAt: row.settled_at,
    lastStatus: row.last_status,
  };
}
