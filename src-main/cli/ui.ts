import { Command } from "commander";
import { z } from "zod";
import { defaultDataFolder, USUAL_FOLDERS } from "../storage/data-folder.ts";
import { readRunning } from "../storage/instance-lock.ts";

/** Asks the gateway that runs on `folder` for a fresh link to its window. Rejects with a sentence. */
export async function askForLink(folder: string): Promise<string> {
  const running = readRunning(folder);
  if (running === null || running.url === "") {
    throw new Error(`no gateway runs on ${folder}; start one, or name its folder with --data-dir`);
  }
  const answer = await fetch(`${running.url}/ui/links`, {
    method: "POST",
    headers: { authorization: `Bearer ${running.controlToken}` },
  }).catch(() => null);
  if (answer === null) throw new Error(`the gateway at ${running.url} does not answer; start it again`);
  const body = z.object({ token: z.string() }).safeParse(await answer.json().catch(() => null));
  if (!body.success) throw new Error(`the gateway at ${running.url} serves no window to browsers`);
  return `${running.url}/ui/#${body.data.token}`;
}

/** `bellhop ui`: prints a fresh link. Without a folder the one that is running of the usual ones is asked. */
export function uiCommand(): Command {
  return new Command("ui")
    .description("print a fresh link to the window, good once within 10 minutes")
    .option("--data-dir <folder>", "the data folder of the running gateway", process.env.BELLHOP_DATA_DIR)
    .action(async ({ dataDir }: { dataDir?: string }) => {
      const usual = USUAL_FOLDERS.map(defaultDataFolder);
      const folder = dataDir ?? usual.find((one) => readRunning(one)?.url) ?? defaultDataFolder("simulated");
      process.stdout.write(`${await askForLink(folder)}\n`);
    });
}
