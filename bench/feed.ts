import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { startGateway } from "../e2e/support/gateway.ts";
import { inRoot } from "../scripts/root.ts";
import { printFigure } from "./figures.ts";

const ROWS = 1_000;
const EVERY_MS = 20;
const LIMIT_MS = 120_000;

/** 50 messages a second from a process of their own; measured is what a socket sees, journal committed first. */
export async function benchFeed(): Promise<void> {
  const gateway = await startGateway();
  try {
    const seen = new Map<string, number>();
    const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/api/v1/ws?api_key=${gateway.key}`);
    socket.on("message", (data) => {
      const at = now();
      seen.set(JSON.parse(data.toString()).data.guid, at);
    });
    await new Promise((resolve) => socket.once("open", resolve));
    const committed = await writeRows(join(gateway.dataDir, "simulated", "chat.db"));
    for (let tries = 0; tries < 200 && seen.size < ROWS; tries += 1) await pause(20);
    socket.close();
    const latencies = [...committed].flatMap(([guid, at]) => {
      const frame = seen.get(guid);
      return frame === undefined ? [] : [frame - at];
    });
    printFigure("COMMIT to WebSocket frame", latencies, "ms");
    process.stdout.write(`  lost: ${ROWS - latencies.length}\n`);
  } finally {
    await gateway.stop();
  }
}

/** The moment on a clock that all processes of this machine share, in ms. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs the writer and gathers, for each guid, when its COMMIT returned. */
function writeRows(chatDb: string): Promise<Map<string, number>> {
  const writer = spawn(
    process.execPath,
    [inRoot("bench", "feed-writer.ts"), chatDb, String(ROWS), String(EVERY_MS)],
    { stdio: ["ignore", "pipe", "inherit"], timeout: LIMIT_MS },
  );
  const committed = new Map<string, number>();
  createInterface(writer.stdout).on("line", (line) => {
    const [guid = "", at = ""] = line.split(" ");
    committed.set(guid, Number(at));
  });
  return new Promise((resolve, reject) => {
    writer.once("error", reject);
    writer.once("close", (code) =>
      code === 0 ? resolve(committed) : reject(new Error(`writer ended: ${code}`)),
    );
  });
}
