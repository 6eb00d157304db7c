import { accessSync, constants, existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timers } from "../ports/timers.ts";
import { contactAt } from "./contacts.ts";
import { type Fault, takeFault } from "./faults.ts";
import { type Macos, type Service, STYLE_GROUP } from "./macos.ts";
import {
  type Conversation,
  closeMessageStore,
  ensureDirect,
  failMessage,
  findByGuid,
  insertLostSend,
  markSent,
  openMessageStore,
  type Store,
  sendMessage,
} from "./message-store.ts";
import { executionError, wordingOf } from "./osascript-errors.ts";

/** How a run of osascript ended. */
export interface OsascriptResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What the stand-in works on. */
export interface OsascriptSetting {
  /** The simulated chat.db; `faults.json` lies beside it. */
  chatDbPath: string;
  /** Create the database with this version when there is none yet. */
  macos?: Macos;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  /** From the row to `is_sent`. */
  sentAfterMs?: number;
}

/** One of the fixed scripts with its arguments. */
type Send =
  | { to: "chat"; guid: string; content: Content }
  | { to: "participant"; address: string; service: Service; content: Content };
type Content = { text: string } | { file: string };

/** Messages' error for a person who is not on the service, and for a file it cannot read. */
const NOT_REGISTERED = 22;
const FILE_UNREADABLE = 25;
const FOREVER_MS = 0x7fff_ffff;

/**
 * Does what `osascript ARGS` would do with Bellhop's fixed scripts, known by their file names: the row
 * appears unsent and becomes sent in a second transaction. Anything else gets the error a Mac would give.
 */
export async function runOsascript(
  args: readonly string[],
  setting: OsascriptSetting,
): Promise<OsascriptResult> {
  const command = parseCommand(args);
  if ("error" in command) return { exitCode: 1, stdout: "", stderr: command.error };
  const { script, values } = command;
  const send = existsSync(script) ? parseSend(script, values) : null;
  if (send === null) {
    return { exitCode: 1, stdout: "", stderr: `osascript: ${script}: No such file or directory\n` };
  }
  if (send === "missing argument") {
    return failed(script, -1728, `Can’t get item ${values.length + 1} of {…}.`);
  }
  const fault = takeFault(dirname(setting.chatDbPath), () => setting.clock.now());
  if (fault.delayMs !== undefined) await waitFor(setting.timers, fault.delayMs);
  const takesRow = fault.afterRow === true;
  if (fault.unresolved !== undefined) return unresolved(fault.unresolved, wordingOf(fault.unresolved));
  if (fault.osascript !== undefined && !takesRow) return failed(script, fault.osascript);
  if (fault.hang && !takesRow) await waitFor(setting.timers, FOREVER_MS);
  const store = openMessageStore({ ...setting, path: setting.chatDbPath });
  try {
    const result = await deliver(store, send, fault, setting);
    if (fault.osascript !== undefined && result.stdout === SENT.stdout)
      return failed(script, fault.osascript);
    return result;
  } finally {
    closeMessageStore(store);
  }
}

const SENT: OsascriptResult = { exitCode: 0, stdout: "sent\n", stderr: "" };

async function deliver(
  store: Store,
  send: Send,
  fault: Fault,
  setting: OsascriptSetting,
): Promise<OsascriptResult> {
  if (fault.noRow) return SENT;
  const chat = targetOf(store, send);
  if (typeof chat === "string" && !isLostGroup(store, chat)) {
    return unresolved(-1728, `Messages got an error: Can’t get chat id "${chat}".`);
  }
  if (typeof chat === "string" || fault.emptyRow) {
    insertLostSend(store, typeof chat === "string" ? "iMessage" : chat.service);
    return SENT;
  }
  const service = send.to === "participant" ? send.service : chat.service;
  const { id, readable } = insertSend(store, chat, service, send.content);
  if (fault.crashAfterRow) return { exitCode: 137, stdout: "", stderr: "" };
  if (fault.hang) await waitFor(setting.timers, FOREVER_MS);
  await waitFor(setting.timers, setting.sentAfterMs ?? 20);
  const error = fault.rowError ?? (readable ? reachability(chat, service) : FILE_UNREADABLE);
  if (error === 0) markSent(store, id);
  else failMessage(store, id, error);
  return SENT;
}

/** The conversation a script addresses; the guid itself when Messages has none with exactly this guid. */
function targetOf(store: Store, send: Send): Conversation | string {
  if (send.to === "participant") return ensureDirect(store, send.address, send.service);
  return findByGuid(store, send.guid) ?? send.guid;
}

/** A file that cannot be read still makes a row: Messages only finds out while it sends. */
function insertSend(
  store: Store,
  chat: Conversation,
  service: string,
  content: Content,
): { id: number; readable: boolean } {
  if ("text" in content) {
    return {
      id: sendMessage(store, { chat, service, text: content.text, state: "sending" }).id,
      readable: true,
    };
  }
  const readable = isReadable(content.file);
  const file = readable
    ? { path: content.file }
    : { name: basename(content.file), content: new Uint8Array() };
  return { id: sendMessage(store, { chat, service, files: [file], state: "sending" }).id, readable };
}

/** Who is known to have only SMS cannot be reached by iMessage. */
function reachability(chat: Conversation, service: string): number {
  if (chat.style === STYLE_GROUP || service !== "iMessage") return 0;
  return contactAt(chat.identifier)?.service === "SMS" ? NOT_REGISTERED : 0;
}

/** On macOS 26 a group's guid with a minus "works", and the message goes nowhere. */
function isLostGroup(store: Store, guid: string): boolean {
  return (
    store.macos >= 26 &&
    guid.startsWith("any;-;chat") &&
    findByGuid(store, guid.replace(";-;", ";+;")) !== null
  );
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
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

function parseSend(script: string, values: readonly string[]): Send | "missing argument" | null {
  const [first, second, third] = values;
  const kind = /^send-(text|file)-to-(chat|participant)\.(applescript|scpt)$/.exec(basename(script));
  if (kind === null) return null;
  const content = (value: string): Content => (kind[1] === "text" ? { text: value } : { file: value });
  if (first === undefined || second === undefined) return "missing argument";
  if (kind[2] === "chat") return { to: "chat", guid: first, content: content(second) };
  if (third === undefined) return "missing argument";
  // Like the script: whatever is not SMS goes to the iMessage account.
  const service: Service = second.toUpperCase() === "SMS" ? "SMS" : "iMessage";
  return { to: "participant", address: first, service, content: content(third) };
}

function unresolved(code: number, message: string): OsascriptResult {
  return { exitCode: 0, stdout: `unresolved ${code} ${message}\n`, stderr: "" };
}

function failed(script: string, code: number, message?: string): OsascriptResult {
  return { exitCode: 1, stdout: "", stderr: executionError(script, code, message) };
}

function waitFor(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => timers.after(ms, resolve));
}
