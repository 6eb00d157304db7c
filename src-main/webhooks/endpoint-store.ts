import type { DisabledBecause } from "../../src-shared/domain/webhook.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";
import { type Endpoint, type EndpointRecord, type EndpointRow, endpointOf, rowOf } from "./endpoint.ts";

/** How an endpoint has been doing, as it is kept. Times in ms since 1970. */
export interface EndpointHealth {
  /** Attempts in a row that have failed. */
  readonly failures: number;
  readonly failingSince: number | null;
  readonly lastAttemptAt: number | null;
  readonly lastStatus: number | null;
  /** Why no answer came, in words. */
  readonly lastError: string | null;
  /** Until when it rests; 0 while it need not. */
  readonly nextAttemptAt: number;
  /** The day that `deliveredToday` counts, as days since 1970 of this Mac's own calendar. */
  readonly day: number;
  readonly deliveredToday: number;
}

/**
 * Endpoints in bellhop.db, kept in memory as well: every commit of the feed and every attempt asks for them, and
 * nobody else writes here (the data folder is this process's alone).
 */
export interface EndpointStore {
  /** All of them, the oldest first. Not to be changed. */
  list(): readonly Endpoint[];
  get(id: string): Endpoint | null;
  byUrl(url: string): Endpoint | null;
  /** Makes the endpoint, or puts this in place of what it was. With `well`, how it has been doing is forgotten. */
  save(record: EndpointRecord, well?: boolean): Endpoint;
  /** Removes it. Its deliveries, which may be many, are `removed` until they have been dropped. */
  remove(id: string): boolean;
  /** Ids of endpoints of which there is nothing left but deliveries to be dropped. */
  removed(): string[];
  /** Drops the last of it. */
  drop(id: string): void;
  /** Switches it off. */
  disable(id: string, because: DisabledBecause, at: number): void;
  health(id: string): EndpointHealth;
  /** Call it inside a transaction, and `forget` when that fails. */
  writeHealth(id: string, health: EndpointHealth): void;
  /** What is in memory may not be what is stored: it is read again. */
  forget(): void;
}

interface HealthRow {
  failures: number;
  failing_since: number | null;
  last_attempt_at: number | null;
  last_status: number | null;
  last_error: string | null;
  next_attempt_at: number;
  day: number;
  delivered_today: number;
}

/** An endpoint that nothing is known of yet. */
const UNTRIED: EndpointHealth = {
  failures: 0,
  failingSince: null,
  lastAttemptAt: null,
  lastStatus: null,
  lastError: null,
  nextAttemptAt: 0,
  day: 0,
  deliveredToday: 0,
};

/** What stands in place of the address of an endpoint that was removed, so that nothing else need be kept of it. */
const REMOVED = "removed:";
/** In SQL: whether an endpoint has not been removed. */
export const IS_THERE = `substr(webhook.url, 1, ${REMOVED.length}) <> '${REMOVED}'`;

