import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A log file that never grows without end. */
export interface LogFile {
  /**
   * Writes a line (with its line feed) before it returns, so that a crash right after it loses nothing. Never throws:
   * what cannot be written, on a full disk say, is counted, and said as soon as something can be written again.
   */
  write(line: string): void;
  /** The file that is written to. */
  readonly path: string;
  close(): void;
}

export interface LogFileOptions {
  folder: string;
  /** Without its ending: `bellhop` writes `bellhop.log`, before that `bellhop.1.log`, and so on. */
  name: string;
  /** When the next file begins, in bytes. */
  largest: number;
  /** How many files there are at most, the current one included. */
  kept: number;
  /** The line that tells how many could not be written. */
  lost(lines: number): string;
  /** Writes what follows `offset` and returns how much of it was written, as `writeSync` does. */
  writeSome?: (descriptor: number, bytes: Uint8Array, offset: number) => number;
}

/**
 * Opens a family of log files for this user only (0600). The current one always has the same name, older ones move on
 * by one, and the oldest goes. It is opened with the first line, and opened again after a failure.
 */
export function openLogFile(options: LogFileOptions): LogFile {
  const { folder, name, largest, kept, writeSome = writeSync } = options;
  const nth = (age: number): string => join(folder, age === 0 ? `${name}.log` : `${name}.${age}.log`);
  let descriptor: number | null = null;
  let size = 0;
  let lost = 0;
  let isTorn = false;

  const open = (): number => {
    if (descriptor !== null) return descriptor;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    descriptor = openSync(nth(0), "a", 0o600);
    const found = fstatSync(descriptor);
    if (found.isFile() && (found.mode & 0o777) !== 0o600) fchmodSync(descriptor, 0o600);
    size = found.size;
    return descriptor;
  };
  const close = (): void => {
    const open = descriptor;
    descriptor = null;
    if (open !== null) quietly(() => closeSync(open));
  };
  const moveOn = (): void => {
    close();
    for (let age = kept - 1; age > 0; age -= 1) quietly(() => renameSync(nth(age - 1), nth(age)));
    open();
    // Should the folder not let us rename, the file may grow by as much again before that is tried again.
    size = 0;
  };
  const put = (text: string): void => {
    const bytes = Buffer.from(isTorn ? `\n${text}` : text);
    open();
    if (size > 0 && size + bytes.length > largest) moveOn();
    let written = 0;
    while (written < bytes.length) {
      written += writeSome(open(), bytes, written);
      // Should the rest fail, the next line must not be taken for the rest.
      isTorn = written < bytes.length;
    }
    size += bytes.length;
  };

  return {
    path: nth(0),
    write(line) {
      try {
        if (lost > 0) {
          put(options.lost(lost));
          lost = 0;
        }
        put(line);
      } catch {
        lost += 1;
        close();
      }
    },
    close,
  };
}

function quietly(attempt: () => void): void {
  try {
    attempt();
  } catch {
    // It is not there, or may not be moved: the log goes on all the same.
  }
}
