import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";
import { SCOPES, type Scope } from "./scopes.ts";

/** Who calls. */
export interface ApiKey {
  id: string;
  name: string;
  lastFour: string;
  scopes: readonly Scope[];
}

/** The keys that open the API. */
export interface ApiKeys {
  /** The key that this text is; null when it is none. Takes as long for a near miss as for a far one. */
  authenticate(text: string): ApiKey | null;
  /** The first key in full, for the window and the banner. */
  reveal(): string;
}

const FIRST = "first";

/**
 * Opens the keys. The first one is made on the first start, 32 random bytes behind a prefix; stored are its
 * digest and, sealed, itself, because the window can show it again.
 * @param given a key that holds instead for this run and is stored nowhere.
 */
export function openApiKeys(options: {
  database: Database;
  vault: Vault;
  clock: Clock;
  randomness: Randomness;
  given: string | null;
}): ApiKeys {
  const { database, vault, given } = options;
  const read = database.prepare<[string], { sealed_key: Buffer }>(
    "SELECT sealed_key FROM api_key WHERE id = ?",
  );
  const insert = database.prepare(
    "INSERT INTO api_key (id, name, digest, last_four, sealed_key, created_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const make = (): string => {
    const key = `bh_${Buffer.from(options.randomness.bytes(32)).toString("base64url")}`;
    insert.run(FIRST, "First key", digestOf(key), key.slice(-4), vault.seal(key), options.clock.now());
    return key;
  };
  const stored = read.get(FIRST);
  const first = given ?? (stored ? vault.open(stored.sealed_key) : make());
  const digest = digestOf(first);
  const key: ApiKey = { id: FIRST, name: "First key", lastFour: first.slice(-4), scopes: SCOPES };
  return {
    authenticate: (text) => (timingSafeEqual(digestOf(text), digest) ? key : null),
    reveal: () => first,
  };
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
