import type { Mode } from "../../src-shared/status.ts";
import { type Database, withoutSync } from "./database.ts";

/** Single values that belong to the data folder as a whole. */
export interface Meta {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** More than the room that may be left within pages that are there already. */
const PROBE_CHARACTERS = 64 * 1024;

/** Whether a write that needs some room goes through. It leaves nothing behind. */
export function takesWrites(database: Database): boolean {
  const write = "INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', ?)";
  try {
    withoutSync(database, () => database.prepare(write).run("-".repeat(PROBE_CHARACTERS)));
    withoutSync(database, () => database.prepare("DELETE FROM meta WHERE key = 'probe'").run());
    return true;
  } catch {
    return false;
  }
}

/** Single values in `meta`. */
export function openMeta(database: Database): Meta {
  const read = database.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?");
  const write = database.prepare<[string, string]>(
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  return {
    get: (key) => read.get(key)?.value ?? null,
    set: (key, value) => void write.run(key, value),
  };
}

/** Marks the folder with its mode the first time; throws when it belongs to the other one. */
export function claimMode(meta: Meta, mode: Mode, folder: string): void {
  const owner = meta.get("mode");
  if (owner === null) meta.set("mode", mode);
  else if (owner !== mode) {
    throw new Error(
      `${folder} belongs to ${owner} Messages and is not used for ${mode} ones; choose another --data-dir`,
    );
  }
}
