import { join, resolve } from "node:path";
import { realPorts } from "../../ports/real.ts";
import type { Macos } from "../macos.ts";
import { ensureDirect, findMessage, type MessageRow, type Store } from "../message-store.ts";
import { type OsascriptSetting, runOsascript } from "../osascript.ts";
import type { ProgramResult } from "../program-result.ts";
import { temporaryFolder, temporaryStore } from "./temporary-store.ts";

const SCRIPTS = resolve(import.meta.dirname, "../../../resources/applescript");

/** The program that is both stand-ins. */
export const ENTRY = resolve(import.meta.dirname, "../../osascript-stand-in.ts");

/** Where a script of Bellhop's lies. */
export const scriptFile = (name: string): string => join(SCRIPTS, `${name}.applescript`);

/** Maya, the conversation with her as macOS 26 writes it, and a simulated Messages that osascript can be run on. */
export const MAYA = "+15550111";
export const WITH_MAYA = `any;-;${MAYA}`;

export interface StagedOsascript {
  folder: string;
  store: Store;
  setting: OsascriptSetting;
  /** Runs one of Bellhop's scripts by its name. */
  script(name: string, ...values: string[]): Promise<ProgramResult>;
  /** Sends Maya a text. */
  send(text: string): Promise<ProgramResult>;
  /** All rows of `message`, in order. */
  rows(): MessageRow[];
}

/** Opens one; nothing was said yet. Its store's clock is the real one. */
export function stagedOsascript(macos: Macos = 26): StagedOsascript {
  const folder = temporaryFolder();
  const { clock, timers, randomness } = realPorts();
  const store = { ...temporaryStore(macos, folder), clock, randomness };
  ensureDirect(store, MAYA);
  const setting = { chatDbPath: join(folder, "chat.db"), clock, timers, randomness, sentAfterMs: 0 };
  const script = (name: string, ...values: string[]) => runOsascript([scriptFile(name), ...values], setting);
  const guids = store.database.prepare<[], string>("SELECT guid FROM message ORDER BY ROWID").pluck();
  return {
    folder,
    store,
    setting,
    script,
    send: (text) => script("send-text-to-chat", macos < 26 ? `iMessage;-;${MAYA}` : WITH_MAYA, text),
    rows: () => guids.all().map((guid) => findMessage(store, guid)),
  };
}
