import { parseArgs } from "node:util";
import { FULL, runFaults, SHORT } from "../e2e/faults/run-faults.ts";
import { buildIfStale } from "./build.ts";
import { readCount } from "./read-count.ts";
import { say } from "./root.ts";

const HELP = `npm run test:faults -- [--short] [--seed N] [--messages N] [--kills N] [--faults N]

Messages are written while the gateway is killed and a receiver fails; each must be told to everybody, in order,
under one id. The same seed draws the same kills and faults.
`;

async function main(): Promise<boolean> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      help: { type: "boolean" },
      short: { type: "boolean" },
      seed: text,
      messages: text,
      kills: text,
      faults: text,
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return true;
  }
  const size = values.short ? SHORT : FULL;
  const options = {
    seed: readCount("seed", values.seed, Math.floor(Math.random() * 1e9)),
    messages: readCount("messages", values.messages, size.messages),
    kills: readCount("kills", values.kills, size.kills),
    faults: readCount("faults", values.faults, size.faults),
  };
  if (!(await buildIfStale())) return false;
  const { failed } = await runFaults({ ...options, say });
  return failed === 0;
}

process.exitCode = (await main()) ? 0 : 1;
