import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { startGateway } from "../e2e/support/gateway.ts";
import { inRoot } from "../scripts/root.ts";
import { against, printFigure, printNumber, spreadOf } from "./figures.ts";
import { wallTime as now } from "./wall-time.ts";

const WARM_UP = 10;
const SENDS = 100;
const MOST_MS = 10;

const Times = z.object({ spawnedAt: z.number(), sentAt: z.number() });

/**
 * One send after the other, to an osascript that notes when it began and when its row was there: what lies before and
 * behind that is our own.
 */
export async function benchSend(): Promise<void> {
  const gateway = await startGateway();
  try {
    const simulated = join(gateway.dataDir, "simulated");
    const timesFile = join(simulated, "times.jsonl");
    const [program, chatDb] = [inRoot("bench", "timed-osascript.ts"), join(simulated, "chat.db")];
    const osascript = `#!/bin/bash\nexec '${process.execPath}' '${program}' $EPOCHREALTIME '${chatDb}' '${timesFile}' "$@"\n`;
    writeFileSync(join(simulated, "osascript"), osascript, { mode: 0o700 });

    const posted: { at: number; answeredAt: number }[] = [];
    for (let count = 0; count < WARM_UP + SENDS; count += 1) {
      const at = now();
      await post(gateway.url, gateway.key, `hello ${count}`);
      posted.push({ at, answeredAt: now() });
    }
    const lines = readFileSync(timesFile, "utf8").trim().split("\n");
    const times = lines.map((line) => Times.parse(JSON.parse(line)));
    if (times.length !== posted.length) throw new Error(`${posted.length} sends, ${times.length} osascripts`);
    const sends = posted
      .map((send, index) => ({ ...send, ...(times[index] ?? { spawnedAt: 0, sentAt: 0 }) }))
      .slice(WARM_UP);

    const before = sends.map(({ at, spawnedAt }) => spawnedAt - at);
    const behind = sends.map(({ sentAt, answeredAt }) => answeredAt - sentAt);
    const own = sends.map((_, index) => (before[index] ?? 0) + (behind[index] ?? 0));
    printFigure("POST to osascript spawned", before, "ms");
    printFigure("row to answer", behind, "ms");
    printFigure("our own overhead", own, "ms", against(MOST_MS, spreadOf(own).p50, "p50"));
    printFigure(
      "osascript itself (reference)",
      sends.map(({ spawnedAt, sentAt }) => sentAt - spawnedAt),
      "ms",
    );
    printNumber("an empty request (reference)", await emptyRequest(gateway.url), "ms");
  } finally {
    await gateway.stop();
  }
}

/** What a request costs that does nothing, in ms: the median. */
async function emptyRequest(url: string): Promise<number> {
  const samples: number[] = [];
  for (let count = 0; count < SENDS; count += 1) {
    const at = now();
    await (await fetch(`${url}/api/v1/health`)).text();
    samples.push(now() - at);
  }
  return spreadOf(samples).p50;
}

async function post(url: string, key: string, body: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify({ recipient: "+15550113", body }),
  });
  const text = await answer.text();
  if (!answer.ok || !text.includes('"guid":"')) throw new Error(`${answer.status} ${text}`);
}
