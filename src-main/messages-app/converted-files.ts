import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { Fault } from "../../src-shared/faults.ts";
import type { Converter, Format } from "./converter.ts";

const MB = 1024 * 1024;
const AT_ONCE = 2;
/** What is kept of earlier conversions, and how large a file may be to be converted. */
const LIMITS = { files: 200, bytes: 512 * MB, sourceBytes: 100 * MB };

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
  /** A folder and the file's name in it. Throws a Fault that says why there is none. */
  get(format: Format, source: ConversionSource): Promise<{ root: string; path: string }>;
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
  const underWay = new Map<string, Promise<void>>();
  const inTurn = atMost(AT_ONCE);
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

  async function make(name: string, format: Format, source: ConversionSource): Promise<void> {
    await emptied;
    if (ending.signal.aborted) throw stopping();
    const work = join(folder, `${name}.work`);
    const made = join(work, `made.${format}`);
    try {
      const copy = join(work, `original${endingOf(source.path)}`);
      await mkdir(work, { recursive: true, mode: 0o700 });
      await copyFile(source.path, copy);
      await chmod(copy, 0o600);
      const conversion = await converter.convert(format, copy, made, ending.signal);
      if (ending.signal.aborted) throw stopping();
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
    async get(format, source) {
      if (source.size > limits.sourceBytes) {
        const most = Math.floor(limits.sourceBytes / MB);
        throw new Fault(
          "invalid_request",
          `attachment ${source.guid} is larger than ${most} MB; ask for it without format`,
        );
      }
      const name = `${keyOf(source)}.${format}`;
      await once(name, async () => {
        if (await isKept(name)) return;
        const lacking = await converter.lacks(format);
        if (lacking !== null) {
          throw new Fault(
            "feature_unavailable",
            `${lacking} is not on this computer: conversion works on a Mac only; ask for the file without format`,
          );
        }
        await inTurn(() => make(name, format, source));
      });
      return { root: folder, path: name };
    },
    async close() {
      ending.abort();
      await Promise.allSettled([emptied, ...underWay.values()]);
      await empty();
    },
  };

  /** Whoever asks while it is being made waits for the same. */
  function once(name: string, run: () => Promise<void>): Promise<void> {
    const running = underWay.get(name) ?? run().finally(() => underWay.delete(name));
    underWay.set(name, running);
    return running;
  }
}

const stopping = (): Fault => new Fault("shutting_down", "Bellhop is stopping");

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
    ? new Fault("not_found", `attachment ${guid} has just been removed`, { cause })
    : new Fault(
        "storage_unavailable",
        "Bellhop cannot write to its data folder; free some space there, or let Bellhop write to it",
        { cause },
      );
}

/** Runs at most `count` at once, the others in their turn. */
function atMost(count: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
