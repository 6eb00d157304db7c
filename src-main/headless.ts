// First of all: what is imported after it grows the heap.
import "./small-heap.ts";
import { banner } from "./cli/banner.ts";
import { launchGateway, readLaunchOptions, UsageError } from "./launch.ts";
import { realPorts } from "./ports/real.ts";

/** The gateway under plain Node: on simulated Messages, on a copy of a chat.db, or on a Mac without a screen. */
async function start(): Promise<void> {
  // Whoever started it may stop listening; that is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const options = readLaunchOptions(process.argv.slice(2), process.env);
  const gateway = await launchGateway(
    { ...options, program: import.meta.filename, serveUi: true, canRunNode: true },
    realPorts(),
  );
  const stop = (): void => {
    // A second signal while the first is being obeyed ends the process at once.
    process.once("SIGINT", () => process.exit(130));
    process.once("SIGTERM", () => process.exit(143));
    process.stdout.write("Stopping\n");
    gateway.stop().then(
      () => process.exit(0),
      (thrown) => fail(thrown),
    );
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  process.stdout.write(banner(gateway, options));
  process.stdout.write(`bellhop ready ${gateway.url}\n`);
}

function fail(thrown: unknown): never {
  if (thrown instanceof UsageError && thrown.help !== null) {
    process.stdout.write(thrown.help);
    process.exit(0);
  }
  const sentence = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(`bellhop: ${sentence}\n`);
  process.exit(1);
}

start().catch(fail);
