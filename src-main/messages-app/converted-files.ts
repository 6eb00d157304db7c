import { createHash } from "node:crypto";
import { chmod, copyFile, lstat, mkdir, rename, rm, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { Fault } from "../../src-shared/faults.ts";
import type { Converter, Format } from "./converter.ts";

const MB = 1024 * 1024;
const AT_ONCE = 2;
/** What is kept of earlier conversions, how large a file may be to be converted, and how many may wait for it. */
const LIMITS = { files: 200, bytes: 512 * MB, sourceBytes: 100 * MB, waiting: 20 };
/** When to ask again while too many wait, in seconds. */
const BUSY_RETRY = 10;

/** A file to convert, as it is right now. */
export interface ConversionSource {
  guid: string;
  /** Absolute, without links. */
  path: string;
  size: number;
  mtimeMs: number;
}

/** Attachments in other formats: converted when first asked for, then kept for a while. */
export interface ConvertedFiles {
  /**
   * A folder and the file's name in it. Throws a Fault that says why there is none: `busy` when too many wait.
   * When the signals of all who asked for it are aborted it is given up.
   */
  get(
    format: Format,
    source: ConversionSource,
    signal?: AbortSignal,
  ): Promise<{ root: string; path: string }>;
  /** Gives up what is under way, and removes everything. */
  close(): Promise<void>;
}

/**
 * Converts copies in `folder`, which it empties when it starts and when it ends: what correspondents sent is not
 * to lie about outside of Messages' folder for longer than it is useful. Of a file that has changed, it makes
 * another.
 */
export function openConvertedFiles({
  folder,
  converter,
  limits = LIMITS,
}: {
  folder: string;
  converter: Converter;
  limits?: typeof LIMITS;
}): ConvertedFiles {
  /** Sizes by name, the longest unused first. */
  const kept = new Map<string, number>();
  const underWay = new Map<string, Shared>();
  const inTurn = atMost(AT_ONCE, limits.waiting);
  const ending = new AbortController();
  const empty = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => {});
  const emptied = empty();

  async function isKept(name: string): Promise<boolean> {
    const size = kept.get(name);
    if (size === undefined) return false;
    kept.delete(name);
    const isThere = await stat(join(folder, name)).then(
      (file) => file.size === size,
      () => false,
    );
    if (isThere) kept.set(name, size);
    return isThere;
  }

  async function make(
    name: string,
    format: Format,
    source: ConversionSource,
    unwanted: AbortSignal,
  ): Promise<void> {
    await emptied;
    const signal = AbortSignal.any([ending.signal, unwanted]);
    const goOn = (): void => {
      if (ending.signal.aborted) throw stopping();
      if (unwanted.aborted) throw left();
    };
    goOn();
    const work = join(folder, `${name}.work`);
    const made = join(work, `made.${format}`);
    try {
      const copy = join(work, `original${endingOf(source.path)}`);
      await mkdir(work, { recursive: true, mode: 0o700 });
      // A pipe in its place would never end.
      if (!(await lstat(source.path).catch(() => null))?.isFile()) throw removed(source.guid);
      await copyFile(source.path, copy);
      await chmod(copy, 0o600);
      const conversion = await converter.convert(format, copy, made, signal);
      goOn();
      if (conversion.outcome === "failed") {
        const { tool, reason } = conversion;
        throw new Fault("messages_error", `${tool} could not convert attachment ${source.guid}: ${reason}`);
      }
      await chmod(made, 0o600);
      const { size } = await stat(made);
      await rename(made, join(folder, name));
      kept.set(name, size);
    } catch (thrown) {
      throw thrown instanceof Fault ? thrown : faultOf(thrown, source.guid);
    } finally {
      await rm(work, { recursive: true, force: true }).catch(() => {});
    }
    await forgetOldest();
  }

  /** All but the newest may go: that one is about to be sent. */
  async function forgetOldest(): Promise<void> {
    let bytes = [...kept.values()].reduce((sum, size) => sum + size, 0);
    for (const [name, size] of [...kept]) {
      if (kept.size === 1 || (kept.size <= limits.files && bytes <= limits.bytes)) return;
      kept.delete(name);
      bytes -= size;
      await rm(join(folder, name), { force: true }).catch(() => {});
    }
  }

  return {
    async get(format, source, signal) {
      if (source.size > limits.sourceBytes) {
        const most = Math.floor(limits.sourceBytes / MB);
        throw new Fault(
          "invalid_request",
          `attachment ${source.guid} is larger than ${most} MB; ask for it without format`,
        );
      }
      const name = `${keyOf(source)}.${format}`;
      await once(name, signal, async (unwanted) => {
        if (await isKept(name)) return;
        const lacking = await converter.lacks(format);
        if (lacking !== null) {
          throw new Fault(
            "feature_unavailable",
            `${lacking} is not on this computer: conversion works on a Mac only; ask for the file without format`,
          );
        }
        await inTurn(() => make(name, format, source, unwanted), unwanted);
      });
      return { root: folder, path: name };
    },
    async close() {
      ending.abort();
      await Promise.allSettled([emptied, ...[...underWay.values()].map(({ made }) => made)]);
      await empty();
    },
  };

  /** Whoever asks while it is being made waits for the same; without anybody who waits it is given up. */
  async function once(
    name: string,
    signal: AbortSignal | undefined,
    run: (unwanted: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (signal?.aborted) throw left();
    const known = underWay.get(name);
    const shared = known && !known.unwanted.signal.aborted ? known : start(name, run);
    shared.waiting += 1;
    const leave = (): void => {
      shared.waiting -= 1;
      if (shared.waiting === 0) shared.unwanted.abort();
    };
    signal?.addEventListener("abort", leave, { once: true });
    try {
      await shared.made;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  function start(name: string, run: (unwanted: AbortSignal) => Promise<void>): Shared {
    const unwanted = new AbortController();
    // The one before it, that was given up, still clears away what it left.
    const before = underWay.get(name)?.made.catch(() => {}) ?? Promise.resolve();
    const made = before
      .then(() => run(unwanted.signal))
      .finally(() => {
        if (underWay.get(name) === shared) underWay.delete(name);
      });
    const shared: Shared = { made, unwanted, waiting: 0 };
    underWay.set(name, shared);
    return shared;
  }
}

/** A conversion and how many wait for it. */
interface Shared {
  made: Promise<void>;
  unwanted: AbortController;
  waiting: number;
}

const stopping = (): Fault => new Fault("shutting_down", "Bellhop is stopping");
/** Nobody is there to read it. */
const left = (): Fault => new Fault("busy", "nobody waits for the conversion any more");
const removed = (guid: string, cause?: unknown): Fault =>
  new Fault("not_found", `attachment ${guid} has just been removed`, { cause });

/** Changes with the file; says nothing about it. */
function keyOf({ guid, path, size, mtimeMs }: ConversionSource): string {
  return createHash("sha256")
    .update(JSON.stringify([guid, path, size, mtimeMs]))
    .digest("hex")
    .slice(0, 40);
}

/** Some decoders go by it. Only a plain one: it becomes part of an argument. */
function endingOf(path: string): string {
  const ending = extname(path).toLowerCase();
  return /^\.[a-z0-9]{1,8}$/.test(ending) ? ending : "";
}

function faultOf(cause: unknown, guid: string): Fault {
  const { code, syscall }: NodeJS.ErrnoException = cause instanceof Error ? cause : new Error();
  return code === "ENOENT" && syscall === "copyfile"
    ? removed(guid, cause)
    : new Fault(
        "storage_unavailable",
        "Bellhop cannot write to its data folder; free some space there, or let Bellhop write to it",
        { cause },
      );
}

/**
 * Runs at most `count` at once, the others in their turn. Throws `busy` when `most` wait already; whose signal is
 * aborted while it waits is not run.
 */
function atMost(count: number, most: number): <T>(run: () => Promise<T>, signal: AbortSignal) => Promise<T> {
  let free = count;
  const waiting = new Set<() => void>();
  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener("abort", give);
        resolve();
      };
      const give = (): void => {
        waiting.delete(begin);
        reject(left());
      };
      waiting.add(begin);
      signal.addEventListener("abort", give, { once: true });
    });
  return async (run, signal) => {
    if (signal.aborted) throw left();
    if (free > 0) free -= 1;
    else if (waiting.size < most) await turn(signal);
    else
      throw new Fault("busy", "too many conversions are waiting; ask again in a moment", {
        retryAfter: BUSY_RETRY,
      });
    try {
      return await run();
    } finally {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else free += 1;
    }
  };
}
