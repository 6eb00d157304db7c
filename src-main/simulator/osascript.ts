import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { isMessagesClosed } from "./closed-messages.ts";
import { addFaults, type Fault, takeFault } from "./faults.ts";
import type { Later } from "./later.ts";
import { closeMessageStore, failMessage, joinLater, openMessageStore, type Store } from "./message-store.ts";
import { executionError, wordingOf } from "./osascript-errors.ts";
import { hang, Killed, type OsascriptSetting, pause } from "./osascript-setting.ts";
import type { ProgramResult } from "./program-result.ts";
import { resolveAction } from "./script-actions.ts";
import { beginSend, resolveSend, type Unresolved } from "./script-sends.ts";
import { isSend, type Order, orderOf, scriptNamed } from "./scripts.ts";

export type { OsascriptSetting } from "./osascript-setting.ts";

/** One call, read. */
interface Call {
  args: readonly string[];
  script: string;
  order: Order;
  /** It was taken from `faults.json`, and goes back there when the call does not come as far as it. */
  isPlanned: boolean;
  fault: Fault;
}

/** Bellhop's scripts know RCS by a word that Messages' dictionary has since then. */
const RCS_SINCE = 15;
const CRASHED: ProgramResult = { exitCode: 137, stdout: "", stderr: "" };

/**
 * Does what `osascript ARGS` would do with Bellhop's fixed scripts, known by their file names: the row
 * appears unsent and becomes sent in a second transaction. Anything else gets the error a Mac would give.
 */
export function runOsascript(args: readonly string[], setting: OsascriptSetting): Promise<ProgramResult> {
  return play(args, setting, null);
}

/** Does what was put off. Throws when the database has gone meanwhile. */
export async function runLater(step: Later, setting: OsascriptSetting): Promise<void> {
  const { killed: _, macos: __, ...alone } = setting;
  await pause(alone, Math.max(0, step.at - setting.clock.now()));
  if (step.do === "run") {
    await play(step.args, alone, step.fault);
    return;
  }
  const store = openMessageStore({ ...alone, path: alone.chatDbPath });
  try {
    if (step.do === "fail") failMessage(store, step.message, step.error);
    else joinLater(store, { id: step.message }, { id: step.chat });
  } finally {
    closeMessageStore(store);
  }
}

/** Runs a call with a fault; null stands for the next one that is planned for it. */
async function play(
  args: readonly string[],
  setting: OsascriptSetting,
  given: Fault | null,
): Promise<ProgramResult> {
  const command = parseCommand(args);
  if ("error" in command) return { exitCode: 1, stdout: "", stderr: command.error };
  const { script, values } = command;
  const name = existsSync(script) ? scriptNamed(script) : null;
  if (name === null) {
    return { exitCode: 1, stdout: "", stderr: `osascript: ${script}: No such file or directory\n` };
  }
  const order = orderOf(name, values);
  if (typeof order === "number") return failed(script, -1728, `Can’t get item ${order} of {…}.`);
  if (order === null) return unresolved({ code: -2700, reason: wordingOf(-2700) });
  const simulatedDir = dirname(setting.chatDbPath);
  if (isMessagesClosed(simulatedDir)) return unresolved({ code: -600, reason: wordingOf(-600) });
  const fault = given ?? takeFault(simulatedDir, name, () => setting.clock.now());
  try {
    return await suffer({ args, script, order, fault, isPlanned: given === null }, setting);
  } catch (cause) {
    if (cause instanceof Killed) return CRASHED;
    throw cause;
  }
}

/** Plays what goes wrong before Messages hears of anything; then what does not. */
async function suffer(call: Call, setting: OsascriptSetting): Promise<ProgramResult> {
  const { script, order, fault } = call;
  const takesRow = fault.afterRow === true || fault.lateRowMs !== undefined;
  if (fault.delayMs !== undefined) await pause(setting, fault.delayMs);
  if (fault.unresolved !== undefined) {
    return unresolved({ code: fault.unresolved, reason: wordingOf(fault.unresolved) });
  }
  if (fault.crash) return CRASHED;
  if (fault.osascript !== undefined && !takesRow) return failed(script, fault.osascript);
  if (fault.hang && !takesRow) await hang(setting);
  if (order.do === "ask-automation") return printed("on");
  const store = openMessageStore({ ...setting, path: setting.chatDbPath });
  try {
    if (order.do === "send to participant" && order.service === "RCS" && store.macos < RCS_SINCE) {
      return failed(script, -2741);
    }
    return await carryOut(store, call, order, setting);
  } finally {
    closeMessageStore(store);
  }
}

