import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { type RunningGateway, startGateway } from "../e2e/support/gateway.ts";
import { inRoot } from "../scripts/root.ts";
import { printFigure } from "./figures.ts";
import { type Load, now, pause, writeRows } from "./written-rows.ts";

/** Fifty messages a second for two minutes. */
const STEADY = { rows: 6_000, atOnce: 1, everyMs: 20 };
/** As many as a database holds that comes back after years, in one COMMIT. */
const BURST = { rows: 100_000, atOnce: 100_000, everyMs: 0 };
const LIMIT_MS = 240_000;

/** What a socket sees of messages that another process writes, the journal committed first; `--quick` for a tenth of it. */
export async function benchFeed(flags: readonly string[] = []): Promise<void> {
  const share = flags.includes("--quick") ? 0.1 : 1;
  const loopDelay = join(tmpdir(), `bellhop-loop-delay-${process.pid}.json`);
  const gateway = await startGateway([], {
    NODE_OPTIONS: `--import=${inRoot("bench", "loop-delay.ts")}`,
    BENCH_LOOP_DELAY: loopDelay,
  });
  try {
    process.kill(gateway.pid, "SIGUSR2");
    const steady = await follow(gateway, { ...STEADY, rows: STEADY.rows * share });
    printFigure("COMMIT to WebSocket frame", steady.latencies, "ms");
    process.stdout.write(`  lost: ${steady.lost} of ${steady.rows}\n`);
    await printLoopDelay("event loop held, at this pace", gateway.pid, loopDelay);
    const burst = await follow(gateway, { ...BURST, rows: BURST.rows * share, atOnce: BURST.atOnce * share });
    const seconds = Math.max(...burst.latencies) / 1_000;
    process.stdout.write(
      `  burst of ${burst.rows} in one COMMIT: lost ${burst.lost}, the last after ${seconds.toFixed(1)} s, ${Math.round(burst.rows / seconds)} a second\n`,
    );
    await printLoopDelay("event loop held, in the burst", gateway.pid, loopDelay);
  } finally {
    await gateway.stop();
    rmSync(loopDelay, { force: true });
  }
}

async function follow(
  gateway: RunningGateway,
  load: Load,
): Promise<{ rows: number; lost: number; latencies: number[] }> {
  const seen = new Map<string, number>();
  const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/api/v1/ws?api_key=${gateway.key}`);
  let closed: number | null = null;
  socket.on("message", (data) => {
    const at = now();
    const { guid } = JSON.parse(data.toString()).data;
    if (seen.has(guid)) throw new Error(`${guid} came twice`);
    seen.set(guid, at);
  });
  socket.on("close", (code) => {
    closed = code;
  });
  await new Promise((resolve) => socket.once("open", resolve));
  const committed = await writeRows(join(gateway.dataDir, "simulated", "chat.db"), load);
  const until = now() + LIMIT_MS;
  while (seen.size < load.rows && now() < until && closed === null) await pause(20);
  if (closed !== null) process.stdout.write(`  the gateway closed the socket: ${closed}\n`);
  socket.close();
  const latencies = [...committed].flatMap(([guid, at]) => {
    const frame = seen.get(guid);
    return frame === undefined ? [] : [frame - at];
  });
  return { rows: load.rows, lost: load.rows - latencies.length, latencies };
}

/** Asks the gateway's process for what it has measured since the last time. */
async function printLoopDelay(name: string, pid: number, file: string): Promise<void> {
  rmSync(file, { force: true });
  process.kill(pid, "SIGUSR2");
  for (let tries = 0; tries < 200; tries += 1) {
    await pause(20);
    try {
      const [p50, p99, p999, max] = JSON.parse(readFileSync(file, "utf8")).map((ms: number) => ms.toFixed(1));
      process.stdout.write(`  ${name.padEnd(34)} p50 ${p50}  p99 ${p99}  p99.9 ${p999}  max ${max} ms\n`);
      return;
    } catch {
      // Not written yet.
    }
  }
  process.stdout.write(`  ${name}: the gateway did not say\n`);
}
