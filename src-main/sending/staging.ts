import { constants, createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, realpath, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../src-shared/faults.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timer, Timers } from "../ports/timers.ts";

/** Largest file that is sent, in bytes. */
const LARGEST = 100 * 1024 * 1024;
/** Messages has long taken its own copy by then. */
const KEEP_MS = 60 * 60 * 1_000;
/** How often copies that nobody needs any more are removed. */
const SWEEP_EVERY_MS = 15 * 60 * 1_000;

/** Files on their way out: copied to where Messages may read them, under the name they had. */
export interface Staging {
  /** Copies the file at `path`; returns the copy's path. Throws a Fault that says why not. */
  stage(path: string): Promise<string>;
  /** Removes copies that nothing waits for and that are older than an hour. */
  sweep(): Promise<void>;
}

/** Where files are copied to, and where they may come from. */
export interface StagingFolders {
  folder: string;
  /** Files in these may be sent … */
  allowed: readonly string[];
  /** … unless they are in one of these. */
  forbidden: readonly string[];
}

/** The folders whose files may be sent by path. */
export function defaultAllowedFolders(): string[] {
  const home = ["Pictures", "Downloads", "Desktop", "Documents"].map((name) => join(homedir(), name));
  return [...home, tmpdir()];
}

/** Stages files. `isNeeded` says of a copy whether it is still to be sent. */
export function openStaging(
  options: StagingFolders & { clock: Clock; randomness: Randomness; isNeeded(copy: string): boolean },
): Staging {
  return {
    async stage(path) {
      const file = await openInside(path, options);
      try {
        const { size } = await file.stat();
        if (size > LARGEST) throw new Fault("payload_too_large", `attachment ${path} is larger than 100 MB`);
        const folder = join(options.folder, options.randomness.uuid());
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const copy = join(folder, basename(path));
        await pipeline(
          file.createReadStream({ autoClose: false, start: 0 }),
          createWriteStream(copy, { mode: 0o600 }),
        );
        return copy;
      } finally {
        await file.close();
      }
    },
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

/**
 * Opens a regular file inside an allowed folder. It is opened first and judged afterwards, by the real path of
 * the very file that is open, so that a name that is changed meanwhile opens nothing else. Whatever is wrong,
 * the answer is the same: it must not tell what there is outside.
 */
async function openInside(path: string, folders: StagingFolders): Promise<FileHandle> {
  const refusal = new Fault(
    "path_not_allowed",
    `attachment ${path} is no file in a folder that may be sent from (${folders.allowed.join(", ")})`,
  );
  // Without waiting: a named pipe would be waited on for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (file === null) throw refusal;
  try {
    const opened = await file.stat();
    const real = await realpath(path);
    const named = await stat(real);
    const isSame = opened.dev === named.dev && opened.ino === named.ino;
    if (isSame && opened.isFile() && (await isAllowed(real, folders))) return file;
  } catch {
    // Gone meanwhile.
  }
  await file.close();
  throw refusal;
}

/** Under an allowed folder, under no forbidden one, with no dot-folder and no Library on the way. */
async function isAllowed(real: string, { allowed, forbidden }: StagingFolders): Promise<boolean> {
  for (const folder of forbidden) if ((await inside(real, folder)) !== null) return false;
  for (const folder of allowed) {
    const steps = await inside(real, folder);
    if (steps !== null) return !steps.some((step) => step.startsWith(".") || step === "Library");
  }
  return false;
}

/** The folders and the name that lead from `folder` to a file; null when it is not in there. */
async function inside(real: string, folder: string): Promise<string[] | null> {
  const base = await realpath(folder).catch(() => null);
  if (base === null || dirname(real) === real) return null;
  const way = relative(base, real);
  return way === "" || way === ".." || way.startsWith(`..${sep}`) ? null : way.split(sep);
}
