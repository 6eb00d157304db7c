import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import type { Settings } from "../../src-shared/settings.ts";
import { startGateway } from "../gateway.ts";
import type { Gateway, GatewayOptions } from "../gateway-options.ts";
import { silentLog } from "../observability/log.ts";
import { openLogTail } from "../observability/log-tail.ts";
import type { Ports } from "../ports/ports.ts";
import { realPorts } from "../ports/real.ts";
import { standInsInProcess } from "../simulator/stand-ins-in-process.ts";
import { makePrivateFolder } from "../storage/data-folder.ts";
import { openDatabase } from "../storage/database.ts";
import { fileModeKeychain } from "../storage/keychain.ts";
import { openSettings } from "../storage/settings-store.ts";
import { type Answer, type Asking, request } from "./http-client.ts";
import { type SimulatedMessages, simulatedMessages } from "./simulated-messages.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The whole gateway in this process, on a simulated chat.db and a port of its own. */
export interface RunningGateway {
  gateway: Gateway;
  url: string;
  /** The base of the native API. */
  api: string;
  key: string;
  folder: string;
  messages: SimulatedMessages;
  /** Asks the native API with the key. */
  ask(path: string, asking?: Asking): Promise<Answer>;
  /** POSTs JSON to the native API with the key. */
  post(path: string, body: unknown): Promise<Answer>;
}

export interface RunningOptions {
  folder?: string;
  messages?: SimulatedMessages;
  settings?: Partial<Settings>;
  ports?: Partial<Ports>;
  gateway?: Partial<GatewayOptions>;
}

/** What the tests call the stand-ins; there are no such files. */
const OSASCRIPT = "/osascript";
const OPEN = "/open";
const SCRIPTS = resolve(import.meta.dirname, "../../resources/applescript");

/** Starts one; it is stopped when the test ends. The stand-in for osascript runs in this process. */
export async function runningGateway(options: RunningOptions = {}): Promise<RunningGateway> {
  const folder = options.folder ?? temporaryFolder();
  const messages = options.messages ?? simulatedMessages(folder);
  const asked = { ...realPorts(), ...options.ports };
  const ports = { ...asked, processes: options.ports?.processes ?? standInsFor(messages.path, asked) };
  const tail = openLogTail({ clock: ports.clock });
  const dataFolder = makePrivateFolder(join(folder, "data"));
  const gateway = await startGateway(
    {
      mode: "simulated",
      version: "0.0.0-test",
      dataFolder,
      database: openDatabase(join(dataFolder, "bellhop.db")),
      chatDb: messages.path,
      osascript: OSASCRIPT,
      openMessages: { file: OPEN, args: ["-b", "com.apple.MobileSMS"] },
      isTrusted: () => null,
      macosVersion: null,
      needsPermissions: false,
      scripts: SCRIPTS,
      ui: null,
      staging: { folder: join(folder, "staged"), allowed: [folder], forbidden: [join(folder, "data")] },
      settings: inMemorySettings({ port: 0, rateLimit: 0, pollIntervalMs: 50, ...options.settings }),
      keychain: fileModeKeychain,
      apiKey: null,
      controlToken: "control-token",
      log: silentLog(tail),
      tail,
      loopDelay: null,
      ...options.gateway,
    },
    ports,
  );
  onTestFinished(() => gateway.stop());
  const key = gateway.revealKey();
  const api = `${gateway.url}/api/v1`;
  const ask = (path: string, asking: Asking = {}): Promise<Answer> =>
    request(`${api}${path}`, { ...asking, headers: { "X-API-Key": key, ...asking.headers } });
  return {
    gateway,
    url: gateway.url,
    api,
    key,
    folder,
    messages,
    ask,
    post: (path, body) =>
      ask(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
  };
}

/** Settings without a file. */
export function inMemorySettings(values: Partial<Settings> = {}): ReturnType<typeof openSettings> {
  return openSettings({ store: {}, set: () => {} }, values);
}

/** The stand-ins' own code, without the time it takes to start a process. */
function standInsFor(
  chatDbPath: string,
  { clock, timers, randomness, processes }: Ports,
): Ports["processes"] {
  const setting = { chatDbPath, clock, timers, randomness, sentAfterMs: 5 };
  return standInsInProcess({ osascript: OSASCRIPT, open: OPEN, setting, others: processes });
}
