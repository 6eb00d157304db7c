import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { realPorts } from "../src-main/ports/real.ts";
import { closeMessageStore, ensureDirect, openMessageStore } from "../src-main/simulator/message-store.ts";
import { against, printFigure, printNumber, spreadOf } from "./figures.ts";
import { type BenchedGateway, startOn } from "./scale-gateway.ts";
import { startReceivers, type WebhookReceivers } from "./webhook-receiver.ts";
import { type Load, now, pause, writeRows } from "./written-rows.ts";

const ROUNDS = 3;
const EVENTS_TO_ONE = 10_000;
/** Each goes to eight. */
const EVENTS_TO_EIGHT = 2_500;
const GOAL_ONE = 2_000;
const GOAL_EIGHT = 3_000;

/** Fifty messages a second for twenty seconds, in each round. */
const STEADY = { rows: 1_000, atOnce: 1, everyMs: 20 };
const SILENT = 20;
const GOAL_RISE_MS = 5;

/** Long enough for a queue to be filled while an answer is held back. */
const PATIENT_MS = 120_000;
/** Short enough for silent endpoints to be given up and tried again in each round. */
const IMPATIENT_MS = 3_000;
const LIMIT_MS = 180_000;

/** How fast queues of deliveries are worked off, and whether endpoints that hang slow another; `--quick` for a tenth. */
export async function benchWebhooks(flags: readonly string[] = []): Promise<void> {
  const share = flags.includes("--quick") ? 0.1 : 1;
  const receivers = await startReceivers(8, SILENT);
  try {
    await withGateway(PATIENT_MS, async (gateway, chatDb) => {
      await throughput(gateway, chatDb, receivers, 1, EVENTS_TO_ONE * share);
      await throughput(gateway, chatDb, receivers, 8, EVENTS_TO_EIGHT * share);
    });
    await withGateway(IMPATIENT_MS, (gateway, chatDb) => beside(gateway, chatDb, receivers, share));
  } finally {
    receivers.close();
  }
}

/** A gateway on an empty chat.db, in folders that go with it. */
async function withGateway(
  webhookTimeoutMs: number,
  use: (gateway: BenchedGateway, chatDb: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bellhop-bench-"));
  const chatDb = join(folder, "messages", "chat.db");
  const { clock, randomness } = realPorts();
  const store = openMessageStore({ path: chatDb, macos: 26, clock, randomness });
  ensureDirect(store, "+15550142", "iMessage");
  closeMessageStore(store);
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(dataDir, "config.json"), JSON.stringify({ webhookTimeoutMs }));
  try {
    const gateway = await startOn(chatDb, dataDir);
    try {
      await use(gateway, chatDb);
    } finally {
      await gateway.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fills the queues of `endpoints` while nothing is answered, and measures how fast they empty. */
async function throughput(
  gateway: BenchedGateway,
  chatDb: string,
  receivers: WebhookReceivers,
  endpoints: number,
  events: number,
): Promise<void> {
  const urls = receivers.urls.slice(0, endpoints);
  const goal = endpoints === 1 ? GOAL_ONE : GOAL_EIGHT;
  const to = endpoints === 1 ? "to one" : `to ${endpoints}`;
  const rates: number[] = [];
  const costs: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await receivers.hold();
    const remove = await addWebhooks(gateway, urls);
    await journalled(gateway, events, () => writeRows(chatDb, { rows: events, atOnce: events, everyMs: 0 }));
    const cpu = gateway.cpuMs();
    const { perSecond } = await timed(receivers, events * endpoints, () => receivers.letGo());
    rates.push(perSecond);
    costs.push(((gateway.cpuMs() - cpu) * 1_000) / (events * endpoints));
    await remove();

    await receivers.hold();
    await receivers.letGo();
    const reference = await timed(receivers, events * endpoints, () => postBare(urls, events));
    bare.push(reference.perSecond);
  }
  const median = spreadOf(rates).p50;
  const verdict = `  [${median >= goal ? "at least" : "UNDER"} ${goal}]`;
  printNumber(
    `deliveries ${to}`,
    median,
    "a second",
    `${verdict}  (${rates.map(Math.round)}; ${events * endpoints} each)`,
  );
  printNumber(`gateway's CPU ${to}`, spreadOf(costs).p50, "µs each");
  printNumber(
    `bare POSTs ${to} (reference)`,
    spreadOf(bare).p50,
    "a second",
    `  (${bare.map(Math.round)}; ${(spreadOf(bare).p50 / median).toFixed(2)} times as many)`,
  );
}

/** From the beginning of `start` to the last of `count` answers. */
async function timed(
  receivers: WebhookReceivers,
  count: number,
  start: () => Promise<void>,
): Promise<{ perSecond: number }> {
  const began = now();
  await start();
  for (;;) {
    const { answered, last } = await receivers.report();
    if (answered >= count) return { perSecond: count / ((last - began) / 1_000) };
    if (now() - began > LIMIT_MS) throw new Error(`${answered} of ${count} were delivered in ${LIMIT_MS} ms`);
    // Seldom: asking costs time on a machine with few processors.
    await pause(200);
  }
}

/** What a delivery costs at the least: so many POSTs to each, one after the other over a connection that is kept. */
async function postBare(urls: readonly string[], count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ type: "message.received", data: { text: "x".repeat(900) } });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "webhook-id": "evt_0123456789abcdef01234567",
    "webhook-timestamp": "1700000000",
  };
  const post = (url: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: "POST", agent, headers }, (answer) => {
        answer.resume();
        answer.once("end", resolve);
      });
      sent.once("error", reject);
      sent.end(body);
    });
  await Promise.all(
    urls.map(async (url) => {
      for (let at = 0; at < count; at += 1) await post(url);
    }),
  );
  agent.destroy();
}

