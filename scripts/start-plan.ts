/** What `npm start` runs, with which flags, and a line to say why. */
export interface StartPlan {
  kind: "app" | "headless";
  flags: string[];
  note: string | null;
}

/**
 * On a Mac the menu-bar app; with --headless or --simulate, and everywhere else, the gateway alone.
 * Where there is no Messages and no chat.db was named, the simulated one stands in.
 */
export function planStart(
  args: readonly string[],
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): StartPlan {
  const flags = args.filter((arg) => arg !== "--headless");
  const simulates = given("--simulate", flags, env);
  const onMac = platform === "darwin";
  if (onMac && !simulates && flags.length === args.length) return { kind: "app", flags, note: null };
  if (onMac || simulates || given("--chat-db", flags, env)) return { kind: "headless", flags, note: null };
  const note = "There is no Messages on this machine: starting with the simulated one (--simulate).";
  return { kind: "headless", flags: ["--simulate", ...flags], note };
}

/** Whether a flag is there, as `--flag`, `--flag=value` or BELLHOP_FLAG. */
function given(
  flag: string,
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const variable = env[`BELLHOP_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`];
  return flags.some((arg) => arg === flag || arg.startsWith(`${flag}=`)) || isOn(variable);
}

function isOn(variable: string | undefined): boolean {
  return variable !== undefined && !["", "0", "false"].includes(variable);
}
