import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { installStandIn } from "./simulator/install-stand-in.ts";
import { type Answer, at, request } from "./testing/http-client.ts";
import { MAYA, type SimulatedMessages, simulatedMessages } from "./testing/simulated-messages.ts";
import { type StartedProgram, startedProgram } from "./testing/started-program.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { until } from "./testing/until.ts";
import { type WebhookReceiver, webhookReceiver } from "./testing/webhook-receiver.ts";

const KEY = "key-of-this-test";
const MB = 1_048_576;
/** More than fits into what the log of bellhop.db has already taken of the disk. */
const MANY = 1_500;
/** How much of a processor trouble may take, and how many lines of log in so many seconds of it. */
const WATCHED_MS = 3_000;
const MOST_CPU = 0.25;
const MOST_LINES = 10;
const TICK_MS = 10;
const PATIENCE_MS = 90_000;

const mayMountTmpfs = mayMount(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]);
const mayMountImage =
  mayMountTmpfs && spawnSync("mkfs.ext4", ["-V"]).status === 0 && existsSync("/dev/loop0");
if (!mayMountTmpfs) console.warn("SKIPPED: a disk that is full, since nothing can be mounted here.");
if (!mayMountImage) console.warn("SKIPPED: a disk that fails, since no image of one can be mounted here.");

