import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { z } from "zod";
import packageJson from "../package.json" with { type: "json" };
import { LOG_LEVELS, Settings } from "../src-shared/settings.ts";
import type { Mode } from "../src-shared/status.ts";
import { defaultDataFolder } from "./storage/data-folder.ts";

/** The versions of macOS that can be simulated, as flags spell them. */
const MACOS = { "12": 12, "13": 13, "15": 15, "26": 26, "27": 27 } as const;
const MACOS_NAMES = ["12", "13", "15", "26", "27"] as const;
const MACOS_WORDS = "12, 13, 15, 26 or 27";

/** What flags and environment say about this run. */
export interface LaunchOptions {
  mode: Mode;
  macos: (typeof MACOS)[keyof typeof MACOS];
  dataDir: string;
  chatDb: string;
  /** Null where nothing can send: a copy of a chat.db without an osascript. */
  osascript: string | null;
  /** Whether it is this Mac's own Messages. */
  isThisMac: boolean;
  apiKey: string | null;
  /** How a command in a shell gets at that key; null without one. */
  apiKeyInShell: string | null;
  /** Settings that hold for this run whatever config.json says. */
  overrides: Partial<Settings>;
}

/** Flags that make no sense, in one sentence. `help` is set when it was asked for. */
export class UsageError extends Error {
  readonly help: string | null;

  constructor(message: string, help: string | null = null, cause?: unknown) {
    super(message, { cause });
    this.name = "UsageError";
    this.help = help;
  }
}

const OPTIONS = [
  new Option("--simulate", "run on simulated Messages, with a data folder of its own"),
  new Option("--macos <version>", `which macOS is simulated: ${MACOS_WORDS}`).default("26"),
  new Option("--chat-db <file>", "read this copy of a chat.db instead of this Mac's"),
  new Option("--headless", "on a Mac, run in the terminal instead of the menu bar"),
  new Option("--osascript <file>", "drive Messages through this program"),
  new Option("--host <address>", "the address to listen on (127.0.0.1)"),
  new Option("--port <number>", "the port; 0 takes any free one (3001)"),
  new Option("--data-dir <folder>", "where Bellhop keeps its things"),
  new Option("--api-key <key>", "the API key of this run; other users can see it in the process list"),
  new Option("--api-key-file <file>", "a file with the API key of this run"),
  new Option("--rate-limit <number>", "requests a minute for each key; 0 for no limit (60)"),
  new Option("--log-level <level>", `the least severe line that is logged: ${LOG_LEVELS.join(", ")} (info)`),
];

/** Every flag by its name without dashes, and whether a value follows it. */
export const FLAGS: ReadonlyMap<string, boolean> = new Map(
  OPTIONS.map((option) => [option.name(), option.required]),
);

const number = (name: string) =>
  z.string().regex(/^\d+$/, `${name} must be a whole number`).transform(Number).optional();

const Flags = z.object({
  simulate: z.union([z.boolean(), z.string()]).optional(),
  macos: z.enum(MACOS_NAMES, { error: `--macos must be ${MACOS_WORDS}` }),
  chatDb: z.string().optional(),
  osascript: z.string().optional(),
  host: z.string().min(1, "--host must not be empty").optional(),
  port: number("--port"),
  dataDir: z.string().optional(),
  apiKey: z.string().optional(),
  apiKeyFile: z.string().optional(),
  rateLimit: number("--rate-limit"),
  logLevel: z.enum(LOG_LEVELS, { error: `--log-level must be one of ${LOG_LEVELS.join(", ")}` }).optional(),
});

/**
 * Reads flags and, where a flag is not given, `BELLHOP_…` variables: `--rate-limit` is BELLHOP_RATE_LIMIT.
 * Throws UsageError.
 * @param args the arguments alone, without program and script.
 */
