import { join } from "node:path";
import pino, { type DestinationStream, type Level, type Logger } from "pino";
import { z } from "zod";

/** Structured log lines. Never given keys, secrets or the text of messages. */
export type Log = Logger;

/** Should one of these slip into a line all the same, its value is not written. */
const SECRET = ["key", "secret", "token", "body", "text", "*.key", "*.secret", "*.token", "*.body", "*.text"];

/** Logs to `bellhop.log` in `folder` (0600), and what needs a person also to `screen`. */
export function openLog(options: { folder: string; level: Level; screen?: DestinationStream }): Log {
  const file = pino.destination({
    dest: join(options.folder, "bellhop.log"),
    mkdir: true,
    sync: true,
    mode: 0o600,
  });
  const streams: pino.StreamEntry[] = [{ level: options.level, stream: file }];
  if (options.screen) streams.push({ level: "warn", stream: forPeople(options.screen) });
  return pino(
    { level: options.level, base: { pid: process.pid }, redact: { paths: SECRET, censor: "[redacted]" } },
    pino.multistream(streams),
  );
}

/** Lines as a person reads them: `warn: what happened`. */
function forPeople(screen: DestinationStream): DestinationStream {
  return {
    write(line) {
      const { level, msg, err } = Line.parse(JSON.parse(line));
      const name = pino.levels.labels[level] ?? "log";
      screen.write(`${name}: ${msg}${err ? ` (${err.message})` : ""}\n`);
    },
  };
}

const Line = z.object({
  level: z.number(),
  msg: z.string().default(""),
  err: z.object({ message: z.string() }).optional(),
});

/** A log that goes nowhere. */
export function silentLog(): Log {
  return pino({ level: "silent" });
}
