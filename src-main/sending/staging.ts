import { constants, createWriteStream } from "node:fs";
import { mkdir, open, readdir, realpath, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../src-shared/faults.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";

/** Largest file that is sent, in bytes. */
const LARGEST = 100 * 1024 * 1024;
/** Messages has long taken its own copy by then. */
const KEEP_MS = 60 * 60 * 1_000;

/** Files on their way out: copied to where Messages may read them, under the name they had. */
export interface Staging {
  /** Copies the file at `path`; returns the copy's path. Throws a Fault that says why not. */
  stage(path: string): Promise<string>;
  /** Removes copies older than an hour. */
  sweep(): Promise<void>;
}

/** The folders whose files may be sent by path. */
export function defaultAllowedFolders(): string[] {
  const home = ["Pictures", "Downloads", "Desktop", "Documents"].map((name) => join(homedir(), name));
  return [...home, tmpdir()];
}

/** Stages into `folder`, out of `allowed` folders only. */
export function openStaging(options: {
  folder: string;
  allowed: readonly string[];
  clock: Clock;
  randomness: Randomness;
}): Staging {
  return {
    async stage(path) {
      if (!(await isAllowed(path, options.allowed))) {
        throw new Fault(
          "path_not_allowed",
          `attachment ${path} is not in a folder that may be sent from (${options.allowed.join(", ")})`,
        );
      }
      // Opened once: what is checked is what is copied, whatever happens to the name meanwhile.
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
        throw new Fault("invalid_request", `attachment ${path} cannot be read`, { cause });
      });
      try {
        const { size } = await regular(file, path);
        if (size > LARGEST) throw new Fault("payload_too_large", `attachment ${path} is larger than 100 MB`);
        const folder = join(options.folder, options.randomness.uuid());
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const copy = join(folder, basename(path));
        await pipeline(file.createReadStream({ autoClose: false }), createWriteStream(copy, { mode: 0o600 }));
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
        if (options.clock.now() - mtimeMs > KEEP_MS) await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function regular(file: Awaited<ReturnType<typeof open>>, path: string): Promise<{ size: number }> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new Fault("invalid_request", `attachment ${path} is not a file`);
  return stats;
}

/** Under an allowed folder by its real path, with no dot-folder and no Library on the way. */
async function isAllowed(path: string, allowed: readonly string[]): Promise<boolean> {
  const real = await realpath(path).catch(() => null);
  if (real === null) throw new Fault("invalid_request", `attachment ${path} is not there`);
  for (const folder of allowed) {
    const base = await realpath(folder).catch(() => null);
    if (base === null) continue;
    const inside = relative(base, real);
    if (inside === "" || inside.startsWith("..")) continue;
    const steps = inside.split(sep);
    return !steps.some((step) => step.startsWith(".") || step === "Library");
  }
  return false;
}
