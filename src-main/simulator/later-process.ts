import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Later, parseLater } from "./later.ts";

/**
 * Hands what Messages still does to a process of its own, which outlives the stand-in and whoever kills it.
 * `program` is what to start, `--later FILE` is added.
 */
export function handOn(step: Later, simulatedDir: string, program: readonly string[]): void {
  const file = join(simulatedDir, `later-${randomUUID()}.json`);
  // A file, for a text may be longer than an argument.
  writeFileSync(file, JSON.stringify(step), { mode: 0o600 });
  const [path = process.execPath, ...args] = program;
  spawn(path, [...args, "--later", file], { detached: true, stdio: "ignore" }).unref();
}

/** Takes what was handed on. Throws when there is no such file. */
export function takeOver(file: string): Later {
  const step = parseLater(readFileSync(file, "utf8"));
  rmSync(file, { force: true });
  return step;
}
