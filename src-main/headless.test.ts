import { createHmac } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { realPorts } from "./ports/real.ts";
import { messageBody } from "./simulator/message-body.ts";
import {
  closeMessageStore,
  ensureDirect,
  openMessageStore,
  receiveMessage,
} from "./simulator/message-store.ts";
import { at, request } from "./testing/http-client.ts";
import { MAYA } from "./testing/simulated-messages.ts";
import { connectSocket } from "./testing/socket-client.ts";
import { hasSqliteProgram, runSqliteProgram } from "./testing/sqlite-program.ts";
import { startedProgram } from "./testing/started-program.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { until } from "./testing/until.ts";
import { webhookReceiver } from "./testing/webhook-receiver.ts";

const KEY = "key-of-this-test";
const HEADERS = { "X-API-Key": KEY, "Content-Type": "application/json" };

const flagsFor = (folder: string): string[] => [
  "--simulate",
  "--port",
  "0",
  "--data-dir",
  folder,
  "--api-key",
  KEY,
  "--rate-limit",
  "0",
];

function registerWebhook(url: string, target: string) {
  const body = JSON.stringify({ url: target, events: ["message.received"], secret: "topsecret" });
  return request(`${url}/api/v1/webhooks`, { method: "POST", headers: HEADERS, body });
}

/** Somebody writes, in a process that knows nothing of the gateway. */
function receiveIn(folder: string, text: string): void {
  const { clock, randomness } = realPorts();
  const store = openMessageStore({ path: join(folder, "simulated", "chat.db"), clock, randomness });
  receiveMessage(store, { chat: ensureDirect(store, MAYA), from: MAYA, text });
  closeMessageStore(store);
}

/** The row as the `sqlite3` program inserts it: only with what it says. */
function insertBySqlite(folder: string, text: string): void {
  const body = messageBody([{ text }]).encoded.toString("hex");
  const apple = `${Math.floor(Date.now() / 1_000) - 978_307_200}000000000`;
  const sql = `
    INSERT INTO message (guid, attributedBody, handle_id, service, date, is_delivered, is_finished)
      SELECT 'FROM-SQLITE', x'${body}', ROWID, 'iMessage', ${apple}, 1, 1 FROM handle WHERE id = '${MAYA}' LIMIT 1;
    INSERT INTO chat_message_join (chat_id, message_id, message_date)
      SELECT c.ROWID, m.ROWID, m.date FROM chat c, message m
      WHERE c.chat_identifier = '${MAYA}' AND m.guid = 'FROM-SQLITE'`;
  runSqliteProgram(join(folder, "simulated", "chat.db"), sql);
}

describe("the headless gateway", () => {
  it("prints a banner whose commands work, and stops at SIGTERM with exit 0", async () => {
    const folder = temporaryFolder();
    const program = startedProgram(["--simulate", "--port", "0", "--data-dir", folder]);
    const url = await program.ready();
    expect(program.output()).toMatch(/Bellhop \d+\.\d+\.\d+ on simulated Messages \(macOS 26\)/);
    const key = /API key +(bh_\S+)/.exec(program.output())?.[1] ?? "";
    const answer = await request(`${url}/api/v1/messages?limit=3`, { headers: { "X-API-Key": key } });
    expect([answer.status, at(answer.json, "count")]).toEqual([200, 3]);
    const body = JSON.stringify({ recipient: "+15550001", body: "Hello from Bellhop" });
    const sent = await request(`${url}/api/v1/messages`, {
      method: "POST",
      headers: { "X-API-Key": key, "Content-Type": "application/json" },
      body,
    });
    expect([sent.status, at(sent.json, "body"), at(sent.json, "guid")]).toEqual([
      200,
      "Hello from Bellhop",
      expect.stringMatching(/^[0-9A-F-]{36}$/),
    ]);
    for (const name of ["bellhop.db", "data.key", "running.json", "instance.lock", "logs/bellhop.log"]) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    program.signal("SIGTERM");
    expect(await program.ended()).toBe(0);
    expect(program.errors()).toBe("");
    expect(existsSync(join(folder, "running.json"))).toBe(false);
  });

  it("keeps its key out of the banner when it was given, and out of its log", async () => {
    const folder = temporaryFolder();
    const program = startedProgram([...flagsFor(folder), "--log-level", "debug"]);
    const url = await program.ready();
    await request(`${url}/api/v1/ws?api_key=${KEY}`);
    await request(`${url}/api/v1/messages`, { headers: { "X-API-Key": KEY } });
    program.signal("SIGINT");
    expect(await program.ended()).toBe(0);
    const log = readFileSync(join(folder, "logs", "bellhop.log"), "utf8");
    expect(log).toContain("Ready");
    expect(log + program.output() + program.errors()).not.toContain(KEY);
  });

  it("refuses to be second on a data folder, and names the first one's pid", async () => {
    const folder = temporaryFolder();
    const first = startedProgram(flagsFor(folder));
    const url = await first.ready();
    const second = startedProgram(flagsFor(folder));
    expect(await second.ended()).toBe(1);
    expect(second.errors()).toBe(
      `bellhop: another Bellhop (process ${first.pid} on ${url}) already uses ${folder}; quit it, or choose another --data-dir\n`,
    );
  });

  it("says in one sentence that its port is taken, and exits with 1", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const program = startedProgram([...flagsFor(temporaryFolder()), "--port", String(port)]);
    expect(await program.ended()).toBe(1);
    expect(program.errors()).toMatch(new RegExp(`^bellhop: port ${port} on 127\\.0\\.0\\.1 is taken; .*\n$`));
  });

  it("does not use the folder of simulated Messages for real ones", async () => {
    const folder = temporaryFolder();
    const simulated = startedProgram(flagsFor(folder));
    await simulated.ready();
    simulated.signal("SIGTERM");
    await simulated.ended();
    const copy = startedProgram([
      "--chat-db",
      join(folder, "simulated", "chat.db"),
      "--port",
      "0",
      "--data-dir",
      folder,
    ]);
    expect(await copy.ended()).toBe(1);
    expect(copy.errors()).toMatch(/^bellhop: .* belongs to simulated Messages .*\n$/);
  });

  it("starts with a config.json that makes no sense, and names what it passed over", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "config.json"), JSON.stringify({ pollIntervalMs: "often", rateLimit: 7 }));
    const program = startedProgram(["--simulate", "--port", "0", "--data-dir", folder, "--api-key", KEY]);
    const url = await program.ready();
    expect(program.errors()).toContain(
      "config.json: pollIntervalMs: must be a whole number from 50 to 60000; the default is used",
    );
    const { headers } = await request(`${url}/api/v1/messages`, { headers: HEADERS });
    expect(headers["ratelimit-policy"]).toMatch(/q=7;/);
  });

  it("says what is wrong with flags, and exits with 1", async () => {
    const program = startedProgram(["--port", "abc"]);
    expect(await program.ended()).toBe(1);
    expect(program.errors()).toBe("bellhop: --port must be a whole number\n");
  });

  it("--help exits with 0", async () => {
    const program = startedProgram(["--help"]);
    expect(await program.ended()).toBe(0);
    expect(program.output()).toContain("--data-dir");
  });
});