/** One endpoint at a steady pace, with and without silent ones beside it, by turns. */
async function beside(
  gateway: BenchedGateway,
  chatDb: string,
  receivers: WebhookReceivers,
  share: number,
): Promise<void> {
  const [url = ""] = receivers.urls;
  const load = { ...STEADY, rows: STEADY.rows * share };
  const alone: number[] = [];
  const crowded: number[] = [];
  await addWebhooks(gateway, [url]);
  await latencies(chatDb, receivers, { ...load, rows: 100 });
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(...(await latencies(chatDb, receivers, load)));
    const remove = await addWebhooks(gateway, receivers.silent);
    crowded.push(...(await latencies(chatDb, receivers, load)));
    await remove();
  }
  printFigure("COMMIT to receiver, alone", alone, "ms");
  printFigure(`COMMIT to receiver, ${SILENT} hanging`, crowded, "ms");
  const rise = spreadOf(crowded).p99 - spreadOf(alone).p99;
  printNumber("p99 rises by", rise, "ms", against(GOAL_RISE_MS, rise));
}

/** From each message's COMMIT to the receiver's having it, in ms. */
async function latencies(chatDb: string, receivers: WebhookReceivers, load: Load): Promise<number[]> {
  await receivers.hold();
  await receivers.letGo();
  const committed = await writeRows(chatDb, load);
  const deadline = now() + LIMIT_MS;
  for (;;) {
    const { at } = await receivers.report();
    const found = at.flatMap(([guid, came]) => {
      const wrote = committed.get(guid);
      return wrote === undefined ? [] : [came - wrote];
    });
    if (found.length >= load.rows) return found;
    if (now() > deadline) throw new Error(`${found.length} of ${load.rows} came in ${LIMIT_MS} ms`);
    await pause(50);
  }
}

/** Has each address told of messages; gives back how to remove them. */
async function addWebhooks(gateway: BenchedGateway, urls: readonly string[]): Promise<() => Promise<void>> {
  const ids: string[] = [];
  for (const url of urls) {
    const body = { url, events: ["message.received"], secret: "whsec_YmVuY2htYXJr" };
    const made: unknown = JSON.parse(await ask(gateway, "POST", "/webhooks", body));
    if (typeof made === "object" && made !== null) ids.push(String(Reflect.get(made, "id")));
  }
  return async () => {
    for (const id of ids) await ask(gateway, "DELETE", `/webhooks/${id}`);
  };
}

async function ask(gateway: BenchedGateway, method: string, path: string, body?: unknown): Promise<string> {
  const answer = await fetch(`${gateway.url}/api/v1${path}`, {
    method,
    headers: { "x-api-key": gateway.key, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
  return text;
}

/** Waits until a socket has had so many events of what `write` writes: then they are committed, with their deliveries. */
async function journalled(
  gateway: BenchedGateway,
  count: number,
  write: () => Promise<unknown>,
): Promise<void> {
  const address = `${gateway.url.replace("http", "ws")}/api/v1/ws?types=message.received`;
  const socket = new WebSocket(address, { headers: { "x-api-key": gateway.key } });
  let seen = 0;
  socket.on("message", () => {
    seen += 1;
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  await write();
  const deadline = now() + LIMIT_MS;
  while (seen < count) {
    if (now() > deadline) throw new Error(`${seen} of ${count} were journalled in ${LIMIT_MS} ms`);
    await pause(20);
  }
  socket.close();
}
