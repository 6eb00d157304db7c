import { homedir } from "node:os";
import { dirname, extname, join, sep } from "node:path";
import Conf from "conf";
import packageJson from "../package.json" with { type: "json" };
import { startGateway } from "./gateway.ts";
import type { Gateway } from "./gateway-options.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { OPEN_MESSAGES } from "./messages-app/applescript-sender.ts";
import { macosVersion } from "./messages-app/macos-version.ts";
import { openLog } from "./observability/log.ts";
import { openLogTail } from "./observability/log-tail.ts";
import { measureLoopDelay } from "./observability/loop-delay.ts";
import type { Ports } from "./ports/ports.ts";
import type { Command, Processes } from "./ports/processes.ts";
import { defaultAllowedFolders } from "./sending/staging/staging.ts";
import { ensureSimulatedDatabase } from "./simulator/history.ts";
import { installStandIn, openBeside } from "./simulator/install-stand-in.ts";
import { startSimulatedMessages } from "./simulator/messages-app.ts";
import { standInsInProcess } from "./simulator/stand-ins-in-process.ts";
import { logFolder, makePrivateFolder } from "./storage/data-folder.ts";
import { type Database, openDatabase } from "./storage/database.ts";
import { lockDataFolder } from "./storage/instance-lock.ts";
import { fileModeKeychain, type Keychain } from "./storage/keychain.ts";
import { claimMode, openMeta } from "./storage/meta.ts";
import { openSettings, type SettingsFile } from "./storage/settings-store.ts";

export { type LaunchOptions, readLaunchOptions, UsageError } from "./launch-options.ts";

/** What depends on the program that launches: Electron or plain Node. */
export interface Surroundings {
  /** The launching file, by which its neighbours are found: `import.meta.filename`. */
  program: string;
  /** Whether the window is served to browsers under /ui. */
  serveUi: boolean;
  /** Whether this program can run scripts of its own as plain Node; the packed app cannot. */
  canRunNode: boolean;
  /** Whether macOS has granted Accessibility; left out where that cannot be asked. */
  isTrusted?: () => boolean;
  keychain?: Keychain;
  settingsFile?: SettingsFile;
}

/**
 * Takes the data folder for this process, opens what lies in it, starts simulated Messages where asked, and
 * then the gateway. Rejects with a sentence for the person: AlreadyRunning, a port that is taken, a folder of
 * the other mode.
 */
export async function launchGateway(
  options: LaunchOptions & Surroundings,
  ports: Ports,
): Promise<Gateway & { version: string }> {
  const folder = makePrivateFolder(options.dataDir);
  const lock = lockDataFolder(folder);
  let database: Database | undefined;
  try {
    database = openDatabase(join(folder, "bellhop.db"));
    claimMode(openMeta(database), options.mode, folder);
    const settings = openSettings(
      options.settingsFile ?? settingsFileIn(folder),
      options.overrides,
      (sentence) => process.stderr.write(`config.json: ${sentence}\n`),
    );
    const tail = openLogTail({ clock: ports.clock });
    const log = openLog({
      folder: makePrivateFolder(logFolder(folder)),
      level: () => settings.current().logLevel,
      screen: process.stderr,
      tail,
    });
    const simulation = options.mode === "simulated" ? startSimulation(options, ports) : null;
    const home = dirname(options.program);
    const controlToken = Buffer.from(ports.randomness.bytes(32)).toString("base64url");
    const gateway = await startGateway(
      {
        mode: options.mode,
        version: packageJson.version,
        dataFolder: folder,
        database,
        chatDb: options.chatDb,
        osascript: simulation?.osascript ?? options.osascript,
        openMessages: simulation?.open ?? (options.isThisMac ? OPEN_MESSAGES : null),
        isTrusted: options.isTrusted ?? (() => null),
        macosVersion: macosVersion(),
        needsPermissions: options.isThisMac,
        scripts: onDisk(join(home, "..", "resources", "applescript")),
        ui: options.serveUi ? join(home, "..", "dist", "renderer") : null,
        staging: { folder: stagingFolder(options), allowed: defaultAllowedFolders(), forbidden: [folder] },
        settings,
        keychain: options.keychain ?? fileModeKeychain,
        apiKey: options.apiKey,
        controlToken,
        log,
        tail,
        loopDelay: measureLoopDelay(ports.clock),
      },
      simulation?.processes ? { ...ports, processes: simulation.processes } : ports,
    ).catch((thrown: unknown) => {
      simulation?.stop();
      throw thrown;
    });
    lock.announce({ pid: process.pid, url: gateway.url, controlToken });
    return {
      ...gateway,
      version: packageJson.version,
      async stop() {
        await gateway.stop();
        simulation?.stop();
        lock.release();
      },
    };
  } catch (thrown) {
    database?.close();
    lock.release();
    throw thrown;
  }
}

function settingsFileIn(folder: string): SettingsFile {
  try {
    return new Conf({ projectName: "bellhop", cwd: folder, configFileMode: 0o600 });
  } catch (cause) {
    throw new Error(`${join(folder, "config.json")} is not valid JSON; correct it, or remove it`, { cause });
  }
}

interface Simulation {
  osascript: string;
  open: Pick<Command, "file" | "args">;
  /** In place of the real ones, where the stand-in cannot be a process of its own. */
  processes?: Processes;
  stop(): void;
}

function startSimulation(options: LaunchOptions & Surroundings, ports: Ports): Simulation {
  const { dataDir, chatDb, macos, program } = options;
  const { clock, timers, randomness } = ports;
  const simulatedDir = makePrivateFolder(join(dataDir, "simulated"));
  ensureSimulatedDatabase({ chatDbPath: chatDb, macos, clock });
  const { stop } = startSimulatedMessages({ chatDbPath: chatDb, macos, clock, timers, randomness });
  if (!options.canRunNode) {
    const processes = standInsInProcess({
      osascript: "osascript",
      open: "open",
      setting: { chatDbPath: chatDb, macos, clock, timers, randomness },
      others: ports.processes,
    });
    return { osascript: "osascript", open: { ...OPEN_MESSAGES, file: "open" }, processes, stop };
  }
  const osascript = installStandIn({
    simulatedDir,
    nodePath: process.execPath,
    entryPath: join(dirname(program), `osascript-stand-in${extname(program)}`),
  });
  return { osascript, open: { ...OPEN_MESSAGES, file: openBeside(osascript) }, stop };
}

/** Other programs cannot look into the packed app's archive; what they read lies beside it. */
function onDisk(path: string): string {
  return path.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
}

/** Messages' sandbox reads few folders; its own attachments are one of them. */
function stagingFolder({ isThisMac, dataDir }: LaunchOptions): string {
  if (!isThisMac) return join(dataDir, "files", "staged");
  return join(homedir(), "Library", "Messages", "Attachments", "bellhop");
}
