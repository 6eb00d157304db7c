/** Flags and variables that put something of one's own in the place of Apple's: for development only. */
const OVERRIDES = ["osascript", "chat-db"];

/**
 * Bellhop's own arguments out of the app's: without the program; without Chromium's, which stand before the
 * folder it was started on, and that folder, when it is not installed; without the system's when it is.
 */
export function ownFlags(argv: readonly string[], isPackaged: boolean): string[] {
  const rest = argv.slice(1);
  if (isPackaged) return withoutOverrides(rest.filter((arg) => !arg.startsWith("-psn_")));
  const folder = rest.findIndex((arg) => !arg.startsWith("-"));
  return folder < 0 ? [] : rest.slice(folder + 1);
}

/** The environment, in the installed app without what would put something in the place of Apple's. */
export function ownEnvironment(env: NodeJS.ProcessEnv, isPackaged: boolean): NodeJS.ProcessEnv {
  if (!isPackaged) return env;
  const variables = OVERRIDES.map((name) => `BELLHOP_${name.replace("-", "_").toUpperCase()}`);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !variables.includes(name)));
}

function withoutOverrides(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    const override = OVERRIDES.find((name) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    if (!override) kept.push(arg);
    else if (!arg.includes("=")) index += 1;
  }
  return kept;
}