async function carryOut(
  store: Store,
  call: Call,
  order: Exclude<Order, { do: "ask-automation" }>,
  setting: OsascriptSetting,
): Promise<ProgramResult> {
  const { fault, script } = call;
  const work = workOf(store, order, fault, laterIn(setting));
  if (typeof work !== "function") {
    if (call.isPlanned) giveBack(fault, setting);
    return unresolved(work);
  }
  if (fault.lateRowMs !== undefined) {
    const { lateRowMs, osascript, hang, delayMs, ...rest } = fault;
    const at = setting.clock.now() + lateRowMs;
    laterIn(setting)({ do: "run", at, args: [...call.args], fault: rest });
  } else if (!fault.noRow) {
    const settle = work();
    if (fault.crashAfterRow) return CRASHED;
    if (fault.hang) await hang(setting);
    if (settle !== null) {
      await pause(setting, setting.sentAfterMs ?? 20);
      settle();
    }
  }
  if (fault.hang) await hang(setting);
  if (fault.osascript !== undefined) return failed(script, fault.osascript);
  return printed(isSend(order) ? "sent" : "done");
}

/** What makes the row; it returns what settles it afterwards, null where nothing has to. */
function workOf(
  store: Store,
  order: Exclude<Order, { do: "ask-automation" }>,
  fault: Fault,
  later: (step: Later) => void,
): (() => (() => void) | null) | Unresolved {
  if (isSend(order)) {
    const send = resolveSend(store, order);
    return "code" in send ? send : () => beginSend(store, send, fault, later);
  }
  const press = resolveAction(store, order);
  if (typeof press !== "function") return press;
  return () => {
    const row = press();
    if (row !== null && fault.rowError !== undefined) failMessage(store, row, fault.rowError);
    return null;
  };
}

/** A fault of a row is meant for the call that makes one, not for one that found nobody to send to. */
function giveBack(fault: Fault, { chatDbPath, clock }: OsascriptSetting): void {
  const { script, delayMs, ...ofRow } = fault;
  if (Object.keys(ofRow).length === 0) return;
  addFaults(dirname(chatDbPath), [script === undefined ? ofRow : { script, ...ofRow }], clock.now, "before");
}

function laterIn(setting: OsascriptSetting): (step: Later) => void {
  // A database that has gone meanwhile leaves nothing to be done.
  return setting.later ?? ((step) => void runLater(step, setting).catch(() => {}));
}

/** The options osascript takes before the script; what follows the script belongs to the script. */
function parseCommand(
  args: readonly string[],
): { script: string; values: readonly string[] } | { error: string } {
  let index = 0;
  for (; index < args.length; index++) {
    const option = args[index];
    if (option === "--") {
      index++;
      break;
    }
    if (option === "-e") {
      return {
        error:
          "osascript: the stand-in of simulated Messages runs only Bellhop’s own script files, not -e.\n",
      };
    }
    if (option === "-l" || option === "-s") index++;
    else if (option !== "-i") break;
  }
  const script = args[index];
  if (script === undefined)
    return { error: "osascript: the stand-in of simulated Messages needs a script file.\n" };
  return { script, values: args.slice(index + 1) };
}

function printed(word: string): ProgramResult {
  return { exitCode: 0, stdout: `${word}\n`, stderr: "" };
}

function unresolved({ code, reason }: Unresolved): ProgramResult {
  return printed(`unresolved ${code} ${reason}`);
}

function failed(script: string, code: number, message?: string): ProgramResult {
  return { exitCode: 1, stdout: "", stderr: executionError(script, code, message) };
}
