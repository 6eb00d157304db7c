import type { Clock } from "../../ports/clock.ts";
import { type OwnDatabase, ownDatabase } from "../../testing/own-database.ts";
import { type Idempotency, openIdempotency } from "../idempotency.ts";
import { type IdempotencyStore, openIdempotencyStore } from "../idempotency-store.ts";
import { type ScriptedOutbox, scriptedOutbox } from "./scripted-outbox.ts";

/** Idempotency keys, and the outbox whose items they stand for, in one bellhop.db. */
export interface UsedKeys extends OwnDatabase {
  outbox: ScriptedOutbox;
  store: IdempotencyStore;
  idempotency: Idempotency;
  complaints: unknown[];
  /** How many keys are kept. */
  size(): number;
}

/** Opens them in `folder`; opening them again there, after `close()`, is a restart after a kill. */
export function usedKeys(folder: string, clock: Clock): UsedKeys {
  const own = ownDatabase(folder);
  const { database, vault } = own;
  const complaints: unknown[] = [];
  const store = openIdempotencyStore(database, vault, clock);
  const size = database.prepare<[], number>("SELECT COUNT(*) FROM idempotency_key").pluck();
  return {
    ...own,
    outbox: scriptedOutbox(database, clock),
    store,
    idempotency: openIdempotency({ store, complain: (thrown) => void complaints.push(thrown) }),
    complaints,
    size: () => size.get() ?? 0,
  };
}
