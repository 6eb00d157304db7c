import { parseArgs } from "node:util";
import { FULL_SENDS, runSends, SHORT_SENDS } from "../e2e/sends/run-sends.ts";
import { buildIfStale } from "./build.ts";
import { readCount } from "./read-count.ts";
import { say } from "./root.ts";

const HELP = `npm run test:sends -- [--short] [--seed N] [--sends N] [--kills N]

Clients send while the gateway is killed and osascript times out; nothing may be sent twice, and every item must end as
chat.db says. The same seed draws the same sends, kills and faults.
`;

async function main(): Promise<boolean> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { help: { type: "boolean" }, short: { type: "boolean" }, seed: text, sends: text, kills: text },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return true;
  }
  const size = values.short ? SHORT_SENDS : FULL_SENDS;
  const options = {
    seed: readCount("seed", values.seed, Math.floor(Math.random() * 1e9)),
    sends: readCount("sends", values.sends, size.sends),
    kills: readCount("kills", values.kills, size.kills),
  };
  if (!(await buildIfStale())) return false;
  const { failed } = await runSends({ ...options, say });
  return failed === 0;
}

process.exitCode = (await main()) ? 0 : 1;
