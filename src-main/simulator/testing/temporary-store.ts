import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Macos } from "../macos.ts";
import { closeMessageStore, openMessageStore, type Store } from "../message-store.ts";
import { seededChance } from "../seeded-chance.ts";
import { manualTime } from "./manual-time.ts";

/** A folder for one test, removed when it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bellhop-simulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty simulated database for one test. `shuffleColumns` is the seed of another order of columns. */
export function temporaryStore(
  macos: Macos = 26,
  folder = temporaryFolder(),
  shuffleColumns?: number,
): Store {
  const { clock } = manualTime();
  const store = openMessageStore({
    path: join(folder, "chat.db"),
    macos,
    ...(shuffleColumns === undefined ? {} : { shuffleColumns }),
    clock,
    randomness: seededChance(7),
  });
  onTestFinished(() => {
    if (store.database.open) closeMessageStore(store);
  });
  return store;
}

/** One row of `message` with every column, dates as BigInt. */
export function rowOf(store: Store, guid: string): Record<string, unknown> {
  const row = store.database.prepare<[string], Record<string, unknown>>(
    "SELECT * FROM message WHERE guid = ?",
  );
  return row.safeIntegers().get(guid) ?? {};
}
