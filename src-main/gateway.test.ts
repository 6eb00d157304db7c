import { closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { realPorts } from "./ports/real.ts";
import { planFaults } from "./simulator/faults.ts";
import { installStandIn } from "./simulator/install-stand-in.ts";
import { at, request } from "./testing/http-client.ts";
import { runningGateway } from "./testing/running-gateway.ts";
import { MAYA, simulatedMessages } from "./testing/simulated-messages.ts";
import { connectSocket } from "./testing/socket-client.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { until } from "./testing/until.ts";
import { webhookReceiver } from "./testing/webhook-receiver.ts";

const RECEIVED = ["message.received"];

describe("a message", () => {
  it("is seen by the file watch, long before the next poll", async () => {
    const { api, key, messages } = await runningGateway({ settings: { pollIntervalMs: 60_000 } });
    const client = await connectSocket(`${api}/ws?api_key=${key}`);
    for (const [index, text] of ["one", "two", "three"].entries()) {
      messages.receive(text);
      await until(`"${text}"`, () => client.frames.length === index + 1);
    }
  });

  it("goes out through osascript, started as a Mac's would be", async () => {
    const folder = temporaryFolder();
    const messages = simulatedMessages(folder);
    const osascript = installStandIn({
      simulatedDir: dirname(messages.path),
      nodePath: process.execPath,
      entryPath: resolve(import.meta.dirname, "osascript-stand-in.ts"),
    });
    const { processes } = realPorts();
    const { post } = await runningGateway({
      folder,
      messages,
      gateway: { osascript },
      ports: { processes },
      settings: { sendWaitMs: 20_000 },
    });
    const body = `it's "$(rm -rf /)" \`&\` 👋\n-- \\`;
    const answer = await post("/messages", { recipient: MAYA, body });
    expect([answer.status, at(answer.json, "body")]).toEqual([200, body]);
  });

  it("sent while macOS denies Automation is 503, and health says why until one goes through", async () => {
    const { api, post, folder } = await runningGateway();
    planFaults(folder, [{ osascript: -1743 }]);
    const answer = await post("/messages", { recipient: MAYA, body: "hi" });
    expect([answer.status, at(answer.json, "code")]).toEqual([503, "automation_denied"]);
    const health = await request(`${api}/health`);
    expect(health.json).toMatchObject({
      status: "degraded",
      backend: { message: expect.stringMatching(/Automation/) },
    });
    await post("/messages", { recipient: MAYA, body: "hi" });
    expect((await request(`${api}/health`)).json).toMatchObject({ status: "ok" });
  });
});

describe("a chat.db", () => {
  it("that is missing makes health degraded, with 200 and the cause; it recovers by itself", async () => {
    const folder = temporaryFolder();
    const messages = simulatedMessages(folder);
    messages.receive("old");
    messages.close();
    renameSync(messages.path, join(folder, "away.db"));
    const { api, ask, key } = await runningGateway({ folder, messages });
    const health = await request(`${api}/health`);
    expect([health.status, health.json]).toEqual([
      200,
      {
        status: "degraded",
        backend: {
          connected: false,
          message: expect.stringContaining(messages.path),
          private_api_available: true,
        },
        mode: "simulated",
      },
    ]);
    const refused = await ask("/messages");
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "5"]);
    expect(refused.json).toMatchObject({
      error: expect.stringMatching(/^Backend unavailable: /),
      code: "reading_unavailable",
    });

    renameSync(join(folder, "away.db"), messages.path);
    await until(
      "health to be well",
      async () => at((await request(`${api}/health`)).json, "status") === "ok",
    );
    const client = await connectSocket(`${api}/ws?api_key=${key}`);
    simulatedMessages(folder).receive("new");
    await until("the event", () => client.frames.length === 1);
    expect(client.events()).toMatchObject([{ data: { body: "new" } }]);
  });

  it("that is damaged is looked at now and then, and holds nobody up", async () => {
    const folder = temporaryFolder();
    const messages = simulatedMessages(folder);
    for (let at = 0; at < 300; at += 1) messages.receive(`message ${at}`);
    messages.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    messages.close();
    const { api, ask } = await runningGateway({ folder, messages });
    // The header stays whole, so it still opens, and every opening and closing is a file event.
    const file = openSync(messages.path, "r+");
    writeSync(file, Buffer.alloc(200_000, 7), 0, 200_000, 3 * 4_096);
    closeSync(file);
    expect((await ask("/messages?limit=200")).status).toBe(503);
    for (let round = 0; round < 20; round += 1) {
      renameSync(messages.path, `${messages.path}.away`);
      renameSync(`${messages.path}.away`, messages.path);
      expect((await request(`${api}/health`)).json).toMatchObject({ status: "degraded" });
    }
  });

  it.each([
    ["garbage", (path: string) => writeFileSync(path, "this is no database".repeat(1_000))],
    ["an empty file", (path: string) => writeFileSync(path, "")],
  ])("that is %s cannot be read, and health says so", async (_what, make) => {
    const folder = temporaryFolder();
    const messages = simulatedMessages(folder, { name: "real.db" });
    const chatDb = join(folder, "chat.db");
    make(chatDb);
    const { api, ask } = await runningGateway({ folder, messages, gateway: { chatDb } });
    const health = await request(`${api}/health`);
    expect(health.status).toBe(200);
    expect(health.json).toMatchObject({
      status: "degraded",
      backend: { connected: false, message: expect.stringMatching(/not a message history/) },
    });
    expect((await ask("/conversations")).status).toBe(503);
    messages.close();
    rmSync(chatDb);
    renameSync(messages.path, chatDb);
    await until(
      "health to be well",
      async () => at((await request(`${api}/health`)).json, "status") === "ok",
    );
  });

  it("may fail while bellhop.db does: then health blames the right one", async () => {
    const { api, messages, folder, gateway } = await runningGateway();
    const own = new Sqlite(join(folder, "data", "bellhop.db"));
    onTestFinished(() => void own.close());
    own.exec("CREATE TRIGGER refuse BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    messages.receive("one");
    const health = async () => (await request(`${api}/health`)).json;
    await until("health to be degraded", async () => at(await health(), "status") === "degraded");
    expect(at(await health(), "backend", "message")).toMatch(/Bellhop's own data folder/);
    own.exec("DROP TRIGGER refuse");
    await until("health to be well", async () => at(await health(), "status") === "ok");
    expect(await gateway.control.call("events.recent", { limit: 5 })).toMatchObject({
      value: [{ text: "one", seq: expect.any(Number) }],
    });
  });
});

describe("a restart", () => {
  it("delivers what came meanwhile, once, and keeps key and webhooks", async () => {
    const folder = temporaryFolder();
    const messages = simulatedMessages(folder);
    const receiver = await webhookReceiver();
    const first = await runningGateway({ folder, messages });
    await first.post("/webhooks", { url: receiver.url, events: RECEIVED });
    messages.receive("one");
    await until("the first delivery", () => receiver.received.length === 1);
    await first.gateway.stop();
    messages.receive("two");
    const second = await runningGateway({ folder, messages });
    expect(second.key).toBe(first.key);
    messages.receive("three");
    await until("all deliveries", () => receiver.received.length >= 3);
    expect(receiver.events().map((event) => at(event, "data", "body"))).toEqual(["one", "two", "three"]);
    expect(receiver.events().map((event) => at(event, "seq"))).toEqual([1, 2, 3]);
  });

  it("lets a stop be asked for twice", async () => {
    const { gateway } = await runningGateway();
    await Promise.all([gateway.stop(), gateway.stop()]);
    await gateway.stop();
  });
});

describe("a start", () => {
  it("on a port that is taken fails with one sentence that names the fix", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(runningGateway({ settings: { port } })).rejects.toThrow(
      new RegExp(`^port ${port} on 127.0.0.1 is taken; .*--port$`),
    );
  });
});
