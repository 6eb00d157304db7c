import type { LogLine, LogPage, LogQuery } from "../../src-shared/domain/log-line.ts";
import { LogArea, type LogLevel } from "../../src-shared/domain/log-line.ts";
import { LOG_LEVELS } from "../../src-shared/settings.ts";
import type { Clock } from "../ports/clock.ts";
import { isSecretName, REDACTED, redacted, redactedText } from "./redact.ts";

/** As many lines as a window can show. */
const MOST_LINES = 10_000;
/** What they may take, in bytes as `weightOf` reckons. */
const MOST_BYTES = 16 * 1024 * 1024;
const LONGEST_DETAIL = 400;

/** The newest lines, in memory, whatever level the file has. */
export interface LogTail {
  /**
   * Keeps a line. The sentence comes clean of secrets (`redactedText`), as it goes to the file too; `members` may hold
   * anything: keys, secrets and people's words in it are not kept.
   */
  add(level: LogLevel, sentence: string, ...members: (object | null | undefined)[]): void;
  /** The newest that match, oldest first. */
  recent(query: LogQuery): LogPage;
  /** Every kept line after the one with this id, oldest first. */
  after(id: number): LogLine[];
  /** The id of the newest line; 0 when there was none. */
  newest(): number;
  /** Calls after each line. Returns how to stop that. */
  subscribe(listener: () => void): () => void;
}

/** Begins with nothing: what earlier runs logged is in the files. */
export function openLogTail(options: { clock: Clock; mostLines?: number; mostBytes?: number }): LogTail {
  const { clock, mostLines = MOST_LINES, mostBytes = MOST_BYTES } = options;
  /** The line with the id n is in slot n % mostLines. */
  const slots: (LogLine | undefined)[] = [];
  const listeners = new Set<() => void>();
  const byLevel: Record<LogLevel, number> = { error: 0, warn: 0, info: 0, debug: 0 };
  let oldest = 1;
  let newest = 0;
  let bytes = 0;

  const dropOldest = (): void => {
    const line = slots[oldest % mostLines];
    slots[oldest % mostLines] = undefined;
    oldest += 1;
    if (line === undefined) return;
    byLevel[line.level] -= 1;
    bytes -= weightOf(line);
  };
  function* backwards(from: number): Generator<LogLine> {
    for (let id = Math.min(from, newest); id >= oldest; id -= 1) {
      const line = slots[id % mostLines];
      if (line !== undefined) yield line;
    }
  }

  return {
    add(level, sentence, ...members) {
      const line = lineOf(newest + 1, clock.now(), level, sentence, members);
      if (newest - oldest + 1 >= mostLines) dropOldest();
      newest += 1;
      slots[newest % mostLines] = line;
      byLevel[level] += 1;
      bytes += weightOf(line);
      while (bytes > mostBytes && oldest < newest) dropOldest();
      for (const listener of listeners) listener();
    },
    recent({ limit, level, text, before }) {
      const severity = LOG_LEVELS.indexOf(level ?? "debug");
      const sought = text?.toLowerCase() ?? "";
      const lines: LogLine[] = [];
      let hasMore = false;
      for (const line of backwards((before ?? newest + 1) - 1)) {
        if (LOG_LEVELS.indexOf(line.level) > severity || !contains(line, sought)) continue;
        hasMore = lines.length === limit;
        if (hasMore) break;
        lines.push(line);
      }
      const { warn: warnings, error: errors } = byLevel;
      return {
        lines: lines.reverse(),
        hasMore,
        kept: newest - oldest + 1,
        total: newest,
        warnings,
        errors,
      };
    },
    after(id) {
      const lines: LogLine[] = [];
      for (const line of backwards(newest)) {
        if (line.id <= id) break;
        lines.push(line);
      }
      return lines.reverse();
    },
    newest: () => newest,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function lineOf(
  id: number,
  at: number,
  level: LogLevel,
  sentence: string,
  members: readonly (object | null | undefined)[],
): LogLine {
  const line: LogLine = {
    id,
    at,
    level,
    area: "app",
    sentence,
    tookMs: null,
    detail: {},
  };
  for (const from of members) {
    if (from instanceof Error) put(line, "err", from);
    else if (from) for (const name in from) put(line, name, Reflect.get(from, name));
  }
  return line;
}

const AREAS: ReadonlySet<unknown> = new Set(LogArea.options);
const isArea = (value: unknown): value is LogArea => AREAS.has(value);

/** JSON, by which a line travels, knows no others. */
const isFigure = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function put(line: LogLine, name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  if (name === "area" && isArea(value)) line.area = value;
  else if (name === "took_ms" && isFigure(value)) line.tookMs = value;
  else line.detail[name] = value !== null && isSecretName(name) ? REDACTED : told(value);
}

/** A value as a detail: in one line, and not too long. */
function told(value: unknown): string | number | null {
  if (value === null || isFigure(value)) return value;
  if (typeof value === "string") return cut(redactedText(value));
  if (value instanceof Error) return cut(redactedText(value.message));
  if (typeof value === "object") return cut(JSON.stringify(redacted(value)) ?? "");
  return String(value);
}

function cut(text: string): string {
  return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}…` : text;
}

function contains(line: LogLine, sought: string): boolean {
  if (sought === "" || line.area.includes(sought)) return true;
  if (line.sentence.toLowerCase().includes(sought)) return true;
  return Object.values(line.detail).some((value) => String(value).toLowerCase().includes(sought));
}

/** About what a line takes in memory: objects and slots, and two bytes a character at worst. */
function weightOf(line: LogLine): number {
  let weight = 200 + 2 * line.sentence.length;
  for (const name in line.detail) {
    const value = line.detail[name];
    weight += 40 + (typeof value === "string" ? 2 * value.length : 0);
  }
  return weight;
}
