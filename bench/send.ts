import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { startGateway } from "../e2e/support/gateway.ts";
import { inRoot } from "../scripts/root.ts";
import { against, printFigure, printNumber, spreadOf } from "./figures.ts";
import { wallTime as now } from "./wall-time.ts";
import { pause } from "./written-rows.ts";

const WARM_UP = 10;
const SENDS = 100;
const MOST_MS = 10;
/** An osascript takes a moment to end after its row: what is sent meanwhile would wait for that, since one goes at a time. */
const UNTIL_IT_ENDED_MS = 100;

const Times = z.object({ spawnedAt: z.number(), sentAt: z.number() });

/**
 * One send after the other, to an osascript that notes when it began and when its row was there: what lies before and
 * behind that is our own, but for what it takes to start a program at all.
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
      await pause(UNTIL_IT_ENDED_MS);
    }
    const lines = readFileSync(timesFile, "utf8").trim().split("\n");
    const times = lines.map((line) => Times.parse(JSON.parse(line)));
    if (times.length !== posted.length) throw new Error(`${posted.length} sends, ${times.length} osascripts`);
    const sends = posted
      .map((send, index) => ({ ...send, ...(times[index] ?? { spawnedAt: 0, sentAt: 0 }) }))
      .slice(WARM_UP);

    const before = sends.map(({ at, spawnedAt }) => spawnedAt - at);
    const behind = sends.map(({ sentAt, answeredAt }) => answeredAt - sentAt);
    const bare = await bareSpawns(simulated);
    const start = spreadOf(bare).p50;
    const own = sends.map((_, index) => (before[index] ?? 0) - start + (behind[index] ?? 0));
    printFigure("POST to osascript's first step", before, "ms");
    printFigure("of that, the start of any program", bare, "ms");
    printFigure("row that says sent, to answer", behind, "ms");
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

/** How long a plain Node takes to start a shell that does nothing but say when, in ms. */
async function bareSpawns(folder: string): Promise<number[]> {
  const program = join(folder, "says-when");
  writeFileSync(program, "#!/bin/bash\necho $EPOCHREALTIME\n", { mode: 0o700 });
  const samples: number[] = [];
  for (let count = 0; count < SENDS; count += 1) {
    const at = now();
    const { stdout } = await promisify(execFile)(program);
    samples.push(Number(stdout) * 1_000 - at);
  }
  return samples;
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
