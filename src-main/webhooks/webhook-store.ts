import { z } from "zod";
import { type EventType, EventType as EventTypeSchema } from "../../src-shared/domain/event.ts";
import type { Webhook } from "../../src-shared/domain/webhook.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";

/** An endpoint with what its delivery needs: its secret, and how it has been doing. */
export interface Endpoint {
  webhook: Webhook;
  secret: string | null;
  failures: number;
  nextAttemptAt: number;
}

/** A delivery at the head of an endpoint's queue. */
export interface PendingDelivery {
  seq: number;
  refusals: number;
}

/** Endpoints and their queues in bellhop.db. */
export interface WebhookStore {
  /** Makes or changes the endpoint with this url. Without a secret given, the one it has stays. */
  upsert(webhook: {
    id: string;
    url: string;
    events: readonly EventType[];
    secret?: string;
    createdAt: number;
  }): Webhook;
  list(): Webhook[];
  /** Endpoints whose last attempt failed: their address, the last status (null: no answer), and since when. */
  failing(): { url: string; status: number | null; since: number }[];
  endpoint(id: string): Endpoint | null;
  remove(id: string): boolean;
  /** Puts an event into an endpoint's queue; call it inside the one transaction. */
  enqueue(webhookId: string, seq: number): void;
  head(webhookId: string): PendingDelivery | null;
  delivered(webhookId: string, seq: number, at: number, status: number): void;
  failed(
    webhookId: string,
    seq: number,
    at: number,
    next: { at: number; status: number | null; refused: boolean },
  ): void;
  /** Ends a delivery that is not to be made any more; says nothing of the endpoint. */
  drop(webhookId: string, seq: number, at: number): void;
  /** Ends a delivery that the endpoint refuses, and lets its queue go on: it is there, and answers. */
  giveUp(webhookId: string, seq: number, at: number): void;
  disable(webhookId: string): void;
  counts(since: number): { waiting: number; delivered: number };
}

interface Row {
  id: string;
  url: string;
  events: string;
  sealed_secret: Buffer | null;
  enabled: number;
  created_at: number;
  failures: number;
  failing_since: number | null;
  last_status: number | null;
  next_attempt_at: number;
}

/** Opens the store of endpoints and deliveries. */
export function openWebhookStore(database: Database, vault: Vault): WebhookStore {
  const upsert = database.prepare<[string, string, string, Buffer | null, number], Row>(
    `INSERT INTO webhook (id, url, events, sealed_secret, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (url) DO UPDATE SET events = excluded.events, enabled = 1, failures = 0, failing_since = NULL,
       next_attempt_at = 0,
       sealed_secret = COALESCE(excluded.sealed_secret, sealed_secret)
     RETURNING *`,
  );
  const all = database.prepare<[], Row>("SELECT * FROM webhook ORDER BY created_at, id");
  const failing = database.prepare<[], { url: string; status: number | null; since: number }>(
    `SELECT url, last_status AS status, failing_since AS since FROM webhook
     WHERE failing_since IS NOT NULL ORDER BY created_at, id`,
  );
  const byId = database.prepare<[string], Row>("SELECT * FROM webhook WHERE id = ?");
  const remove = database.prepare("DELETE FROM webhook WHERE id = ?");
  const enqueue = database.prepare(
    "INSERT INTO delivery (webhook_id, seq) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const head = database.prepare<[string], PendingDelivery>(
    "SELECT seq, refusals FROM delivery WHERE webhook_id = ? AND state = 'pending' ORDER BY seq LIMIT 1",
  );
  const settle = database.prepare(
    `UPDATE delivery SET state = ?, attempts = attempts + 1, settled_at = ?
     WHERE webhook_id = ? AND seq = ?`,
  );
  const tried = database.prepare(
    "UPDATE delivery SET attempts = attempts + 1, refusals = refusals + ? WHERE webhook_id = ? AND seq = ?",
  );
  const well = database.prepare(
    "UPDATE webhook SET failures = 0, failing_since = NULL, last_status = ?, next_attempt_at = 0 WHERE id = ?",
  );
  const unwell = database.prepare(
    `UPDATE webhook SET failures = failures + 1, failing_since = COALESCE(failing_since, ?), last_status = ?,
     next_attempt_at = ? WHERE id = ?`,
  );
  const rested = database.prepare(
    "UPDATE webhook SET failures = 0, failing_since = NULL, next_attempt_at = 0 WHERE id = ?",
  );
  const disable = database.prepare("UPDATE webhook SET enabled = 0 WHERE id = ?");
  const waiting = database
    .prepare<[], number>("SELECT COUNT(*) FROM delivery WHERE state = 'pending'")
    .pluck();
  const done = database
    .prepare<[number], number>("SELECT COUNT(*) FROM delivery WHERE state = 'delivered' AND settled_at >= ?")
    .pluck();

  const toEndpoint = (row: Row): Endpoint => ({
    webhook: toWebhook(row),
    secret: row.sealed_secret === null ? null : vault.open(row.sealed_secret),
    failures: row.failures,
    nextAttemptAt: row.next_attempt_at,
  });

  return {
    upsert({ id, url, events, secret, createdAt }) {
      const sealed = secret === undefined ? null : vault.seal(secret);
      const row = upsert.get(id, url, JSON.stringify(events), sealed, createdAt);
      if (!row) throw new Error("the endpoint was not written");
      return toWebhook(row);
    },
    list: () => all.all().map(toWebhook),
    failing: () => failing.all(),
    endpoint(id) {
      const row = byId.get(id);
      return row ? toEndpoint(row) : null;
    },
    remove: (id) => remove.run(id).changes > 0,
    enqueue: (webhookId, seq) => void enqueue.run(webhookId, seq),
    head: (webhookId) => head.get(webhookId) ?? null,
    delivered: database.transaction((webhookId, seq, at, status) => {
      settle.run("delivered", at, webhookId, seq);
      well.run(status, webhookId);
    }),
    failed: database.transaction((webhookId, seq, at, next) => {
      tried.run(next.refused ? 1 : 0, webhookId, seq);
      unwell.run(at, next.status, Math.ceil(next.at), webhookId);
    }),
    drop: (webhookId, seq, at) => void settle.run("dead", at, webhookId, seq),
    giveUp: database.transaction((webhookId, seq, at) => {
      settle.run("dead", at, webhookId, seq);
      rested.run(webhookId);
    }),
    disable: (webhookId) => void disable.run(webhookId),
    counts: (since) => ({ waiting: waiting.get() ?? 0, delivered: done.get(since) ?? 0 }),
  };
}

function toWebhook(row: Row): Webhook {
  return {
    id: row.id,
    url: row.url,
    events: z.array(EventTypeSchema).parse(JSON.parse(row.events)),
    createdAt: row.created_at,
    enabled: row.enabled === 1,
    hasSecret: row.sealed_secret !== null,
  };
}
