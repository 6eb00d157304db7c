import { realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Fault } from "../../src-shared/faults.ts";
import type { ConvertedFiles } from "../messages-app/converted-files.ts";
import type { Format } from "../messages-app/converter.ts";
import { mediaTypeOf } from "../messages-app/media-types.ts";

/** What chat.db says of a file, as far as it matters here. */
export interface AttachmentFileRow {
  guid: string;
  /** Where Messages put it; may begin with `~/`. Null until it has a place. */
  filename: string | null;
  /** What its sender called it. */
  transfer_name: string | null;
  mime_type: string | null;
  uti: string | null;
  transfer_state: number | null;
  is_outgoing: number;
}

/** A file as it can be handed out. */
export interface AttachmentFile {
  /** The folder it was proved to lie in, and its way from there. */
  root: string;
  path: string;
  type: string;
  name: string;
}

/** The files of messages, as a caller gets them. */
export interface Attachments {
  /**
   * The file of this attachment, or what it was converted to; a file that has the format already is given as it
   * is. A conversion is given up when `signal` says that nobody waits for it any more. Throws a Fault that says why there is none: `not_found`, `path_not_allowed`, `invalid_request` for a
   * format that is not to be had, what converting throws, and what asking for the row throws.
   */
  file(guid: string, format?: Format | undefined, signal?: AbortSignal): Promise<AttachmentFile>;
}

/** `transfer_state`: accepted, preparing, transferring and finalizing. Source: IMFileTransfer. */
const UNDER_WAY = new Set([1, 2, 3, 4]);
const WAITING = 0;
const FAILED = new Set([6, 7]);
/** When to ask again for what is being downloaded, in seconds. */
const DOWNLOAD_RETRY = 5;
/** The folders in which Messages keeps what is part of a message; beside them lie databases and profiles. */
const GIVEN: ReadonlySet<string | undefined> = new Set(["Attachments", "StickerCache"]);
/** Most characters of a name; a file system takes 255 bytes. */
const LONGEST_NAME = 120;

/** What a format is made of, and what has it already. */
const CONVERSIONS: Record<
  Format,
  { type: string; isSource(type: string): boolean; same: readonly string[] }
> = {
  jpeg: {
    type: "image/jpeg",
    // SVG is a program rather than a picture; sips does not draw it.
    isSource: (type) => type.startsWith("image/") && type !== "image/svg+xml",
    same: ["image/jpeg", "image/jpg", "image/pjpeg"],
  },
  m4a: {
    type: "audio/mp4",
    isSource: (type) => type.startsWith("audio/"),
    same: ["audio/mp4", "audio/x-m4a", "audio/m4a"],
  },
};

/**
 * The attachments of the chat.db in `folder`. Only regular files in the folders for attachments and stickers there
 * are given, by their real paths: never a database, whatever a row says and wherever a link leads.
 * @param apart folders that are Bellhop's own: should they lie in there, nothing of them is given.
 */
export function openAttachments(options: {
  row(guid: string): AttachmentFileRow | null;
  folder: string;
  apart: readonly string[];
  converted: ConvertedFiles;
  home?: string;
}): Attachments {
  const { folder, converted, home = homedir() } = options;
  return {
    async file(guid, format, signal) {
      const row = options.row(guid);
      if (row === null) throw new Fault("not_found", `there is no attachment ${guid}`);
      const { root, real, size, mtimeMs } = await locate(row, folder, options.apart, home);
      const name = cleanName(row.transfer_name) || cleanName(basename(real)) || "attachment";
      const type = mediaTypeOf({ ...row, name });
      const original = { root, path: relative(root, real), type, name };
      if (format === undefined || CONVERSIONS[format].same.includes(type)) return original;
      if (!CONVERSIONS[format].isSource(type)) throw notConvertible(guid, type, format);
      const made = await converted.get(format, { guid: row.guid, path: real, size, mtimeMs }, signal);
      const madeName = `${name.replace(/\.[^.]+$/, "") || "attachment"}.${format}`;
      return { ...made, type: CONVERSIONS[format].type, name: madeName };
    },
  };
}

interface Located {
  /** The real path of Messages' folder. */
  root: string;
  real: string;
  size: number;
  mtimeMs: number;
}

