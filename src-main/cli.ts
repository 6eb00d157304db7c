import { Command } from "commander";
import { makeDbCommand } from "./cli/make-db.ts";
import { simulateCommand } from "./cli/simulate.ts";
import { uiCommand } from "./cli/ui.ts";
import { realPorts } from "./ports/real.ts";

/** The `bellhop` command. */
const ports = realPorts();
const bellhop = new Command("bellhop")
  .description("Work with a running Bellhop from the command line.")
  .addCommand(uiCommand())
  .addCommand(simulateCommand(ports))
  .addCommand(makeDbCommand(ports.clock));

bellhop.parseAsync().catch((thrown: unknown) => {
  process.stderr.write(`bellhop: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
});
