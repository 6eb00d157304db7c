import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ContactCard } from "../../src-shared/domain/contact-card.ts";
import type { StoredFile } from "../../src-shared/domain/file.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";
import { fileName } from "./file-name.ts";
import { openFileRows } from "./file-rows.ts";
import { typeOf } from "./file-type.ts";
import { throwUnwritable, writeIncoming } from "./incoming.ts";
import { KEEP_MS, MOST_BYTES } from "./limits.ts";
import { type CardPhoto, cardName, vCard } from "./vcard.ts";

/** How often files whose hour is over are removed, in ms; they are not given out any more before that. */
const SWEEP_EVERY_MS = 60_000;
/** Largest picture on a contact card, in bytes: it goes into the card as text. */
const LARGEST_PHOTO = 5 * 1024 * 1024;
/** What a picture on a contact card may be, and what a vCard calls it. */
const PHOTO_TYPES: ReadonlyMap<string, CardPhoto["type"]> = new Map([
  ["image/jpeg", "JPEG"],
  ["image/png", "PNG"],
  ["image/gif", "GIF"],
]);
/** While it comes in. */
const PARTIAL = ".part";

/** Files that were uploaded to be sent, kept for an hour. */
export interface Files {
  /**
   * Takes in what comes, up to 100 MB. `by` is the id of the API key. Throws a Fault: payload_too_large,
   * invalid_request (empty, or it broke off), storage_unavailable (the disk, or 2 GB are waiting already).
   */
  receive(upload: { name: string | null; body: Readable; by: string | null }): Promise<StoredFile>;
  /** Throws not_found, also when its hour is over. */
  get(id: string): StoredFile;
  /** Throws not_found. */
  remove(id: string): void;
  /** Where it lies, to be copied. Throws not_found. */
  open(id: string): { path: string; file: StoredFile };
  /** Writes a card (vCard 3.0) named after the person. Throws as `receive` does, and for a photo that is none. */
  contactCard(card: ContactCard, by?: string): Promise<StoredFile>;
  /** Sweeps no more. */
  stop(): void;
}

/**
 * Keeps uploads in `folder` (0700), which is all its own: what lies there half written, forgotten or too old is
 * removed now and from time to time.
 */
export function openFiles(options: {
  folder: string;
  database: Database;
  vault: Vault;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  complain(thrown: unknown): void;
  /** What all of them may take on the disk, in bytes. */
  mostBytes?: number;
}): Files {
  const { folder, clock, timers, mostBytes = MOST_BYTES } = options;
  const rows = openFileRows(options.database, options.vault);
  /** Bytes of those that are here, and of those that are coming in. */
  let stored = 0;
  let arriving = 0;
  let timer: Timer | undefined;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  removeStrays(folder, rows.ids());
  sweep();

  function sweep(): void {
    try {
      for (const id of rows.expired(clock.now())) {
        rmSync(join(folder, id), { force: true });
        rows.remove(id);
      }
      stored = rows.bytes();
    } catch (thrown) {
      options.complain(thrown);
    }
    timer = timers.after(SWEEP_EVERY_MS, sweep);
  }

  function get(id: string): StoredFile {
    const file = rows.get(id);
    if (file !== null && file.expiresAt > clock.now()) return file;
    throw new Fault("not_found", `there is no file ${id}; uploaded files are kept for an hour`);
  }

  const full = (): Fault => {
    const wait = (rows.nextExpiry() ?? 0) - clock.now();
    return new Fault(
      "storage_unavailable",
      `uploaded files take ${Math.floor(mostBytes / 1024 / 1024)} MB already; delete some, or wait until their hour is over`,
      { retryAfter: Math.max(1, Math.ceil(wait / 1_000)) },
    );
  };

  async function receive({ name, body, by }: Parameters<Files["receive"]>[0]): Promise<StoredFile> {
    const id = `file_${options.randomness.uuid().replaceAll("-", "")}`;
    const partial = join(folder, id + PARTIAL);
    let mine = 0;
    const room = (bytes: number): void => {
      mine += bytes;
      arriving += bytes;
      if (stored + arriving > mostBytes) throw full();
    };
    try {
      const { sizeBytes, sha256, head } = await writeIncoming(body, partial, room);
      const { type, ending } = await typeOf(head, fileName(name, null));
      await rename(partial, join(folder, id)).catch(throwUnwritable);
      const createdAt = clock.now();
      const file: StoredFile = {
        id,
        name: fileName(name, ending),
        sizeBytes,
        mimeType: type,
        sha256,
        createdAt,
        expiresAt: createdAt + KEEP_MS,
      };
      try {
        rows.add(file, by);
      } catch (thrown) {
        await rm(join(folder, id), { force: true }).catch(() => {});
        throw thrown;
      }
      stored += sizeBytes;
      return file;
    } finally {
      arriving -= mine;
    }
  }

  function open(id: string): { path: string; file: StoredFile } {
    const file = get(id);
    return { path: join(folder, id), file };
  }

  async function photoOf(id: string): Promise<CardPhoto> {
    const { path, file } = open(id);
    const type = PHOTO_TYPES.get(file.mimeType);
    if (type === undefined) {
      throw new Fault("unsupported_media", `photo: ${file.name} is no JPEG, PNG or GIF`);
    }
    if (file.sizeBytes > LARGEST_PHOTO) {
      throw new Fault(
        "payload_too_large",
        `photo: ${file.name} is larger than ${LARGEST_PHOTO / 1024 / 1024} MB`,
      );
    }
    return { type, bytes: await readFile(path) };
  }

  return {
    receive,
    get,
    open,
    remove(id) {
      get(id);
      rows.remove(id);
      stored = rows.bytes();
      rmSync(join(folder, id), { force: true });
    },
    async contactCard(card, by) {
      const photo = card.photo === undefined ? null : await photoOf(card.photo);
      const body = Readable.from([vCard(card, photo)]);
      // A name is no path.
      const name = `${cardName(card).replace(/[/\\]/g, "-")}.vcf`;
      return receive({ name, body, by: by ?? null });
    },
    stop: () => timer?.cancel(),
  };
}

/** What an earlier process left half done, and what nothing is known of. */
function removeStrays(folder: string, known: readonly string[]): void {
  const keep = new Set(known);
  for (const name of readdirSync(folder)) {
    if (!keep.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
