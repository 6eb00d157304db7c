import { EventEmitter } from "node:events";
import pino, {
  type ChildLoggerOptions,
  type DestinationStream,
  type Level,
  type LogFn,
  type Logger,
} from "pino";
import { z } from "zod";
import { LogLevel } from "../../src-shared/domain/log-line.ts";
import { openLogFile } from "./log-file.ts";
import type { LogTail } from "./log-tail.ts";
import { redactedMembers, redactedText } from "./redact.ts";

/**
 * Structured log lines: `log.debug({ area: "webhook", took_ms: 22, seq: 48171 }, "home-assistant took 48,171")`. Never
 * meant to be given keys, secrets or the text of messages; should one slip in at whatever depth, it is not written.
 */
export type Log = Logger;

const LARGEST_FILE = 10 * 1024 * 1024;
const FILES = 5;

export interface LogOptions {
  folder: string;
  /** The least severe line that is written to the file; a function where that may change. */
  level: Level | (() => Level);
  /** Shows what needs a person: warnings and errors, as they read them. */
  screen?: DestinationStream;
  /** Keeps everything from debug on for the window. */
  tail?: LogTail;
  /** In bytes; 10 MB. */
  largestFile?: number;
}

/**
 * Logs to `bellhop.log` in `folder` (0600; 10 MB each, five files), and what needs a person also to `screen`. Each
 * line is written before the call returns. Nothing that fails here throws.
 */
export function openLog(options: LogOptions): Log {
  const { folder, screen, tail, largestFile = LARGEST_FILE } = options;
  const levelOf = typeof options.level === "function" ? options.level : always(options.level);
  const lost = (lines: number): string =>
    `${JSON.stringify({ level: pino.levels.values.warn, time: Date.now(), pid: process.pid, msg: `${lines} lines could not be written here` })}\n`;
  const file = openLogFile({ folder, name: "bellhop", largest: largestFile, kept: FILES, lost });
  const streams: pino.StreamEntry[] = [{ level: "debug", stream: file }];
  if (screen) streams.push({ level: "warn", stream: forPeople(screen) });
  return makeLog(pino.multistream(streams), levelOf, tail);
}

/** A log that goes nowhere, but for `tail`. */
export function silentLog(tail?: LogTail): Log {
  return makeLog({ write: () => {} }, always("silent"), tail);
}

function always<T>(value: T): () => T {
  return () => value;
}

/**
 * What is below the file's level goes to the tail alone, without being serialised: a line for each delivery costs
 * microseconds. So the hook decides where a line goes, and it is where secrets are taken out, for file and tail alike.
 */
function makeLog(stream: DestinationStream, levelOf: () => Level | "silent", tail?: LogTail): Log {
  const bindings = new WeakMap<Logger, object>();
  const log = pino(
    {
      level: "debug",
      base: { pid: process.pid },
      serializers: { err: (error: unknown) => error },
      onChild(child) {
        bindings.set(child, withoutPid(child.bindings()));
      },
      hooks: {
        logMethod(args, write, number) {
          try {
            const { members, sentence: given } = read(args);
            const sentence = redactedText(given);
            const level = LogLevel.safeParse(pino.levels.labels[number]).data ?? "error";
            tail?.add(level, sentence, bindings.get(this), members);
            if (number < severity(levelOf())) return;
            put.call(this, write, members, sentence);
          } catch {
            // A getter that throws, a circle: that one line is not worth an exception where it was logged.
          }
        },
      },
    },
    stream,
  );
  // What a child is given is serialised once, before any hook; its own children find this on their way up to `log`.
  const child: (this: Log, members: pino.Bindings, options?: ChildLoggerOptions) => Log = log.child;
  return Object.assign(log, {
    child(this: Log, members: object, options?: ChildLoggerOptions): Log {
      return child.call(this, redactedMembers(members), options);
    },
  });
}

/** Writes it; the sentence is clean already. */
function put(this: Logger, write: LogFn, members: object | null, sentence: string): void {
  write.call(this, members === null ? {} : redactedMembers(members), sentence);
}

function severity(level: Level | "silent"): number {
  return pino.levels.values[level] ?? Number.POSITIVE_INFINITY;
}

/** The two ways of logging: `(sentence)` and `(members, sentence)`; an error alone is `{ err }`. */
function read(args: readonly unknown[]): { members: object | null; sentence: string } {
  const [first, second] = args;
  if (first instanceof Error) {
    return { members: { err: first }, sentence: typeof second === "string" ? second : first.message };
  }
  if (typeof first === "object" && first !== null) {
    const error = "err" in first && first.err instanceof Error ? first.err.message : "";
    return { members: first, sentence: typeof second === "string" ? second : error };
  }
  return { members: null, sentence: String(first ?? "") };
}

function withoutPid({ pid: _, ...rest }: pino.Bindings): object {
  return rest;
}

/** Lines as a person reads them: `warn: what happened`. */
function forPeople(screen: DestinationStream): DestinationStream {
  // Whoever read along has gone: nobody listens, and that is no reason to end.
  if (screen instanceof EventEmitter) screen.on("error", () => {});
  return {
    write(line) {
      const { level, msg, err } = Line.parse(JSON.parse(line));
      const name = pino.levels.labels[level] ?? "log";
      const why = err === undefined || err.message === msg ? "" : ` (${err.message})`;
      screen.write(`${name}: ${msg}${why}\n`);
    },
  };
}

const Line = z.object({
  level: z.number(),
  msg: z.string().default(""),
  err: z.object({ message: z.string() }).optional(),
});
