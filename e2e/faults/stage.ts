import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inRoot } from "../../scripts/root.ts";
import { realPorts } from "../../src-main/ports/real.ts";
import {
  closeMessageStore,
  ensureDirect,
  openMessageStore,
  receiveMessage,
} from "../../src-main/simulator/message-store.ts";
import { ask } from "./asking.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { type FaultyReceiver, openReceiver } from "./faulty-receiver.ts";
import { type Follower, followBySocket, followByStream } from "./followers.ts";
import { freePort } from "./free-port.ts";
import type { Endings } from "./harness.ts";
import { type KillableGateway, killableGateway } from "./killable-gateway.ts";

const SECRET = "whsec_ZmF1bHRzIGFyZSBub3QgdGhlIGV4Y2VwdGlvbg==";
/** What a hang costs, in ms. */
const WEBHOOK_TIMEOUT_MS = 1_000;
/** No writer goes on for longer. */
const WRITER_MS = 600_000;

/** Everything that takes part in a run. */
export interface Stage {
  chatDb: string;
  gateway: KillableGateway;
  faulty: FaultyReceiver;
  healthy: FaultyReceiver;
  /** Guids in the order of their commits. */
  written: string[];
  followers: { name: string; follower: Follower; hasAll: boolean }[];
}

/** Starts a gateway on an empty data folder in `folder`, two receivers with their webhooks, and the followers. */
export async function setUp(plan: FaultPlan, folder: string, endings: Endings): Promise<Stage> {
  const chatDb = join(folder, "messages", "chat.db");
  makeChatDb(chatDb);
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(dataDir, "config.json"), JSON.stringify({ webhookTimeoutMs: WEBHOOK_TIMEOUT_MS }));
  const gateway = killableGateway({ chatDb, dataDir, port: await freePort() });
  endings.push(() => gateway.abandon());
  gateway.start();
  await gateway.ready();

  const { faults, deadMs } = plan;
  const faulty = await openReceiver({ port: await freePort(), secret: SECRET, faults, deadMs });
  endings.push(() => faulty.close());
  const healthy = await openReceiver({ port: await freePort(), secret: SECRET });
  endings.push(() => healthy.close());
  for (const { url } of [faulty, healthy]) {
    await ask(gateway, "/webhooks", { url, events: ["message.received"], secret: SECRET });
  }
  const followers = [
    { name: "a WebSocket", follower: followBySocket(gateway, false), hasAll: false },
    { name: "a WebSocket with since", follower: followBySocket(gateway, true), hasAll: true },
    { name: "a stream with Last-Event-ID", follower: followByStream(gateway), hasAll: true },
  ];
  for (const { follower } of followers) endings.push(() => follower.stop());
  return { chatDb, gateway, faulty, healthy, written: [], followers };
}

/** A chat.db with something in it from before, which nobody is told of. */
function makeChatDb(path: string): void {
  const { clock, randomness } = realPorts();
  const store = openMessageStore({ path, macos: 26, clock, randomness });
  const chat = ensureDirect(store, "+15550161");
  for (const text of ["before", "all", "this"]) receiveMessage(store, { chat, from: "+15550161", text });
  closeMessageStore(store);
}

/** Has a process of its own write `count` messages, drawn from `seed`; resolves when all are committed. */
export function write(
  { chatDb, written }: Pick<Stage, "chatDb" | "written">,
  count: number,
  seed: number,
  endings: Endings,
): Promise<void> {
  const args = [chatDb, count, seed].map(String);
  const writer: ChildProcess = spawn(process.execPath, [inRoot("e2e", "faults", "writer.ts"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: WRITER_MS,
  });
  endings.push(() => void writer.kill("SIGKILL"));
  if (writer.stdout) createInterface({ input: writer.stdout }).on("line", (guid) => void written.push(guid));
  return new Promise((resolve, reject) => {
    writer.once("error", reject);
    writer.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`the writer ended with ${code}`)),
    );
  });
}
