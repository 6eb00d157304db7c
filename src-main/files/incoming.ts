import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Fault } from "../../src-shared/faults.ts";
import { HEAD_BYTES } from "./file-type.ts";
import { LARGEST_FILE } from "./limits.ts";

/** A file that has come in whole. */
export interface Incoming {
  sizeBytes: number;
  /** In hex. */
  sha256: string;
  /** Its first bytes, HEAD_BYTES at most. */
  head: Buffer;
}

/**
 * Writes what comes to a new file at `path` (0600), no faster than the disk takes it, and has it on the disk when it
 * resolves. `room` is told of each chunk's bytes before they are written, and throws when there is none. Throws a
 * Fault: `payload_too_large`, `invalid_request` for nothing at all or an upload that breaks off,
 * `storage_unavailable`; then nothing is left at `path`.
 */
export async function writeIncoming(
  body: Readable,
  path: string,
  room: (bytes: number) => void,
): Promise<Incoming> {
  const file = await open(path, "wx", 0o600).catch(throwUnwritable);
  try {
    const incoming = await copy(body, file, room);
    await file.sync().catch(throwUnwritable);
    await file.close().catch(throwUnwritable);
    return incoming;
  } catch (thrown) {
    await file.close().catch(() => {});
    await rm(path, { force: true }).catch(() => {});
    throw thrown instanceof Fault
      ? thrown
      : new Fault("invalid_request", "the upload ended before it was whole");
  }
}

async function copy(body: Readable, file: FileHandle, room: (bytes: number) => void): Promise<Incoming> {
  const hash = createHash("sha256");
  const heads: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    const bytes: Uint8Array = chunk instanceof Uint8Array ? chunk : Buffer.from(chunk);
    if (sizeBytes < HEAD_BYTES) heads.push(Buffer.from(bytes.subarray(0, HEAD_BYTES - sizeBytes)));
    sizeBytes += bytes.length;
    if (sizeBytes > LARGEST_FILE) {
      throw new Fault(
        "payload_too_large",
        `the file is larger than ${Math.floor(LARGEST_FILE / 1024 / 1024)} MB`,
      );
    }
    room(bytes.length);
    hash.update(bytes);
    await file.writeFile(bytes).catch(throwUnwritable);
  }
  if (sizeBytes === 0) throw new Fault("invalid_request", "the file is empty");
  return { sizeBytes, sha256: hash.digest("hex"), head: Buffer.concat(heads) };
}

/** Rethrows what the disk said: it is full, or the data folder is not to be written. */
export function throwUnwritable(cause: unknown): never {
  throw new Fault(
    "storage_unavailable",
    "Bellhop cannot write to its data folder; free some space there, or let Bellhop write to it",
    { cause },
  );
}
