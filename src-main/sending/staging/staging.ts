import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Fault } from "../../../src-shared/faults.ts";
import type { Files } from "../../files/files.ts";
import type { Converter } from "../../messages-app/converter.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Randomness } from "../../ports/randomness.ts";
import type { Timer, Timers } from "../../ports/timers.ts";
import type { FileRef } from "../send-order.ts";
import { copyOpened, openAllowed, openOwn, type StagedFile, withHome } from "./sendable-file.ts";
import { audioFormats, writeVoiceNote } from "./voice-note.ts";

/** Messages has long taken its own copy by then. */
const KEEP_MS = 60 * 60 * 1_000;
/** How often copies that nobody needs any more are removed. */
const SWEEP_EVERY_MS = 15 * 60 * 1_000;

/** Files on their way out: copied to where Messages may read them, under the name they had. */
export interface Staging {
  /**
   * Copies a file. Throws a Fault that says why not: path_not_allowed, not_found (of an upload), payload_too_large,
   * storage_unavailable.
   */
  stage(ref: FileRef): Promise<StagedFile>;
  /**
   * Makes a voice note of a sound file. Throws what `stage` does, and unsupported_media for what is no sound or
   * cannot be read as one, feature_unavailable where it cannot be converted here. `signal` has it give up.
   */
  stageVoice(ref: FileRef, signal?: AbortSignal): Promise<StagedFile>;
  /** Removes a copy that will not be sent after all, by its path. Never rejects. */
  unstage(path: string): Promise<void>;
  /** What a voice note can be made of here, as endings of names: `m4a`. */
  audioFormats(): Promise<readonly string[]>;
  /** Removes copies that nothing waits for and that are older than an hour. */
  sweep(): Promise<void>;
}

/** Where files are copied to, and where they may come from. */
export interface StagingFolders {
  folder: string;
  /** Files in these may be sent, unless the person chose others … */
  allowed: readonly string[];
  /** … and unless they are in one of these, whatever was chosen. */
  forbidden: readonly string[];
}

/** The folders whose files may be sent by path. */
export function defaultAllowedFolders(): string[] {
  const home = ["Pictures", "Downloads", "Desktop", "Documents"].map((name) => join(homedir(), name));
  return [...home, tmpdir()];
}

export interface StagingOptions extends StagingFolders {
  /** The folders that the person chose (the setting allowedFolders); none for the usual ones. */
  chosen(): readonly string[];
  uploaded: Pick<Files, "open">;
  converter: Converter;
  clock: Clock;
  randomness: Randomness;
  /** Whether a copy is still to be sent. */
  isNeeded(copy: string): boolean;
}

/** Stages files. */
export function openStaging(options: StagingOptions): Staging {
  const { uploaded, converter } = options;

  /** The file that is meant, open, and what it is called. */
  async function sourceOf(ref: FileRef) {
    if ("file" in ref) {
      const { path, file } = uploaded.open(ref.file);
      return { opened: await openOwn(path, file.id), name: file.name };
    }
    const chosen = options.chosen();
    const allowed = (chosen.length > 0 ? chosen : options.allowed).map(withHome);
    return {
      opened: await openAllowed(ref.path, { allowed, forbidden: options.forbidden }),
      name: basename(ref.path),
    };
  }

  /** Does the work in a new folder, of which nothing is left when it fails. */
  async function inFolder(work: (folder: string) => Promise<StagedFile>): Promise<StagedFile> {
    const folder = join(options.folder, options.randomness.uuid());
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await work(folder);
    } catch (thrown) {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      if (thrown instanceof Fault) throw thrown;
      throw new Fault(
        "storage_unavailable",
        `the file could not be copied to ${options.folder}; free some space there, or let Bellhop write to it`,
        { cause: thrown },
      );
    }
  }

  return {
    async stage(ref) {
      const { opened, name } = await sourceOf(ref);
      try {
        return await inFolder(async (folder) => {
          const path = join(folder, name);
          return { path, name, sizeBytes: await copyOpened(opened, path) };
        });
      } finally {
        await opened.file.close();
      }
    },
    async stageVoice(ref, signal = new AbortController().signal) {
      const { opened, name } = await sourceOf(ref);
      try {
        return await inFolder((folder) => writeVoiceNote({ opened, name, folder, converter, signal }));
      } finally {
        await opened.file.close();
      }
    },
    async unstage(path) {
      const folder = dirname(path);
      if (dirname(folder) === options.folder)
        await rm(folder, { recursive: true, force: true }).catch(() => {});
    },
    audioFormats: () => audioFormats(converter),
    async sweep() {
      const names = await readdir(options.folder).catch(() => []);
      for (const name of names) {
        const folder = join(options.folder, name);
        const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
        if (options.clock.now() - mtimeMs <= KEEP_MS) continue;
        const copies = await readdir(folder).catch(() => []);
        if (copies.some((copy) => options.isNeeded(join(folder, copy)))) continue;
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Sweeps now and from time to time; returns how to end that. */
export function keepSwept(staging: Staging, timers: Timers, complain: (thrown: unknown) => void): () => void {
  let timer: Timer | undefined;
  const sweep = (): void => {
    staging.sweep().catch(complain);
    timer = timers.after(SWEEP_EVERY_MS, sweep);
  };
  sweep();
  return () => timer?.cancel();
}
