import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Something that notices writes to chat.db. */
export interface Watcher {
  stop(): void;
  /** Watches again what has been recreated since; cheap when nothing has. */
  rearm(): void;
}

/** How a watcher is made; handed in, so that a test can do without the system's. */
export type Watch = (path: string, noticed: () => void) => Watcher;

/**
 * Watches chat.db, its write-ahead log and their folder. All three are needed: on macOS files are watched
 * by kqueue (at once) and folders by FSEvents (later), and the log is recreated as another file after a
 * checkpoint, which leaves a watch on the old one deaf. `noticed` may be called too often, never too rarely
 * for long: the feed polls as well.
 */
export const watchFiles: Watch = (path, noticed) => {
  const files = [path, `${path}-wal`];
  const watchers = new Map<string, FSWatcher>();
  const name = basename(path);
  const folder = dirname(path);

  const arm = (target: string, heard: (file: string | null) => void): void => {
    if (watchers.has(target)) return;
    try {
      const watcher = watch(target, { persistent: false }, (kind, file) => {
        // Of the folder, "rename" tells that a file in it came or went: it is deaf only when it goes itself.
        if (kind === "rename" && (target !== folder || file === basename(folder))) disarm(target);
        heard(file);
      });
      watcher.on("error", () => disarm(target));
      watchers.set(target, watcher);
    } catch {
      // Not there (yet), or refused: the folder's watch or the poll comes back to it.
    }
  };
  const disarm = (target: string): void => {
    watchers.get(target)?.close();
    watchers.delete(target);
  };
  const armFiles = (): void => {
    for (const file of files) arm(file, noticed);
  };
  const rearm = (): void => {
    arm(folder, (file) => {
      if (file !== null && !file.startsWith(name)) return;
      armFiles();
      noticed();
    });
    armFiles();
  };

  rearm();
  return {
    rearm,
    stop: () => {
      for (const target of [...watchers.keys()]) disarm(target);
    },
  };
};
