import { Command, InvalidArgumentError } from "commander";
import type { Clock } from "../ports/clock.ts";
import { makeLargeDatabase } from "../simulator/large-database.ts";
import { MACOS_VERSIONS, type Macos, parseMacos } from "../simulator/macos.ts";

interface Options {
  messages: number;
  macos: Macos;
  out: string;
  conversations: number;
  seed: number;
  force?: boolean;
}

const BAR_WIDTH = 40;

/** The command `make-db`: a large chat.db with Apple's schema, for benchmarks. */
export function makeDbCommand(clock: Clock): Command {
  return new Command("make-db")
    .description("Makes a large chat.db with Apple's schema, to measure with.")
    .requiredOption("--out <file>", "the database to write")
    .option("--messages <n>", "how many messages", wholeNumber, 1_000_000)
    .option("--conversations <n>", "how many conversations", wholeNumber, 2000)
    .option("--macos <version>", `whose schema: ${MACOS_VERSIONS.join(", ")}`, macosVersion, 26)
    .option("--seed <n>", "the same seed gives the same guids and texts", wholeNumber, 1)
    .option("--force", "replace a file that is there")
    .action(({ out, messages, conversations, macos, seed, force = false }: Options) => {
      const began = clock.monotonic();
      const onProgress = progress(messages);
      makeLargeDatabase({
        path: out,
        messages,
        conversations,
        macos,
        seed,
        force,
        now: clock.now(),
        onProgress,
      });
      const seconds = ((clock.monotonic() - began) / 1000).toFixed(1);
      process.stdout.write(`${out}: ${messages} messages in ${conversations} conversations, ${seconds} s\n`);
    });
}

/** A bar that moves on a terminal, a line every tenth elsewhere (a log keeps every line). */
function progress(total: number): (done: number) => void {
  let shown = 0;
  return (done) => {
    const share = done / total;
    if (process.stderr.isTTY) {
      const filled = Math.round(share * BAR_WIDTH);
      const bar = "#".repeat(filled).padEnd(BAR_WIDTH, ".");
      process.stderr.write(`\r[${bar}] ${Math.floor(share * 100)} %${done === total ? ", indexes …\n" : ""}`);
    } else if (Math.floor(share * 10) > shown) {
      shown = Math.floor(share * 10);
      process.stderr.write(`${shown * 10} % (${done} messages)\n`);
    }
  };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It has to be a whole number from 1.");
  return value;
}

function macosVersion(text: string): Macos {
  const macos = parseMacos(text);
  if (macos === null) throw new InvalidArgumentError(`It has to be one of ${MACOS_VERSIONS.join(", ")}.`);
  return macos;
}
