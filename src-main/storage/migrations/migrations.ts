import { first } from "./001-first.ts";
import { fingerprints } from "./002-fingerprints.ts";
import { deliveries } from "./003-deliveries.ts";
import { sending } from "./004-sending.ts";
import { files } from "./005-files.ts";
import { idempotency } from "./006-idempotency.ts";

/** Every migration in order; the database's `user_version` is how many have run. Never change one that shipped. */
export const MIGRATIONS: readonly string[] = [first, fingerprints, deliveries, sending, files, idempotency];
