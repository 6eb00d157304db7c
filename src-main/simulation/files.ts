import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Chance } from "./chance.ts";
import type { Synced } from "./mortal-database.ts";

/** Copies a database with its log, as the disk holds them at this moment. Its index is made anew when it is opened. */
export function copyDatabase(from: string, to: string): void {
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}

/**
 * Takes from a copied log what a power failure may take: any of what was not waited for. What lies behind may be
 * missing, or be there in part, since a disk writes in the order it likes. Returns how many bytes were at stake.
 */
export function cutLog(path: string, synced: Pick<Synced, "upTo" | "end">, chance: Chance): number {
  const log = `${path}-wal`;
  if (!existsSync(log)) return 0;
  const bytes = readFileSync(log);
  const from = Math.min(synced.upTo(), bytes.length);
  const end = Math.min(synced.end(), bytes.length);
  if (end <= from) {
    writeFileSync(log, bytes.subarray(0, from));
    return 0;
  }
  const at = chance.between(from, end);
  const damage = chance.weighted({ "cut off": 3, "a hole": 2, rubbish: 1, nothing: 1 });
  if (damage === "a hole") bytes.fill(0, at, Math.min(end, at + chance.between(1, 4_096)));
  if (damage === "rubbish")
    for (let place = at; place < end; place += 1) bytes[place] = (place * 31 + at) & 0xff;
  writeFileSync(log, damage === "cut off" ? bytes.subarray(0, at) : bytes);
  return end - from;
}
