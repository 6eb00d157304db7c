import { statSync } from "node:fs";
import type { ReadingProblem } from "../../src-shared/status.ts";

/** chat.db could not be read, and why. */
export class ReadingFailure extends Error {
  readonly problem: ReadingProblem;

  constructor(problem: ReadingProblem, path: string, cause?: unknown) {
    super(`${path} is ${problem}`, { cause });
    this.name = "ReadingFailure";
    this.problem = problem;
  }
}

/**
 * What an error of opening or reading chat.db means. macOS without Full Disk Access answers EPERM, or
 * SQLite says "authorization denied" (code 23, SQLITE_AUTH).
 */
export function readingFailure(thrown: unknown, path: string): ReadingFailure {
  if (thrown instanceof ReadingFailure) return thrown;
  return new ReadingFailure(problemOf(codeOf(thrown), path), path, thrown);
}

const REFUSED = ["EPERM", "EACCES", "SQLITE_AUTH", "SQLITE_PERM"];
const DAMAGED = ["SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_CANTOPEN", "SQLITE_ERROR", "EISDIR"];

function problemOf(code: string, path: string): ReadingProblem {
  if (REFUSED.some((known) => code.startsWith(known))) return "refused";
  if (code === "ENOENT" || code === "ENOTDIR") return "missing";
  const system = systemsWord(path);
  if (system !== null) return system;
  return DAMAGED.some((known) => code.startsWith(known)) ? "unreadable" : "stuck";
}

/** A refusal to look is not absence: macOS without Full Disk Access refuses even that. */
function systemsWord(path: string): ReadingProblem | null {
  try {
    return statSync(path).isFile() ? null : "unreadable";
  } catch (thrown) {
    return REFUSED.includes(codeOf(thrown)) ? "refused" : "missing";
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

/** Whether SQLite threw it. */
export function isSqliteError(thrown: unknown): boolean {
  return codeOf(thrown).startsWith("SQLITE_");
}

/** Whether trying again with a fresh connection may help, against waiting for a lock to go. */
export function isBusy(thrown: unknown): boolean {
  return codeOf(thrown).startsWith("SQLITE_BUSY");
}
