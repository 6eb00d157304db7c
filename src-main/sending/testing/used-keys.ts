import type { Clock } from "../../ports/clock.ts";
import { type OwnDatabase, ownDatabase } from "../../testing/own-database.ts";
import { type Idempotency, openIdempotency } from "../idempotency/idempotency.ts";
import { openIdempotencyStore } from "../idempotency/idempotency-store.ts";
import { type ScriptedOutbox, scriptedOutbox } from "./scripted-outbox.ts";

/** Idempotency keys, and the outbox whose items they stand for, in one bellhop.db. */
export interface UsedKeys extends OwnDatabase {
  outbox: ScriptedOutbox;
  idempotency: Idempotency;
  /** How many keys are kept. */
  size(): number;
}

/** Opens them in `folder`; opening them again there, after `close()`, is a restart after a kill. */
export function usedKeys(folder: string, clock: Clock): UsedKeys {
  const own = ownDatabase(folder);
  const { database, vault } = own;
  const size = database.prepare<[], number>("SELECT COUNT(*) FROM idempotency_key").pluck();
  return {
    ...own,
    outbox: scriptedOutbox(database, clock),
    idempotency: openIdempotency(openIdempotencyStore(database, vault, clock)),
    size: () => size.get() ?? 0,
  };
}
