import { constants, createWriteStream } from "node:fs";
import { chmod, copyFile, type FileHandle, open, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../../src-shared/faults.ts";
import { LARGEST_FILE } from "../../files/limits.ts";

/** A file that may be sent, open. Whatever happens to its path meanwhile, it is this one that goes. */
export interface OpenedFile {
  file: FileHandle;
  /** What a fault calls it. */
  what: string;
}

/** A copy that Messages may read. */
export interface StagedFile {
  /** Absolute; the copy has a folder of its own. */
  path: string;
  /** The last step of `path`: as the other side sees it. */
  name: string;
  sizeBytes: number;
}

/** Files in `allowed` may be sent, unless they are in one of `forbidden`. */
export interface AllowedFolders {
  allowed: readonly string[];
  forbidden: readonly string[];
}

/** Without waiting: a named pipe would be waited on for ever. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** A path in which `~/` stands for the home folder. */
export function withHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

/**
 * Opens a regular file inside an allowed folder. It is opened first and judged afterwards, by the real path of
 * the very file that is open, so that a name that is changed meanwhile opens nothing else. Whatever is wrong,
 * the answer is the same: it must not tell what there is outside.
 */
export async function openAllowed(given: string, folders: AllowedFolders): Promise<OpenedFile> {
  const path = withHome(given);
  const refusal = new Fault(
    "path_not_allowed",
    `attachment ${given}: there is no such file, or it is in none of the folders that may be sent from (${folders.allowed.join(", ")}); upload it (POST /api/v1/files), or name its folder in allowedFolders`,
  );
  const file = isAbsolute(path) ? await open(path, OPEN_FLAGS).catch(() => null) : null;
  if (file === null) throw refusal;
  try {
    const opened = await file.stat();
    const real = await realpath(path);
    const named = await stat(real);
    const isSame = opened.dev === named.dev && opened.ino === named.ino;
    if (isSame && opened.isFile() && (await isAllowed(real, folders))) {
      return { file, what: `attachment ${given}` };
    }
  } catch {
    // Gone meanwhile.
  }
  await file.close();
  throw refusal;
}

/** Opens a file that was uploaded. Throws not_found when it is not there any more. */
export async function openOwn(path: string, id: string): Promise<OpenedFile> {
  const file = await open(path, OPEN_FLAGS).catch((cause: unknown) => {
    throw new Fault("not_found", `there is no file ${id} any more; upload it again`, { cause });
  });
  return { file, what: `file ${id}` };
}

/**
 * Copies an open file to a new one at `to` (0600) and has it on the disk; returns the copy's size in bytes. Its data
 * alone: extended attributes, such as a quarantine's, stay behind. Where the system can, the copy shares the
 * original's blocks (Linux: the file system must, too; what Node runs on makes no clones on macOS).
 * Throws payload_too_large.
 */
export async function copyOpened({ file, what }: OpenedFile, to: string): Promise<number> {
  const { size } = await file.stat();
  if (size > LARGEST_FILE) throw new Fault("payload_too_large", `${what} is larger than 100 MB`);
  // By the descriptor: the path may be another file's by now.
  const isCloned =
    process.platform === "linux" &&
    (await copyFile(`/proc/self/fd/${file.fd}`, to, constants.COPYFILE_FICLONE).then(
      () => true,
      () => false,
    ));
  if (isCloned) await chmod(to, 0o600);
  // No more than it had, though it may be growing.
  else if (size > 0) {
    const bytes = file.createReadStream({ autoClose: false, start: 0, end: size - 1 });
    await pipeline(bytes, createWriteStream(to, { mode: 0o600 }));
  }
  const copy = await open(to, "a", 0o600);
  try {
    await copy.sync();
    return (await copy.stat()).size;
  } finally {
    await copy.close();
  }
}

/** Under an allowed folder, under no forbidden one, with no dot-folder and no Library on the way. */
async function isAllowed(real: string, { allowed, forbidden }: AllowedFolders): Promise<boolean> {
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
