import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { type FileIdentity, fileIdentity, sameFile } from "./connection.ts";

/** Something that notices writes to chat.db. */
export interface Watcher {
  stop(): void;
  /** Watches again what has been recreated since; cheap when nothing has. */
  rearm(): void;
}

/** How a watcher is made; handed in, so that a test can do without the system's. */
export type Watch = (path: string, noticed: () => void) => Watcher;

interface Armed {
  watcher: FSWatcher;
  /** Which file it is on: a watch follows the file, not the name. */
  file: FileIdentity;
}

/**
 * Watches chat.db's write-ahead log and the folder it lies in. Both are needed: on macOS a file is watched by
 * kqueue (at once) and a folder by FSEvents (later), and the log is recreated as another file after a
 * checkpoint, which leaves a watch on the old one deaf. A "rename" may mean that; on macOS plain writes come as
 * "rename" too, so whether the log is another one is told by its identity.
 *
 * chat.db itself is not watched. The system's watch holds the file open, and closing it would drop the locks
 * that SQLite holds on it in this process. `noticed` may be called too often, never too rarely for long: the
 * feed polls as well.
 */
export const watchFiles: Watch = (path, noticed) => {
  const folder = dirname(path);
  const log = `${path}-wal`;
  const name = basename(path);
  const armed = new Map<string, Armed>();

  const disarm = (target: string): void => {
    armed.get(target)?.watcher.close();
    armed.delete(target);
  };
  const arm = (target: string, heard: (kind: string, file: string | null) => void): void => {
    const file = fileIdentity(target);
    if (sameFile(armed.get(target)?.file ?? null, file)) return;
    disarm(target);
    if (file === null) return;
    const watcher = watch(target, { persistent: false }, heard);
    watcher.on("error", () => disarm(target));
    armed.set(target, { watcher, file });
  };
  const rearm = (): void => {
    try {
      arm(folder, (kind, file) => {
        if (file !== null && file !== name && file !== `${name}-wal`) return;
        // What the log's own watch has said already is not worth saying twice.
        if (kind === "rename" || !armed.has(log)) heard(kind);
      });
      arm(log, heard);
    } catch {
      // Refused, or gone in between: the next event or the poll comes back to it.
    }
  };
  function heard(kind: string): void {
    if (kind === "rename" || !armed.has(log)) rearm();
    noticed();
  }

  rearm();
  return {
    rearm,
    stop: () => {
      for (const target of [...armed.keys()]) disarm(target);
    },
  };
};
