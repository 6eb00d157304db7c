import { join } from "node:path";
import { onTestFinished } from "vitest";
import { realPorts } from "../ports/real.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { fileModeKeychain } from "../storage/keychain.ts";
import { type Meta, openMeta } from "../storage/meta.ts";
import { openVault, type Vault } from "../storage/vault.ts";

/** Bellhop's own database with what lies beside it. */
export interface OwnDatabase {
  database: Database;
  meta: Meta;
  vault: Vault;
  /** Closes it without a word, as a kill would. */
  close(): void;
}

/** Opens bellhop.db in `folder` for one test; opening it again there is a restart. */
export function ownDatabase(folder: string): OwnDatabase {
  const database = openDatabase(join(folder, "bellhop.db"));
  const vault = openVault(folder, fileModeKeychain, realPorts().randomness);
  const close = (): void => void database.close();
  onTestFinished(close);
  return { database, meta: openMeta(database), vault, close };
}
