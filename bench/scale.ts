import { mkdtempSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "../scripts/build.ts";
import { seededChance } from "../src-main/simulator/seeded-chance.ts";
import { against, printFigure, printNumber, spreadOf } from "./figures.ts";
import { type LargeDatabase, largeDatabase } from "./scale-database.ts";
import { type BenchedGateway, startOn } from "./scale-gateway.ts";

const SIZES = [10_000, 100_000, 1_000_000];
const REQUESTS = 1_000;
const RANDOM_CONVERSATIONS = 20;
const DEPTHS = [0, 0.01, 0.5, 0.99];
/** A gateway has settled when it used less than this share of a core for some seconds. */
const SETTLED = 0.01;
const SETTLED_SECONDS = 3;
/** A first look at a million messages takes it some five minutes. */
const LIMIT_S = 360;
const IDLE_S = 20;
const RESTARTS = 3;

/** What is promised for a million messages. */
const TARGET = { readyMs: 500, pageMs: 3, ratio: 2, conversationsMs: 5, memoryMb: 150, idlePercent: 0.5 };

/**
 * What callers wait for, what it takes, and what it does when nobody asks: for histories of three sizes, or of
 * the one that is named. Everything is asked over HTTP on one connection; /health is the reference.
 */
export async function benchScale(flags: readonly string[]): Promise<void> {
  const sizes = flags.length > 0 ? flags.map(Number) : SIZES;
  if (!(await buildIfStale())) throw new Error("the build has failed");
  for (const messages of sizes) {
    process.stdout.write(`\n${messages.toLocaleString("en")} messages\n`);
    await benchOne(largeDatabase(messages));
  }
}

async function benchOne(database: LargeDatabase): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "bellhop-bench-data-"));
  let gateway = await startOn(database.path, dataDir);
  try {
    const first = gateway.readyMs;
    const again: number[] = [];
    for (let run = 0; run < RESTARTS; run += 1) {
      await gateway.stop();
      gateway = await startOn(database.path, dataDir);
      again.push(gateway.readyMs);
    }
    printNumber("spawn to ready, first time", first, "ms", against(TARGET.readyMs, first));
    printNumber(
      "spawn to ready, again",
      spreadOf(again).p50,
      "ms",
      against(TARGET.readyMs, spreadOf(again).p50),
    );
    await benchFirstPages(gateway);
    const hasSettled = await printSettling(gateway, LIMIT_S);
    await benchPages(gateway, database);
    const memory = gateway.memory();
    printNumber("resident memory after that", memory, "MB", against(TARGET.memoryMb, memory));
    const idle = await busyShare(gateway, IDLE_S);
    printNumber(
      hasSettled ? "idle, of one core" : "idle but for what it does itself",
      idle * 100,
      `%  over ${IDLE_S} s`,
      against(TARGET.idlePercent, idle * 100),
    );
    printNumber("bellhop.db", gateway.ownDatabase(), "MB");
  } finally {
    await gateway.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Callers come at once, while it still takes note of everything that is there. */
async function benchFirstPages(gateway: BenchedGateway): Promise<void> {
  const client = openClient(gateway);
  try {
    const page = () => client.timed("/api/v1/messages?limit=50");
    printNumber("the very first page", await page(), "ms");
    printFigure("page of 50 in the first minutes", await repeat(REQUESTS, page), "ms");
  } finally {
    client.close();
  }
}

async function benchPages(gateway: BenchedGateway, database: LargeDatabase): Promise<void> {
  const client = openClient(gateway);
  try {
    const page = (query: string) => client.timed(`/api/v1/messages?limit=50${query}`);
    const of = (guid: string) => `&conversation_id=${encodeURIComponent(guid)}`;
    const health = await repeat(REQUESTS, () => client.timed("/api/v1/health"));
    printFigure("/health (reference)", health, "ms");
    const withTarget = async (name: string, limit: number, ask: () => Promise<number>): Promise<void> => {
      const samples = await repeat(REQUESTS, ask);
      printFigure(name, samples, "ms", against(limit, spreadOf(samples).p99, "p99"));
    };
    await withTarget("page of 50", TARGET.pageMs, () => page(""));
    await withTarget("  of the hottest conversation", TARGET.pageMs, () => page(of(database.hottest)));
    await benchAnyConversation(database, (guid) => page(of(guid)));
    await withTarget("50 conversations", TARGET.conversationsMs, () =>
      client.timed("/api/v1/conversations?limit=50"),
    );
    for (const depth of DEPTHS) {
      const cursor = database.cursorAt(depth);
      await withTarget(`by cursor, ${depth * 100} % deep`, TARGET.pageMs, () => page(`&before=${cursor}`));
    }
    printFigure(
      "/health (reference) once more",
      await repeat(REQUESTS, () => client.timed("/api/v1/health")),
      "ms",
    );
  } finally {
    client.close();
  }
}

/** Each in turns with the hottest one, so that what is compared has met the same noise. */
async function benchAnyConversation(
  database: LargeDatabase,
  page: (guid: string) => Promise<number>,
): Promise<void> {
  const { fraction } = seededChance(7);
  const samples: number[] = [];
  const ratios: number[] = [];
  for (let n = 0; n < RANDOM_CONVERSATIONS; n += 1) {
    const guid = database.any(fraction());
    const hot: number[] = [];
    const own = await repeat(REQUESTS / RANDOM_CONVERSATIONS, async () => {
      hot.push(await page(database.hottest));
      return page(guid);
    });
    samples.push(...own);
    ratios.push(spreadOf(own).p50 / spreadOf(hot).p50);
  }
  printFigure(
    `  of ${RANDOM_CONVERSATIONS} others`,
    samples,
    "ms",
    against(TARGET.pageMs, spreadOf(samples).p99, "p99"),
  );
  const ratio = Math.max(...ratios);
  printNumber("  slowest of them / hottest", ratio, "×", against(TARGET.ratio, ratio));
}

/** Waits until it has no more to do for itself, but not for long, and says what that took; whether it has settled. */
async function printSettling(gateway: BenchedGateway, limit: number): Promise<boolean> {
  let quiet = 0;
  let busy = 0;
  let seconds = 0;
  for (; seconds < limit && quiet < SETTLED_SECONDS; seconds += 1) {
    const share = await busyShare(gateway, 1);
    quiet = share < SETTLED ? quiet + 1 : 0;
    busy += share;
  }
  const hasSettled = quiet === SETTLED_SECONDS;
  const how = hasSettled ? "settled" : "still at it";
  printNumber("while it works for itself", (busy / seconds) * 100, `%  over ${seconds} s  (${how})`);
  return hasSettled;
}

/** How much of one core it uses, 0 to 1. */
async function busyShare(gateway: BenchedGateway, seconds: number): Promise<number> {
  const before = gateway.cpuMs();
  const started = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return (gateway.cpuMs() - before) / (performance.now() - started);
}

async function repeat(times: number, ask: () => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  // The first tenth warms up.
  for (let n = -times / 10; n < times; n += 1) {
    const ms = await ask();
    if (n >= 0) samples.push(ms);
  }
  return samples;
}

interface Client {
  /** Asks and reads the whole answer; how long that took, in ms. Rejects for anything but 200. */
  timed(path: string): Promise<number>;
  close(): void;
}

/** One connection that stays open, as a good client's does. */
function openClient({ url, key }: BenchedGateway): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    timed: (path) =>
      new Promise((resolve, reject) => {
        const started = performance.now();
        const request = get(`${url}${path}`, { agent, headers: { "x-api-key": key } }, (response) => {
          response.resume();
          response.once("error", reject);
          response.once("end", () => {
            if (response.statusCode === 200) resolve(performance.now() - started);
            else reject(new Error(`${path} answered ${response.statusCode}`));
          });
        });
        request.once("error", reject);
      }),
    close: () => agent.destroy(),
  };
}