function mayMount(args: readonly string[]): boolean {
  if (process.platform !== "linux") return false;
  const folder = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  const isMounted = spawnSync("mount", [...args, folder]).status === 0;
  if (isMounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
  return isMounted;
}

/** Mounts at `folder` for this test. */
function mount(args: readonly string[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", [...args, folder]);
  // Lazily, since whoever has files open there ends only later.
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
}

/** Takes what is free on the disk of `folder`; gives it back by being called. */
function fillUp(folder: string): () => void {
  const path = join(folder, "filler");
  const file = openSync(path, "w");
  for (let size = MB; size >= 1; ) {
    try {
      if (writeSync(file, Buffer.alloc(size)) < size) size >>= 1;
    } catch {
      size >>= 1;
    }
  }
  closeSync(file);
  return () => rmSync(path);
}

/** A gateway in a process of its own whose data folder alone is on the disk in question. */
interface OnDisk {
  folder: string;
  data: string;
  messages: SimulatedMessages;
  receiver: WebhookReceiver;
  /** Texts that the webhook was told, also twice. */
  told(): string[];
  start(): Promise<StartedProgram>;
  ask(path: string, body?: unknown): Promise<Answer>;
  becomes(status: "ok" | "degraded", withinMs?: number): Promise<boolean>;
}

async function gatewayOn(folder: string): Promise<OnDisk> {
  const messages = simulatedMessages(join(folder, "messages"));
  const osascript = installStandIn({
    simulatedDir: join(folder, "messages"),
    nodePath: process.execPath,
    entryPath: resolve(import.meta.dirname, "osascript-stand-in.ts"),
  });
  const data = join(folder, "data");
  const receiver = await webhookReceiver();
  let url = "";
  const ask = (path: string, body?: unknown): Promise<Answer> =>
    request(`${url}/api/v1${path}`, {
      headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
  return {
    folder,
    data,
    messages,
    receiver,
    ask,
    told: () => receiver.events().map((event) => String(at(event, "data", "body"))),
    async start() {
      const paths = ["--chat-db", messages.path, "--osascript", osascript, "--data-dir", data];
      const rest = ["--port", "0", "--rate-limit", "0", "--api-key", KEY];
      // At this level every request writes into a log that is on the same disk.
      const program = startedProgram([...paths, ...rest, "--log-level", "debug"]);
      url = await program.ready();
      await ask("/webhooks", { url: receiver.url, events: ["message.received"] });
      return program;
    },
    becomes: (status, withinMs = 20_000) =>
      until(
        `health to be ${status}`,
        async () => at((await ask("/health")).json, "status") === status,
        withinMs,
      ),
  };
}

/** Somebody writes until the gateway says that it cannot record it; the texts. */
async function writeUntilDegraded({ messages, ask }: OnDisk): Promise<string[]> {
  const texts: string[] = [];
  for (let index = 0; index < MANY; index += 1) {
    texts.push(`meanwhile ${index}`);
    messages.receive(`meanwhile ${index}`);
    if (index % 20 === 0 && at((await ask("/health")).json, "status") === "degraded") break;
  }
  return texts;
}

async function expectRefusal({ ask, messages }: OnDisk): Promise<void> {
  const health = (await ask("/health")).json;
  expect(at(health, "backend", "message")).toMatch(/Bellhop's own data folder/);
  const refused = await ask("/messages", { recipient: MAYA, body: "mine" });
  expect([refused.status, at(refused.json, "code")]).toEqual([503, "storage_unavailable"]);
  const sent = "SELECT count(*) FROM message WHERE is_from_me = 1";
  expect(messages.store.database.prepare(sent).pluck().get()).toBe(0);
}

/** Every message once, under one id each, in order; what could not be noted may have come again. */
function expectEverythingTold({ receiver, told }: OnDisk, texts: readonly string[]): void {
  expect([...new Set(told())]).toEqual(texts);
  const ids = receiver.events().map((event) => at(event, "id"));
  expect(new Set(ids).size).toBe(texts.length);
  expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual(ids);
}

/** Processor time that a process has used, in ms: the 12th and 13th fields after its name in brackets. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** While trouble lasts and messages go on coming, the processor has peace and so has the screen. */
async function expectPeace(program: StartedProgram, { messages, ask }: OnDisk): Promise<string[]> {
  const lines = (): number => program.errors().split("\n").length;
  const before = { cpu: cpuMs(program.pid), lines: lines() };
  const started = performance.now();
  const texts: string[] = [];
  while (performance.now() - started < WATCHED_MS) {
    texts.push(`in peace ${texts.length}`);
    messages.receive(texts.at(-1) ?? "");
    // Each of these is a line of the log, which soon finds no room either.
    for (const id of ["a", "b", "c", "d", "e"]) expect((await ask(`/messages/${id}`)).status).toBe(404);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const share = (cpuMs(program.pid) - before.cpu) / (performance.now() - started);
  expect(share).toBeLessThan(MOST_CPU);
  expect(lines() - before.lines).toBeLessThan(MOST_LINES);
  return texts;
}

describe.skipIf(!mayMountTmpfs)("a disk that is full", { timeout: PATIENCE_MS }, () => {
  it("is in the health within seconds, loses nothing, and is over when there is space again", async () => {
    const folder = temporaryFolder();
    mount(["-t", "tmpfs", "-o", "size=24m", "tmpfs"], join(folder, "data"));
    const gateway = await gatewayOn(folder);
    const program = await gateway.start();
    gateway.messages.receive("before");
    await until("the first delivery", () => gateway.told().includes("before"));

    const giveBack = fillUp(gateway.data);
    const texts = ["before", ...(await writeUntilDegraded(gateway))];
    await gateway.becomes("degraded");
    await expectRefusal(gateway);
    texts.push(...(await expectPeace(program, gateway)));

    giveBack();
    await gateway.becomes("ok", 5_000);
    gateway.messages.receive("after");
    await until("the last delivery", () => gateway.told().includes("after"), 60_000);
    expectEverythingTold(gateway, [...texts, "after"]);
    program.signal("SIGTERM");
    expect(await program.ended()).toBe(0);
  });

  it("does not keep a gateway from being killed, and the next one goes on", async () => {
    const folder = temporaryFolder();
    mount(["-t", "tmpfs", "-o", "size=24m", "tmpfs"], join(folder, "data"));
    const gateway = await gatewayOn(folder);
    const program = await gateway.start();
    gateway.messages.receive("before");
    await until("the first delivery", () => gateway.told().includes("before"));
    const giveBack = fillUp(gateway.data);
    const texts = await writeUntilDegraded(gateway);
    await gateway.becomes("degraded");
    program.signal("SIGKILL");
    await program.ended();

    giveBack();
    await gateway.start();
    await until("the last delivery", () => gateway.told().includes(texts.at(-1) ?? ""), 60_000);
    expectEverythingTold(gateway, ["before", ...texts]);
  });
});

describe.skipIf(!mayMountImage)("a disk that becomes read-only", { timeout: PATIENCE_MS }, () => {
  it("is in the health, refuses what cannot be kept, and nothing is lost when it is mounted anew", async () => {
    const folder = temporaryFolder();
    const image = join(folder, "disk.img");
    closeSync(openSync(image, "w"));
    truncateSync(image, 48 * MB);
    execFileSync("mkfs.ext4", ["-q", "-F", image]);
    const data = join(folder, "data");
    mount(["-o", "loop", image], data);
    const gateway = await gatewayOn(folder);
    const program = await gateway.start();
    gateway.messages.receive("before");
    await until("the first delivery", () => gateway.told().includes("before"));

    // As the system does when a disk makes errors: also files that are open cannot be written any more.
    execFileSync("mount", ["-o", "remount,abort", data]);
    const texts = ["before", ...(await writeUntilDegraded(gateway))];
    await gateway.becomes("degraded");
    await expectRefusal(gateway);
    texts.push(...(await expectPeace(program, gateway)));
    program.signal("SIGTERM");
    await program.ended();

    execFileSync("umount", [data]);
    spawnSync("e2fsck", ["-fy", image]);
    mount(["-o", "loop", image], data);
    expect(statSync(join(data, "bellhop.db")).size).toBeGreaterThan(0);
    await gateway.start();
    await gateway.becomes("ok");
    gateway.messages.receive("after");
    await until("the last delivery", () => gateway.told().includes("after"), 60_000);
    expectEverythingTold(gateway, [...texts, "after"]);
  });

  it("has the gateway say at its start which folder it cannot write", async () => {
    const folder = temporaryFolder();
    const data = join(folder, "data");
    mount(["-t", "tmpfs", "-o", "size=24m", "tmpfs"], data);
    const gateway = await gatewayOn(folder);
    const first = await gateway.start();
    gateway.messages.receive("before");
    await until("the first delivery", () => gateway.told().includes("before"));
    first.signal("SIGTERM");
    expect(await first.ended()).toBe(0);
    gateway.messages.receive("meanwhile");

    execFileSync("mount", ["-o", "remount,ro", data]);
    const refused = startedProgram(["--chat-db", gateway.messages.path, "--data-dir", data, "--port", "0"]);
    expect(await refused.ended()).toBe(1);
    expect(refused.errors()).toMatch(new RegExp(`^bellhop: ${data}\\S* cannot be used; .*--data-dir\n$`));

    execFileSync("mount", ["-o", "remount,rw", data]);
    await gateway.start();
    await until("the last delivery", () => gateway.told().includes("meanwhile"));
    expectEverythingTold(gateway, ["before", "meanwhile"]);
  });
});
