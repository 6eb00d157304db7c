import { z } from "zod";

/** A file that was uploaded to be sent. Times are milliseconds since 1970, UTC. */
export const StoredFile = z.object({
  /** `file_` and 32 hex digits. */
  id: z.string(),
  /** As it was called, with an ending that fits its type. */
  name: z.string(),
  sizeBytes: z.int(),
  /** By its first bytes; by its name where they say nothing. */
  mimeType: z.string(),
  /** In hex. */
  sha256: z.string(),
  createdAt: z.int(),
  /** When it is removed; what waits in the outbox keeps a copy of its own. */
  expiresAt: z.int(),
});
export type StoredFile = z.infer<typeof StoredFile>;
