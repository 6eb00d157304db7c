import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import type { SimulatedMessages } from "../../../testing/simulated-messages.ts";

/** Whether the system shows how a process holds its files open: on Linux. */
export const showsOpenFiles = process.platform === "linux";

/** How this process holds the file at `path` open, once for each time: `true` where it may write. */
export function writableHandles(path: string): boolean[] {
  const real = realpathSync(path);
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) !== real) return [];
      const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "";
      // O_ACCMODE: 0 is for reading only.
      return [(Number.parseInt(flags, 8) & 3) !== 0];
    } catch {
      // The handle that read the folder itself.
      return [];
    }
  });
}

/** What a checkpoint by the writer came to: whether a reader stood in its way, and how much log is left, in bytes. */
export function checkpoint(messages: SimulatedMessages): { busy: number; log: number } {
  const [result] = messages.store.database
    .prepare<[], { busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")
    .all();
  return { busy: result?.busy ?? -1, log: statSync(`${messages.path}-wal`).size };
}

/** A checkpoint that nobody stood in the way of. */
export const UNHINDERED = { busy: 0, log: 0 };