/** Opens the store of endpoints. One whose row cannot be read is complained of, and counts as not there. */
export function openEndpointStore(
  database: Database,
  vault: Vault,
  complain: (thrown: unknown) => void = () => {},
): EndpointStore {
  const all = database.prepare<[], EndpointRow>(
    `SELECT * FROM webhook WHERE ${IS_THERE} ORDER BY created_at, id`,
  );
  const upsert = database.prepare<[EndpointRow]>(
    `INSERT INTO webhook (id, url, events, sealed_secret, enabled, created_at, name, conversations, only_incoming,
       include_own, signature, format, sealed_headers, sealed_previous_secret, rotates_until, allows_local,
       disabled_because, disabled_at)
     VALUES (@id, @url, @events, @sealed_secret, @enabled, @created_at, @name, @conversations, @only_incoming,
       @include_own, @signature, @format, @sealed_headers, @sealed_previous_secret, @rotates_until, @allows_local,
       @disabled_because, @disabled_at)
     ON CONFLICT (id) DO UPDATE SET url = excluded.url, events = excluded.events,
       sealed_secret = excluded.sealed_secret, enabled = excluded.enabled, name = excluded.name,
       conversations = excluded.conversations, only_incoming = excluded.only_incoming,
       include_own = excluded.include_own, signature = excluded.signature, format = excluded.format,
       sealed_headers = excluded.sealed_headers, sealed_previous_secret = excluded.sealed_previous_secret,
       rotates_until = excluded.rotates_until, allows_local = excluded.allows_local,
       disabled_because = excluded.disabled_because, disabled_at = excluded.disabled_at`,
  );
  const remove = database.prepare(
    `UPDATE webhook SET url = '${REMOVED}' || id, name = NULL, enabled = 0, sealed_secret = NULL,
       sealed_previous_secret = NULL, sealed_headers = NULL, conversations = '[]' WHERE id = ? AND ${IS_THERE}`,
  );
  const giveWay = database.prepare("DELETE FROM webhook WHERE id = ? AND url = ?");
  const removed = database.prepare<[], string>(`SELECT id FROM webhook WHERE NOT ${IS_THERE}`).pluck();
  const drop = database.prepare(`DELETE FROM webhook WHERE id = ? AND NOT ${IS_THERE}`);
  const disable = database.prepare(
    "UPDATE webhook SET enabled = 0, disabled_because = ?, disabled_at = ? WHERE id = ?",
  );
  const healthRow = database.prepare<[string], HealthRow>(
    "SELECT * FROM webhook_health WHERE webhook_id = ?",
  );
  const writeHealth = database.prepare(
    `INSERT INTO webhook_health (webhook_id, failures, failing_since, last_attempt_at, last_status, last_error,
       next_attempt_at, day, delivered_today)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (webhook_id) DO UPDATE SET failures = excluded.failures, failing_since = excluded.failing_since,
       last_attempt_at = excluded.last_attempt_at, last_status = excluded.last_status,
       last_error = excluded.last_error, next_attempt_at = excluded.next_attempt_at, day = excluded.day,
       delivered_today = excluded.delivered_today`,
  );

  let known: { list: readonly Endpoint[]; byId: ReadonlyMap<string, Endpoint> } | null = null;
  const healths = new Map<string, EndpointHealth>();
  const unreadable = new Set<string>();
  const forget = (): void => {
    known = null;
    healths.clear();
  };
  /** What one endpoint's row has suffered must not concern the others, let alone the events. */
  const readable = (row: EndpointRow): Endpoint | null => {
    try {
      return endpointOf(row, vault);
    } catch (cause) {
      if (!unreadable.has(row.id)) complain(new Error(`the webhook ${row.id} cannot be read`, { cause }));
      unreadable.add(row.id);
      return null;
    }
  };
  const read = () => {
    if (known === null) {
      const list = all.all().flatMap((row) => readable(row) ?? []);
      known = { list, byId: new Map(list.map((endpoint) => [endpoint.webhook.id, endpoint])) };
    }
    return known;
  };
  const health = (id: string): EndpointHealth => {
    let found = healths.get(id);
    if (found === undefined) {
      const row = healthRow.get(id);
      found = row === undefined ? UNTRIED : healthOf(row);
      healths.set(id, found);
    }
    return found;
  };
  const write = (id: string, now: EndpointHealth): void => {
    writeHealth.run(
      id,
      now.failures,
      now.failingSince,
      now.lastAttemptAt,
      now.lastStatus,
      now.lastError,
      now.nextAttemptAt,
      now.day,
      now.deliveredToday,
    );
    healths.set(id, now);
  };
  const save = database.transaction((record: EndpointRecord, well: boolean): void => {
    // One that cannot be read is not there, and must not keep its address from another.
    for (const id of unreadable) giveWay.run(id, record.url);
    upsert.run(rowOf(record, vault));
    const { day, deliveredToday, ...before } = health(record.id);
    write(record.id, { ...(well ? UNTRIED : before), day, deliveredToday });
  });

  return {
    list: () => read().list,
    get: (id) => read().byId.get(id) ?? null,
    byUrl: (url) => read().list.find(({ webhook }) => webhook.url === url) ?? null,
    save(record, well = false) {
      try {
        save(record, well);
      } finally {
        forget();
      }
      const saved = read().byId.get(record.id);
      if (saved === undefined) throw new Error("the endpoint was not written");
      return saved;
    },
    remove(id) {
      forget();
      return remove.run(id).changes > 0;
    },
    removed: () => removed.all(),
    drop: (id) => void drop.run(id),
    disable(id, because, at) {
      disable.run(because, at, id);
      forget();
    },
    health,
    writeHealth: write,
    forget,
  };
}

function healthOf(row: HealthRow): EndpointHealth {
  return {
    failures: row.failures,
    failingSince: row.failing_since,
    lastAttemptAt: row.last_attempt_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    nextAttemptAt: row.next_attempt_at,
    day: row.day,
    deliveredToday: row.delivered_today,
  };
}
