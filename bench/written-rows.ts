import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { inRoot } from "../scripts/root.ts";

/** How fast another process writes messages. */
export interface Load {
  rows: number;
  /** So many in one COMMIT. */
  atOnce: number;
  everyMs: number;
}

const LIMIT_MS = 240_000;

/** Has another process write to `chatDb` as Messages does; for each guid, when its COMMIT returned, as `now`. */
export function writeRows(chatDb: string, { rows, atOnce, everyMs }: Load): Promise<Map<string, number>> {
  const writer = spawn(
    process.execPath,
    [inRoot("bench", "feed-writer.ts"), chatDb, ...[rows, atOnce, everyMs].map(String)],
    { stdio: ["ignore", "pipe", "inherit"], timeout: LIMIT_MS },
  );
  const committed = new Map<string, number>();
  createInterface(writer.stdout).on("line", (line) => {
    const [guid = "", at = ""] = line.split(" ");
    committed.set(guid, Number(at));
  });
  return new Promise((resolve, reject) => {
    writer.once("error", reject);
    writer.once("close", (code) =>
      code === 0 ? resolve(committed) : reject(new Error(`writer ended: ${code}`)),
    );
  });
}

/** The moment on a clock that all processes of this machine share, in ms. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
