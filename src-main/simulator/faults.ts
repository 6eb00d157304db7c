import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * One call's fault. The fields combine; `{}` lets a call pass.
 *
 * - `osascript`: the script ends with this AppleScript error on stderr, exit 1. Nothing was sent, unless
 *   `afterRow` is true: then Messages had taken the message already.
 * - `unresolved`: the script prints `unresolved CODE …` and exits 0: the chat could not be reached.
 * - `rowError`: Messages takes the message and its row gets this `error` (22 not on iMessage, 25 unreadable).
 * - `delayMs`: the call takes so much longer, before anything happens.
 * - `noRow`: prints `sent`, but no row ever appears.
 * - `emptyRow`: prints `sent`, but the row is empty and belongs to no conversation (macOS 26).
 * - `hang`: the row appears only if `afterRow`; the call never ends by itself.
 * - `crashAfterRow`: the row appears, then osascript dies without a word, exit 137.
 */
const fault = z.strictObject({
  osascript: z.int().optional(),
  unresolved: z.int().optional(),
  afterRow: z.boolean().optional(),
  rowError: z.int().optional(),
  delayMs: z.number().min(0).optional(),
  noRow: z.boolean().optional(),
  emptyRow: z.boolean().optional(),
  hang: z.boolean().optional(),
  crashAfterRow: z.boolean().optional(),
});

/** `faults.json`: the faults of the next calls, in order. */
const faultsFile = z.strictObject({ next: z.array(fault) });

/** What is to go wrong in one call. */
export type Fault = z.infer<typeof fault>;

const FILE = "faults.json";
const TAKEN = "faults.taken-";
/** A holder of the file needs a millisecond; an older one died with it. */
const ABANDONED_MS = 2000;

/** Reads faults that a person wrote: one, a list, or the whole file. Throws an Error that says what is wrong. */
export function parseFaults(text: string): Fault[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`These faults are not JSON: ${text}`);
  }
  const parsed = z.union([faultsFile.transform(({ next }) => next), z.array(fault), fault]).safeParse(value);
  if (!parsed.success)
    throw new Error(`These are not faults the stand-in knows: ${text}\n${z.prettifyError(parsed.error)}`);
  return [parsed.data].flat();
}

/** Sets the faults of the next calls of the stand-in. Replaces those not used yet. Throws ZodError. */
export function planFaults(simulatedDir: string, next: readonly Fault[]): void {
  const draft = join(simulatedDir, `faults.draft-${process.pid}`);
  writeFileSync(draft, JSON.stringify(faultsFile.parse({ next })), { mode: 0o600 });
  renameSync(draft, join(simulatedDir, FILE));
}

/**
 * Takes the next fault out of `faults.json`; `{}` when there is none. The file is taken by renaming it, so
 * that of several calls at once each gets a fault of its own. Throws when the file is not as documented.
 */
export function takeFault(simulatedDir: string, now: () => number): Fault {
  const mine = join(simulatedDir, `${TAKEN}${process.pid}`);
  while (!claim(simulatedDir, mine)) {
    // Looked at on both sides of the file: whoever holds it may put the rest back at any moment.
    const none = !heldByAnother(simulatedDir, now) && !existsSync(join(simulatedDir, FILE));
    if (none && !heldByAnother(simulatedDir, now)) return {};
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  }
  let rest: Fault[] = [];
  let first: Fault | undefined;
  try {
    [first, ...rest] = parseFaults(readFileSync(mine, "utf8"));
  } finally {
    if (rest.length > 0) planFaults(simulatedDir, rest);
    unlinkSync(mine);
  }
  return first ?? {};
}

function claim(simulatedDir: string, mine: string): boolean {
  try {
    renameSync(join(simulatedDir, FILE), mine);
    return true;
  } catch {
    return false;
  }
}

function heldByAnother(simulatedDir: string, now: () => number): boolean {
  return readdirSync(simulatedDir).some((name) => {
    if (!name.startsWith(TAKEN)) return false;
    const held = statSync(join(simulatedDir, name), { throwIfNoEntry: false });
    return held !== undefined && now() - held.ctimeMs < ABANDONED_MS;
  });
}
