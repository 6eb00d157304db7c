import { type Database, withoutSync } from "../storage/database.ts";
import type { AttemptStore } from "./attempt-store.ts";
import type { DeliveryStore, PendingDelivery } from "./delivery-store.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import type { Recorded } from "./recorded.ts";

/** Where what deliveries came to becomes durable. */
export interface Recording {
  /**
   * Records attempts: each delivery, its endpoint's health and the attempt itself, all or nothing. For each, false when
   * the delivery is no longer what it was; nothing has happened to it then. Throws what SQLite throws.
   */
  attempted(records: readonly Recorded[]): boolean[];
  /** Ends a delivery without a request: there is nothing to say of it in this format, or it cannot be read. */
  passedOver(webhookId: string, delivery: PendingDelivery, because: "unreadable" | null, at: number): void;
  /** Gives up at most `limit` of what was queued until `queuedUntil`: their sequences. */
  expired(webhookId: string, queuedUntil: number, at: number, limit: number): number[];
  /** Drops at most `limit` deliveries of an endpoint that was removed, and with the last of them what is left of it. */
  cleared(webhookId: string, limit: number): void;
  /** The endpoint need not rest any more. */
  rested(webhookId: string): void;
}

/** Commits without waiting for the disk: after a power failure a delivery may be made again, under the same id. */
export function openRecording(stores: {
  database: Database;
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  attempts: AttemptStore;
}): Recording {
  const { endpoints, deliveries, attempts } = stores;
  /** What the stores took to be so is forgotten when it was not stored. */
  const commit = <T>(webhookIds: readonly string[], work: () => T): T => {
    try {
      return withoutSync(stores.database, work);
    } catch (thrown) {
      endpoints.forget();
      for (const id of webhookIds) deliveries.forget(id);
      throw thrown;
    }
  };
  const recordDelivery = ({ webhookId, delivery, next, refused, attempt, at }: Recorded): boolean => {
    const { status } = attempt;
    if (next.step === "delivered" || next.step === "dead") {
      const because = next.step === "dead" ? "refused" : null;
      const settled = { state: next.step, because, attempted: true, refused, status, at } as const;
      return deliveries.settle(webhookId, delivery, settled);
    }
    return deliveries.tried(webhookId, delivery, { refused, status });
  };
  const recordOne = (record: Recorded): boolean => {
    // What was said at an address that it has no longer counts for nothing.
    if (endpoints.get(record.webhookId)?.webhook.url !== record.url) return false;
    if (!recordDelivery(record)) return false;
    const { webhookId, next, at } = record;
    attempts.add(webhookId, record.delivery.seq, record.attempt);
    endpoints.writeHealth(webhookId, record.health);
    if (next.step === "disabled") endpoints.disable(webhookId, next.because, at);
    return true;
  };
  return {
    attempted(records) {
      const ids = records.map(({ webhookId }) => webhookId);
      return commit(ids, () => records.map(recordOne));
    },
    passedOver(webhookId, delivery, because, at) {
      const state = because === null ? "delivered" : "dead";
      const settled = { state, because, attempted: false, refused: false, status: null, at } as const;
      commit([webhookId], () => deliveries.settle(webhookId, delivery, settled));
    },
    expired: (webhookId, queuedUntil, at, limit) =>
      commit([webhookId], () => deliveries.expire(webhookId, queuedUntil, at, limit)),
    cleared: (webhookId, limit) =>
      commit([webhookId], () => {
        if (deliveries.dropOf(webhookId, limit) < limit) endpoints.drop(webhookId);
      }),
    rested(webhookId) {
      const health = endpoints.health(webhookId);
      if (health.nextAttemptAt === 0) return;
      commit([webhookId], () => endpoints.writeHealth(webhookId, { ...health, nextAttemptAt: 0 }));
    },
  };
}
