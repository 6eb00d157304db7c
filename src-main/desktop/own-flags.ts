import { FLAGS } from "../launch-options.ts";

/** Flags and variables that put something of one's own in the place of Apple's: for development only. */
const OVERRIDES = ["osascript", "chat-db"];

/**
 * Bellhop's own arguments out of the app's: without the program; when it is not installed, without what stands
 * before the folder it was started on, and that folder; when it is, without whatever is Chromium's or the system's.
 */
export function ownFlags(argv: readonly string[], isPackaged: boolean): string[] {
  const rest = argv.slice(1);
  if (isPackaged) return knownOnly(rest);
  const folder = rest.findIndex((arg) => !arg.startsWith("-"));
  return folder < 0 ? [] : rest.slice(folder + 1);
}

/** The environment, in the installed app without what would put something in the place of Apple's. */
export function ownEnvironment(env: NodeJS.ProcessEnv, isPackaged: boolean): NodeJS.ProcessEnv {
  if (!isPackaged) return env;
  const variables = OVERRIDES.map((name) => `BELLHOP_${name.replace("-", "_").toUpperCase()}`);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !variables.includes(name)));
}

/** Flags of ours with their values, less those that the installed app does not take. */
function knownOnly(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    const [name = ""] = arg.replace(/^--/, "").split("=", 1);
    const takesValue = arg.startsWith("--") ? FLAGS.get(name) : undefined;
    if (takesValue === undefined) continue;
    const words = takesValue && !arg.includes("=") ? args.slice(index, index + 2) : [arg];
    index += words.length - 1;
    if (!OVERRIDES.includes(name)) kept.push(...words);
  }
  return kept;
}
