import { existsSync } from "node:fs";
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
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (code === "ENOENT" || !seemsThere(path)) return new ReadingFailure("missing", path, thrown);
  if (
    code === "EPERM" ||
    code === "EACCES" ||
    code.startsWith("SQLITE_AUTH") ||
    code.startsWith("SQLITE_PERM")
  ) {
    return new ReadingFailure("refused", path, thrown);
  }
  const damaged = ["SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_CANTOPEN", "SQLITE_ERROR", "EISDIR"];
  if (damaged.some((known) => code.startsWith(known))) return new ReadingFailure("unreadable", path, thrown);
  return new ReadingFailure("stuck", path, thrown);
}

/** Whether the file is there as far as one may know: a refusal to look is not absence. */
function seemsThere(path: string): boolean {
  return existsSync(path);
}

/** Whether trying again with a fresh connection may help, against waiting for a lock to go. */
export function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("SQLITE_BUSY");
}
