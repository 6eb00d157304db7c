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

/** The scripts a fault can be for: all that send, all that work in Messages' window, or one; `open` opens Messages. */
export const FAULT_SCRIPTS = [
  "send",
  "action",
  "send-text-to-chat",
  "send-file-to-chat",
  "send-text-to-participant",
  "send-file-to-participant",
  "send-text-to-rcs-participant",
  "send-file-to-rcs-participant",
  "ask-automation",
  "reply",
  "react",
  "edit",
  "unsend",
  "mark-read",
  "typing",
  "open",
] as const;

/**
 * One call's fault. The fields combine; `{}` lets a call pass. "Row" is the message's row, or whatever else an
 * action writes; a call that finds nobody to send to leaves the fault of a row for the next one.
 *
 * - `script`: waits for a call of this script; without it, the next call of any script takes it.
 * - `delayMs`: the call takes so much longer, before anything happens.
 * - `unresolved`: the script prints `unresolved CODE …` and exits 0: nothing has left.
 * - `osascript`: the script ends with this AppleScript error on stderr, exit 1. Nothing was sent, unless
 *   `afterRow` is true or `lateRowMs` given: then Messages had taken the message already.
 * - `crash`: osascript dies without a word, exit 137, before Messages hears of anything.
 * - `crashAfterRow`: the row appears, then osascript dies.
 * - `hang`: the call never ends by itself; the row appears only if `afterRow` is true or `lateRowMs` given.
 * - `noRow`: says that it is done, but no row ever appears.
 * - `emptyRow`: prints `sent`, but the row is empty and belongs to no conversation (macOS 26).
 * - `lateRowMs`: says that it is done, and the row appears so much later.
 * - `joinAfterMs`: the row belongs to no conversation until so much later.
 * - `rowError`: Messages takes the message and its row gets this `error` (22 not on iMessage, 25 unreadable).
 * - `failsAfterMs`: the row gets its error (`rowError`, or 22) only so long after it was sent.
 * - `undecided`: the row stays as it is, neither sent nor failed, and Messages leaves it so.
 */
export const faultShape = z.strictObject({
  script: z.enum(FAULT_SCRIPTS).optional(),
  delayMs: z.number().min(0).optional(),
  unresolved: z.int().optional(),
  osascript: z.int().optional(),
  afterRow: z.boolean().optional(),
  crash: z.boolean().optional(),
  crashAfterRow: z.boolean().optional(),
  hang: z.boolean().optional(),
  noRow: z.boolean().optional(),
  emptyRow: z.boolean().optional(),
  lateRowMs: z.number().min(0).optional(),
  joinAfterMs: z.number().min(0).optional(),
  rowError: z.int().optional(),
  failsAfterMs: z.number().min(0).optional(),
  undecided: z.boolean().optional(),
});

/** `faults.json`: the faults of the next calls, in order. */
const faultsFile = z.strictObject({ next: z.array(faultShape) });

/** What is to go wrong in one call. */
export type Fault = z.infer<typeof faultShape>;

/** What works in Messages' window. */
const ACTIONS = new Set<string>(["reply", "react", "edit", "unsend", "mark-read", "typing"]);

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
  const parsed = z
    .union([faultsFile.transform(({ next }) => next), z.array(faultShape), faultShape])
    .safeParse(value);
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

/** Puts faults behind those that wait, or before them, and returns how many wait now. Throws as takeFault does. */
export function addFaults(
  simulatedDir: string,
  added: readonly Fault[],
  now: () => number,
  where: "behind" | "before" = "behind",
): number {
  const all = withFaults(simulatedDir, now, (waiting) =>
    where === "behind" ? [...waiting, ...added] : [...added, ...waiting],
  );
  if (all !== null) return all.length;
  planFaults(simulatedDir, added);
  return added.length;
}

/**
 * Takes the next fault that is for this script out of `faults.json`; `{}` when there is none. The file is taken
 * by renaming it, so that of several calls at once each gets a fault of its own. Throws when the file is not as
 * documented.
 */
export function takeFault(simulatedDir: string, script: string, now: () => number): Fault {
  let taken: Fault = {};
  withFaults(simulatedDir, now, (waiting) => {
    const mine = waiting.find((one) => isFor(one, script));
    taken = mine ?? {};
    return waiting.filter((one) => one !== mine);
  });
  return taken;
}

function isFor(fault: Fault, script: string): boolean {
  if (fault.script === undefined) return script !== "open";
  if (fault.script === script) return true;
  if (fault.script === "send") return script.startsWith("send-") || script === "reply";
  return fault.script === "action" && ACTIONS.has(script);
}

/** Holds the file while the faults in it are changed. Null when there is no file. */
function withFaults(
  simulatedDir: string,
  now: () => number,
  change: (waiting: readonly Fault[]) => readonly Fault[],
): readonly Fault[] | null {
  const mine = join(simulatedDir, `${TAKEN}${process.pid}`);
  while (!claim(simulatedDir, mine)) {
    // Looked at on both sides of the file: whoever holds it may put the rest back at any moment.
    const none = !heldByAnother(simulatedDir, now) && !existsSync(join(simulatedDir, FILE));
    if (none && !heldByAnother(simulatedDir, now)) return null;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  }
  let left: readonly Fault[] = [];
  try {
    left = change(parseFaults(readFileSync(mine, "utf8")));
  } finally {
    if (left.length > 0) planFaults(simulatedDir, left);
    unlinkSync(mine);
  }
  return left;
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
