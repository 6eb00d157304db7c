import { dirname } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import {
  bringInto,
  FAILURES,
  type FailureOptions,
  faultsOf,
  isFailure,
  planFailure,
  STATES,
} from "../simulator/failures.ts";
import { FAULT_SCRIPTS } from "../simulator/faults.ts";
import type { Store } from "../simulator/message-store.ts";
import { type Outcome, partNumber, type Stage, wholeNumber } from "./simulate-run.ts";

/** The subcommand of `simulate` by which the next calls of Messages fail. */
export function addFailureCommands({ add, run }: Stage): void {
  const failNext = add("fail-next", "The next calls of Messages fail, in a way that it is known to fail.")
    .argument("<name>", "which failure; the list is below", failureName)
    .option("--times <n>", "so many calls in a row", wholeNumber)
    .option("--ms <ms>", "how long it takes, where it takes time", partNumber)
    .option("--code <n>", "Messages' own error number, where it ends in one", wholeNumber)
    .addOption(
      new Option("--script <script>", "only calls of this script, in place of the usual ones").choices(
        FAULT_SCRIPTS,
      ),
    )
    .addHelpText("after", `\nFailures:\n${listed(FAILURES)}\n\nStates:\n${listed(STATES)}`);
  failNext.action((name: Name, options: FailureOptions) =>
    run<FailureOptions>((store) => failing(store, name, options))(options),
  );
}

type Name = keyof typeof FAILURES | keyof typeof STATES;

function failing(store: Store, name: Name, options: FailureOptions): Outcome[] {
  const simulatedDir = dirname(store.database.name);
  if (!isFailure(name)) {
    bringInto(simulatedDir, name);
    return [{ state: name }];
  }
  const waiting = planFailure(simulatedDir, name, options, store.clock.now);
  return [{ planned: name, times: options.times ?? 1, fault: faultsOf(name, options)[0], waiting }];
}

function failureName(name: string): Name {
  if (isFailure(name)) return name;
  if (name === "closed" || name === "none") return name;
  throw new InvalidArgumentError("There is no such failure: see simulate fail-next --help.");
}

function listed(all: Readonly<Record<string, string | { about: string }>>): string {
  return Object.entries(all)
    .map(([name, what]) => `  ${name.padEnd(26)}${typeof what === "string" ? what : what.about}`)
    .join("\n");
}