describe.skipIf(!hasSqliteProgram)("a row that the sqlite3 program inserts", () => {
  it("is on a WebSocket and at a webhook with a valid signature, decoded, once", async () => {
    const folder = temporaryFolder();
    const program = startedProgram(flagsFor(folder));
    const url = await program.ready();
    receiveIn(folder, "first, so that there is a chat");
    const receiver = await webhookReceiver();
    const client = await connectSocket(`${url}/api/v1/ws?api_key=${KEY}&types=message.received`);
    await registerWebhook(url, receiver.url);
    const text = "from sqlite3 🧪 – שלום";
    insertBySqlite(folder, text);
    const isIt = (event: unknown): boolean => at(event, "data", "guid") === "FROM-SQLITE";
    await until("the frame", () => client.events().some(isIt));
    const delivery = await until("the delivery", () =>
      receiver.received.find(({ body }) => isIt(JSON.parse(body))),
    );
    expect(at(JSON.parse(delivery.body), "data")).toMatchObject({ body: text, sender: MAYA });
    const hmac = createHmac("sha256", "topsecret").update(delivery.body).digest("hex");
    expect(delivery.headers["x-webhook-signature"]).toBe(`sha256=${hmac}`);
    const signed = `${delivery.headers["webhook-id"]}.${delivery.headers["webhook-timestamp"]}.${delivery.body}`;
    expect(delivery.headers["webhook-signature"]).toBe(
      `v1,${createHmac("sha256", "topsecret").update(signed).digest("base64")}`,
    );
    receiveIn(folder, "last");
    const isLast = (event: unknown): boolean => at(event, "data", "body") === "last";
    await until("the last one", () => client.events().some(isLast) && receiver.events().some(isLast));
    expect(client.events().filter(isIt)).toHaveLength(1);
    expect(receiver.events().filter(isIt)).toHaveLength(1);
  });
});

describe("kill -9", () => {
  it("loses nothing: what came meanwhile is delivered after the restart, and nothing twice as new", async () => {
    const folder = temporaryFolder();
    const receiver = await webhookReceiver();
    const first = startedProgram(flagsFor(folder));
    await registerWebhook(await first.ready(), receiver.url);
    const texts = Array.from({ length: 12 }, (_, index) => `message ${index}`);
    for (const text of texts.slice(0, 4)) receiveIn(folder, text);
    await until("the first deliveries", () => receiver.received.length >= 4);
    for (const text of texts.slice(4, 8)) receiveIn(folder, text);
    first.signal("SIGKILL");
    expect(await first.ended()).toBeNull();
    for (const text of texts.slice(8)) receiveIn(folder, text);

    const second = startedProgram(flagsFor(folder));
    const url = await second.ready();
    const bodies = (): unknown[] => receiver.events().map((event) => at(event, "data", "body"));
    await until("all deliveries", () => texts.every((text) => bodies().includes(text)));
    // The same id may come again where the kill fell between a delivery and its record: that is no new event.
    const ids = new Map(receiver.events().map((event) => [at(event, "id"), at(event, "data", "body")]));
    expect([...ids.values()]).toEqual(texts);
    const seqs = [...new Set(receiver.events().map((event) => at(event, "seq")))];
    expect(seqs).toEqual(seqs.toSorted((a, b) => Number(a) - Number(b)));
    expect((await request(`${url}/api/v1/health`)).json).toMatchObject({ status: "ok" });
    second.signal("SIGTERM");
    expect(await second.ended()).toBe(0);
  });
});
