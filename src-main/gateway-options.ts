import type { Mode } from "../src-shared/status.ts";
import type { Control } from "./control/control.ts";
import type { Log } from "./observability/log.ts";
import type { LogTail } from "./observability/log-tail.ts";
import type { LoopDelay } from "./observability/loop-delay.ts";
import type { MessagesDriven } from "./sending/outgoing.ts";
import type { Database } from "./storage/database.ts";
import type { Keychain } from "./storage/keychain.ts";
import type { SettingsStore } from "./storage/settings-store.ts";

/** Everything a gateway is told about where and on what it runs. */
export interface GatewayOptions extends MessagesDriven {
  version: string;
  dataFolder: string;
  /** bellhop.db, open; the gateway closes it. */
  database: Database;
  chatDb: string;
  /** The built window, for a browser; null to serve none. */
  ui: string | null;
  settings: SettingsStore;
  keychain: Keychain;
  /** A key that holds for this run instead of the stored one. */
  apiKey: string | null;
  /** Who may ask for links to the window. */
  controlToken: string;
  log: Log;
  /** The newest lines of that log. */
  tail: LogTail;
  /** How late this process comes to what is due; null where nobody measures. */
  loopDelay: LoopDelay | null;
}

/** A running gateway. */
export interface Gateway {
  readonly url: string;
  readonly mode: Mode;
  readonly control: Control;
  /** A fresh link to the window in a browser, good once within ten minutes. */
  uiLink(): string;
  /** The first API key. */
  revealKey(): string;
  /** Stops accepting, lets what runs end within seconds, and closes every file. */
  stop(): Promise<void>;
}
