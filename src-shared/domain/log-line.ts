import { z } from "zod";
import { LOG_LEVELS } from "../settings.ts";

/** Which part of Bellhop a line is about. */
export const LOG_AREAS = ["app", "feed", "events", "webhook", "sending", "http", "search", "access"] as const;
export const LogArea = z.enum(LOG_AREAS);
export type LogArea = z.infer<typeof LogArea>;

export const LogLevel = z.enum(LOG_LEVELS);
export type LogLevel = z.infer<typeof LogLevel>;

/** One thing that happened, in words. Never holds the text of a message, a key or a secret. */
export const LogLine = z.object({
  /** Counts up by one with every line since the start; begins anew with the next start. */
  id: z.int(),
  /** When, in ms since 1970. */
  at: z.int(),
  level: LogLevel,
  area: LogArea,
  sentence: z.string(),
  /** How long it took, in ms; null where that means nothing. */
  tookMs: z.number().nullable(),
  /** What else is known: `request_id`, `webhook`, `delivery`, `seq`, `status`, and so on. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});
export type LogLine = z.infer<typeof LogLine>;

/** Which of the kept lines are asked for. */
export const LogQuery = z.object({
  limit: z.int().min(1).max(10_000),
  /** The least severe that is wanted; all of them without it. */
  level: LogLevel.optional(),
  /** What sentence, area or a detail must contain, in whatever case. */
  text: z.string().max(200).optional(),
  /** Only lines before the one with this id. */
  before: z.int().optional(),
});
export type LogQuery = z.infer<typeof LogQuery>;

/** Kept lines, oldest first, with what all that are kept amount to. */
export const LogPage = z.object({
  lines: z.array(LogLine),
  /** Whether older ones are kept that would match as well. */
  hasMore: z.boolean(),
  /** How many lines are kept, of how many since the start. */
  kept: z.int(),
  total: z.int(),
  /** How many of the kept ones are warnings, and errors. */
  warnings: z.int(),
  errors: z.int(),
});
export type LogPage = z.infer<typeof LogPage>;

/** What a window says that wants the lines as they come, and again before its time is up. */
export const LogFollow = z.object({
  /** Any name the window gives itself, so that two of them do not switch each other off. */
  follower: z.string().min(1).max(64),
  on: z.boolean(),
});
export type LogFollow = z.infer<typeof LogFollow>;

/** From which line on pushes come (those after `newest`), and for how many ms before it must be asked again. */
export const LogFollowed = z.object({ newest: z.int(), forMs: z.int() });
export type LogFollowed = z.infer<typeof LogFollowed>;

/** New lines, oldest first. `missed` that were too many to be told of are left out; `log.recent` still has them. */
export const LogBatch = z.object({ lines: z.array(LogLine), missed: z.int() });
export type LogBatch = z.infer<typeof LogBatch>;
