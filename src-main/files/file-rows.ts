import type { StoredFile } from "../../src-shared/domain/file.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";

interface Row {
  id: string;
  sealed_name: Buffer;
  size_bytes: number;
  mime_type: string;
  sha256: string;
  created_at: number;
  expires_at: number;
}

/** What is known of uploaded files, in bellhop.db. */
export interface FileRows {
  /** `by` is the id of an API key. */
  add(file: StoredFile, by: string | null): void;
  get(id: string): StoredFile | null;
  /** Whether there was such a row. */
  remove(id: string): boolean;
  ids(): string[];
  /** Those that are to be gone by `now`. */
  expired(now: number): string[];
  /** Of all of them. */
  bytes(): number;
  /** When the next one goes; null when there is none. */
  nextExpiry(): number | null;
}

/** The rows of table `file`. */
export function openFileRows(database: Database, vault: Vault): FileRows {
  const add = database.prepare(
    `INSERT INTO file (id, sealed_name, size_bytes, mime_type, sha256, key_id, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const get = database.prepare<[string], Row>("SELECT * FROM file WHERE id = ?");
  const remove = database.prepare<[string]>("DELETE FROM file WHERE id = ?");
  const ids = database.prepare<[], { id: string }>("SELECT id FROM file");
  const expired = database.prepare<[number], { id: string }>("SELECT id FROM file WHERE expires_at <= ?");
  const bytes = database.prepare<[], { sum: number }>("SELECT total(size_bytes) AS sum FROM file");
  const nextExpiry = database.prepare<[], { at: number | null }>("SELECT min(expires_at) AS at FROM file");
  return {
    add({ id, name, sizeBytes, mimeType, sha256, createdAt, expiresAt }, by) {
      add.run(id, vault.seal(name), sizeBytes, mimeType, sha256, by, createdAt, expiresAt);
    },
    get(id) {
      const row = get.get(id);
      if (!row) return null;
      return {
        id: row.id,
        name: vault.open(row.sealed_name),
        sizeBytes: row.size_bytes,
        mimeType: row.mime_type,
        sha256: row.sha256,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
      };
    },
    remove: (id) => remove.run(id).changes > 0,
    ids: () => ids.all().map(({ id }) => id),
    expired: (now) => expired.all(now).map(({ id }) => id),
    bytes: () => bytes.get()?.sum ?? 0,
    nextExpiry: () => nextExpiry.get()?.at ?? null,
  };
}