async function locate(
  row: AttachmentFileRow,
  folder: string,
  apart: readonly string[],
  home: string,
): Promise<Located> {
  // Of what comes in, there may be a part; what goes out lies here whole.
  const isPartial = row.is_outgoing === 0 && UNDER_WAY.has(row.transfer_state ?? -1);
  if (row.filename === null || isPartial) throw notHere(row);
  const named = row.filename.startsWith("~/") ? join(home, row.filename.slice(2)) : row.filename;
  const path = resolve(named);
  const outside = new Fault(
    "path_not_allowed",
    `attachment ${row.guid} is recorded outside of Messages' folders for attachments, and only files in there are handed out`,
  );
  const root = await realpath(folder).catch(() => resolve(folder));
  // Asked before the disk is: nobody learns what there is elsewhere.
  const mayBeInside = isAbsolute(named) && (isGiven(stepsTo(path, folder)) || isGiven(stepsTo(path, root)));
  if (!mayBeInside || named.includes("\0")) throw outside;
  const real = await realpath(path).catch((thrown: unknown) => {
    throw unreachable(thrown, row);
  });
  if (!isGiven(stepsTo(real, root)) || (await isIn(real, apart, root))) throw outside;
  const found = await stat(real).catch((thrown: unknown) => {
    throw unreachable(thrown, row);
  });
  if (!found.isFile())
    throw new Fault("not_found", `attachment ${row.guid} is no file, but a folder or a device`);
  return { root, real, size: found.size, mtimeMs: found.mtimeMs };
}

/** The folders and the name that lead from `folder` to `path`; null when it is not in there. */
function stepsTo(path: string, folder: string): string[] | null {
  const way = relative(folder, path);
  return way === "" || way === ".." || way.startsWith(`..${sep}`) ? null : way.split(sep);
}

/** In one of the folders that are given, and in none that is hidden. */
function isGiven(steps: string[] | null): boolean {
  return (
    steps !== null &&
    steps.length > 1 &&
    GIVEN.has(steps[0]) &&
    !steps.slice(0, -1).some((step) => step.startsWith("."))
  );
}

/** Whether it lies in one of `folders`, of which those count that lie inside `root` themselves. */
async function isIn(real: string, folders: readonly string[], root: string): Promise<boolean> {
  for (const folder of folders) {
    const base = await realpath(folder).catch(() => null);
    if (base !== null && stepsTo(base, root) !== null && stepsTo(real, base) !== null) return true;
  }
  return false;
}

function unreachable(thrown: unknown, row: AttachmentFileRow): Fault {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  if (code !== "EACCES" && code !== "EPERM") return notHere(row);
  return new Fault(
    "reading_unavailable",
    `macOS does not let Bellhop read attachment ${row.guid}; switch on Full Disk Access for it in System Settings`,
    { cause: thrown },
  );
}

/**
 * Known, but not on this Mac. 404 whatever the reason, since it may never come: a client that repeats every 503
 * would do so for ever. Only of what is on its way it is said when to ask again.
 */
function notHere({ guid, transfer_state: state }: AttachmentFileRow): Fault {
  if (state !== null && UNDER_WAY.has(state)) {
    const sentence = `attachment ${guid} is not on this Mac yet: Messages is still transferring it`;
    return new Fault("not_found", sentence, { retryAfter: DOWNLOAD_RETRY });
  }
  if (state === WAITING) {
    return new Fault("not_found", `attachment ${guid} is not on this Mac: Messages has not downloaded it`);
  }
  const why =
    state !== null && FAILED.has(state) ? "its transfer failed" : "its file is gone, or in iCloud only";
  return new Fault("not_found", `attachment ${guid} is not on this Mac: ${why}`);
}

function notConvertible(guid: string, type: string, format: Format): Fault {
  const others = Object.entries(CONVERSIONS).flatMap(([name, { isSource }]) =>
    isSource(type) ? [name] : [],
  );
  const possible = others.length > 0 ? `it can be had as ${others.join(", ")}, or as it is` : "only as it is";
  return new Fault(
    "invalid_request",
    `format: attachment ${guid} is ${type}, not to be had as ${format} (${possible})`,
  );
}

/**
 * A name that a stranger chose, fit for a file: its last step, without controls and without the marks that turn
 * the direction of writing, behind which an ending hides.
 */
function cleanName(name: string | null): string {
  const last = (name ?? "").toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const plain = last.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ").trim();
  if (plain === "." || plain === "..") return "";
  const letters = [...plain];
  if (letters.length <= LONGEST_NAME) return plain;
  const ending = [...(/(?:\.[^.]{1,16})?$/.exec(plain)?.[0] ?? "")];
  return [...letters.slice(0, LONGEST_NAME - ending.length), ...ending].join("");
}
