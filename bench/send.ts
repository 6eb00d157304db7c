import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { startGateway } from "../e2e/support/gateway.ts";
import { inRoot } from "../scripts/root.ts";
import { printFigure } from "./figures.ts";

const SENDS = 40;

/** One send after the other; the stand-in alone is what a send costs without a gateway. */
export async function benchSend(): Promise<void> {
  const gateway = await startGateway();
  const run = promisify(execFile);
  try {
    const osascript = join(gateway.dataDir, "simulated", "osascript");
    const script = inRoot("resources", "applescript", "send-text-to-participant.applescript");
    const whole: number[] = [];
    const alone: number[] = [];
    for (let at = 0; at < SENDS; at += 1) {
      whole.push(await timed(() => post(gateway.url, gateway.key, `hello ${at}`)));
      alone.push(await timed(() => run(osascript, [script, "+15550113", "iMessage", `alone ${at}`])));
    }
    printFigure("POST to answer", whole, "ms");
    printFigure("stand-in alone (reference)", alone, "ms");
    printFigure(
      "our own share",
      whole.map((ms, at) => ms - (alone[at] ?? 0)),
      "ms",
    );
  } finally {
    await gateway.stop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function post(url: string, key: string, body: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify({ recipient: "+15550113", body }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}
