/** For the gateway under plain Node: see `src-main/small-heap.ts`. */
export const NODE_FLAGS = ["--min-semi-space-size=8", "--max-semi-space-size=8"] as const;

/** What `npm start` runs, and a line to say why. */
export interface StartPlan {
  kind: "app" | "headless";
  note: string | null;
}

/**
 * On a Mac the menu-bar app; with --headless or --simulate, and everywhere else, the gateway alone. Which
 * Messages it runs on is the gateway's own decision.
 */
export function planStart(
  args: readonly string[],
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): StartPlan {
  const simulates = given("--simulate", args, env);
  if (platform === "darwin") {
    return { kind: simulates || given("--headless", args, env) ? "headless" : "app", note: null };
  }
  const isNamed = simulates || given("--chat-db", args, env) || asksForHelp(args);
  const note = isNamed ? null : "There is no Messages on this machine: the simulated one stands in.";
  return { kind: "headless", note };
}

/** Whether a flag is there, as `--flag`, `--flag=value` or BELLHOP_FLAG. */
function given(
  flag: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const variable = env[`BELLHOP_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`];
  return args.some((arg) => arg === flag || arg.startsWith(`${flag}=`)) || isOn(variable);
}

function asksForHelp(args: readonly string[]): boolean {
  return args.includes("--help") || args.includes("-h");
}

function isOn(variable: string | undefined): boolean {
  return variable !== undefined && !["", "0", "false"].includes(variable);
}