export function readLaunchOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): LaunchOptions {
  const flags = Flags.safeParse(rawFlags(args, env));
  if (!flags.success) throw new UsageError(flags.error.issues[0]?.message ?? "these flags make no sense");
  const { simulate, macos, chatDb, osascript, dataDir, host, port, rateLimit, logLevel } = flags.data;
  if (platform !== "darwin" && osascript !== undefined && chatDb === undefined) {
    throw new UsageError("--osascript goes with --chat-db FILE here: this computer has no Messages");
  }
  const asked = simulate === true || (typeof simulate === "string" && !["", "0", "false"].includes(simulate));
  // Where there is no Messages, the simulated one stands in unless a copy of a chat.db is named.
  const isNeeded = platform !== "darwin" && chatDb === undefined;
  const simulated = asked || isNeeded;
  if (asked && (chatDb !== undefined || osascript !== undefined)) {
    throw new UsageError(
      "--simulate brings its own chat.db and osascript; leave --chat-db and --osascript out",
    );
  }
  const source = simulated ? "simulated" : chatDb === undefined ? "real" : "copy";
  const folder = resolve(dataDir ?? defaultDataFolder(source));
  return {
    mode: simulated ? "simulated" : "real",
    macos: MACOS[macos],
    dataDir: folder,
    chatDb: resolve(chatDb ?? defaultChatDb(simulated, folder)),
    osascript: osascript === undefined ? defaultOsascript(source, platform) : resolve(osascript),
    isThisMac: source === "real",
    ...readKey(flags.data),
    overrides: settingsOf({ host, port, rateLimit, logLevel }),
  };
}

function rawFlags(args: readonly string[], env: NodeJS.ProcessEnv): Record<string, unknown> {
  const command = new Command("bellhop").description("An iMessage API server on this Mac.");
  command.version(packageJson.version, "--version", "say which version this is");
  for (const option of OPTIONS) command.addOption(option);
  let help = "";
  command.exitOverride().configureOutput({ writeOut: (text) => (help += text), writeErr: () => {} });
  try {
    command.parse([...args], { from: "user" });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    throw new UsageError(thrown.message.replace(/^error: /, ""), help || null);
  }
  if (command.args.length > 0) throw new UsageError(`"${command.args[0]}" is not a flag; --help lists them`);
  const values: Record<string, unknown> = { ...command.opts() };
  for (const option of OPTIONS) {
    const name = option.attributeName();
    const variable = env[`BELLHOP_${option.name().replaceAll("-", "_").toUpperCase()}`];
    const isDefault = command.getOptionValueSource(name) !== "cli";
    if (isDefault && variable !== undefined && variable !== "") values[name] = variable;
  }
  // A flag beats any variable, also the one of the other way to give a key.
  if (
    command.getOptionValueSource("apiKey") === "cli" &&
    command.getOptionValueSource("apiKeyFile") !== "cli"
  ) {
    delete values.apiKeyFile;
  }
  return values;
}

/** Each by its own schema: `Settings.partial()` would fill in the defaults and so override config.json. */
function settingsOf(given: Record<string, unknown>): Partial<Settings> {
  const overrides: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(Settings.shape)) {
    if (given[name] === undefined) continue;
    const value = schema.safeParse(given[name]);
    if (!value.success) {
      const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new UsageError(`--${flag} ${value.error.issues[0]?.message}`);
    }
    overrides[name] = value.data;
  }
  return overrides;
}

type Key = Pick<LaunchOptions, "apiKey" | "apiKeyInShell">;

function readKey({
  apiKey,
  apiKeyFile,
}: {
  apiKey?: string | undefined;
  apiKeyFile?: string | undefined;
}): Key {
  if (apiKeyFile !== undefined) {
    return { apiKey: keyInFile(apiKeyFile), apiKeyInShell: `$(cat ${resolve(apiKeyFile)})` };
  }
  if (apiKey === undefined) return { apiKey: null, apiKeyInShell: null };
  if (apiKey.trim() === "") throw new UsageError("--api-key is empty; leave it out to have one made");
  // Never the key itself: what is printed may end up in a log.
  return { apiKey: apiKey.trim(), apiKeyInShell: "$BELLHOP_API_KEY" };
}

function keyInFile(path: string): string {
  let key: string;
  try {
    key = readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new UsageError(`--api-key-file ${path} cannot be read`, null, cause);
  }
  if (key === "") throw new UsageError(`--api-key-file ${path} is empty`);
  return key;
}

function defaultChatDb(simulated: boolean, folder: string): string {
  return simulated ? join(folder, "simulated", "chat.db") : join(homedir(), "Library", "Messages", "chat.db");
}

function defaultOsascript(source: Mode | "copy", platform: NodeJS.Platform): string | null {
  return source === "real" && platform === "darwin" ? "/usr/bin/osascript" : null;
}
