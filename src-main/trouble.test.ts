import { join } from "node:path";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { realPorts } from "./ports/real.ts";
import { makePrivateFolder } from "./storage/data-folder.ts";
import { type Database, openDatabase } from "./storage/database.ts";
import { at, request } from "./testing/http-client.ts";
import { type RunningGateway, type RunningOptions, runningGateway } from "./testing/running-gateway.ts";
import { MAYA } from "./testing/simulated-messages.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { until } from "./testing/until.ts";
import { type WebhookReceiver, webhookReceiver } from "./testing/webhook-receiver.ts";

/** Larger than any bellhop.db. */
const NO_LIMIT = 1_073_741_823;
/** More than fits into what is left in bellhop.db's last pages. */
const MANY = 400;
/** For this one there is no room in any page. */
const LONG_TEXT = "too long for what is left ".repeat(1_000);

/** What keeps bellhop.db from being written, and how it ends. */
interface Trouble {
  begin(database: Database): void;
  end(database: Database): void;
}

const readOnly: Trouble = {
  begin: (database) => void database.pragma("query_only = ON"),
  end: (database) => void database.pragma("query_only = OFF"),
};

const full: Trouble = {
  begin: (database) =>
    void database.pragma(`max_page_count = ${database.pragma("page_count", { simple: true })}`),
  end: (database) => void database.pragma(`max_page_count = ${NO_LIMIT}`),
};

const TROUBLES: [string, Trouble][] = [
  ["a full disk", full],
  ["a read-only data folder", readOnly],
];

/** A gateway that works, with a webhook; its bellhop.db is in the test's hands. */
interface Troubled extends RunningGateway {
  database: Database;
  receiver: WebhookReceiver;
  /** The texts that the webhook was told, also twice. */
  told(): unknown[];
  health(): Promise<unknown>;
  becomes(status: "ok" | "degraded"): Promise<boolean>;
}

/** Starts one, and waits until it has told the webhook of a first message. It rests for a second at most. */
async function troubledGateway(
  options: RunningOptions = {},
  answer: () => number = () => 200,
): Promise<Troubled> {
  const folder = temporaryFolder();
  const database = openDatabase(join(makePrivateFolder(join(folder, "data")), "bellhop.db"));
  const { timers } = realPorts();
  const running = await runningGateway({
    folder,
    ports: { timers: { after: (ms, run) => timers.after(Math.min(ms, 1_000), run) } },
    ...options,
    gateway: { database, ...options.gateway },
  });
  const receiver = await webhookReceiver(answer);
  const told = () => receiver.events().map((event) => at(event, "data", "body"));
  const health = async (): Promise<unknown> => (await request(`${running.api}/health`)).json;
  const becomes = (status: "ok" | "degraded") =>
    until(`health to be ${status}`, async () => at(await health(), "status") === status);
  await running.post("/webhooks", { url: receiver.url, events: ["message.received"] });
  running.messages.receive("before");
  await until("the first delivery", () => told().includes("before"));
  await becomes("ok");
  return { ...running, database, receiver, told, health, becomes };
}

/** How many rows chat.db has that went out from here. */
const sentRows = ({ messages }: RunningGateway): unknown =>
  messages.store.database.prepare("SELECT count(*) FROM message WHERE is_from_me = 1").pluck().get();

describe.each(TROUBLES)("%s", (_name, trouble) => {
  it("is in the health, and once it is over every message is told: once, in order", async () => {
    const { database, messages, receiver, told, health, becomes } = await troubledGateway();
    trouble.begin(database);
    const meanwhile = Array.from({ length: MANY }, (_, index) => `meanwhile ${index}`);
    for (const text of meanwhile) messages.receive(text);
    await becomes("degraded");
    expect(at(await health(), "backend", "message")).toMatch(/Bellhop's own data folder/);

    trouble.end(database);
    await becomes("ok");
    messages.receive("after");
    await until("the last delivery", () => told().includes("after"), 20_000);
    expect([...new Set(told())]).toEqual(["before", ...meanwhile, "after"]);
    // What was told while it could not be noted comes again, as the same event.
    const ids = receiver.events().map((event) => at(event, "id"));
    expect(new Set(ids).size).toBe(MANY + 2);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual(ids);
  });

  it("refuses a message with 503 before any of it has left", async () => {
    const running = await troubledGateway();
    trouble.begin(running.database);
    const refused = await running.post("/messages", { recipient: MAYA, body: LONG_TEXT });
    expect([refused.status, at(refused.json, "code"), refused.headers["retry-after"]]).toEqual([
      503,
      "storage_unavailable",
      "5",
    ]);
    trouble.end(running.database);
    const accepted = await running.post("/messages", { recipient: MAYA, body: LONG_TEXT });
    expect([accepted.status, sentRows(running)]).toEqual([200, 1]);
  });

  it("that a call was refused for is in the health until it is over, also when nothing else happens", async () => {
    const { database, post, becomes } = await troubledGateway();
    trouble.begin(database);
    expect((await post("/messages", { recipient: MAYA, body: LONG_TEXT })).status).toBe(503);
    await becomes("degraded");
    trouble.end(database);
    await becomes("ok");
  });

  it("that comes while a message goes out does not have it sent again", async () => {
    const running = await troubledGateway();
    const answer = running.post("/messages", { recipient: MAYA, body: "mine" });
    await until("it to go out", () => sentRows(running) === 1);
    trouble.begin(running.database);
    await answer;
    trouble.end(running.database);
    // What was sent before it is found again, and nothing is left that could go out.
    const after = await running.post("/messages", { recipient: MAYA, body: "after" });
    expect([after.status, sentRows(running)]).toEqual([200, 2]);
  });

  it("fills no log while it lasts", async () => {
    const lines: string[] = [];
    const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
    const { database, messages, health, becomes } = await troubledGateway({ gateway: { log } });
    trouble.begin(database);
    for (let index = 0; index < MANY; index += 1) messages.receive(`meanwhile ${index}`);
    await becomes("degraded");
    const before = lines.length;
    const looks = 40;
    for (let look = 0; look < looks; look += 1) {
      messages.receive(`more ${look}`);
      await health();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(lines.slice(before)).toHaveLength(0);
  });
});

describe("a delivery that was answered but cannot be noted", () => {
  it("is in the health, and once it can be noted the queue goes on", async () => {
    let begin = (): void => {};
    const { database, messages, receiver, told, becomes } = await troubledGateway({}, () => {
      begin();
      return 200;
    });
    begin = () => readOnly.begin(database);
    messages.receive("one");
    await until("the delivery", () => told().includes("one"));
    await becomes("degraded");
    messages.receive("two");

    begin = () => {};
    readOnly.end(database);
    await becomes("ok");
    await until("the last delivery", () => told().includes("two"), 20_000);
    expect([...new Set(told())]).toEqual(["before", "one", "two"]);
    expect(new Set(receiver.events().map((event) => at(event, "id"))).size).toBe(3);
  });

  it("is made again by the next start, under the same id", async () => {
    let begin = (): void => {};
    const first = await troubledGateway({}, () => {
      begin();
      return 200;
    });
    const { folder, messages, receiver, told } = first;
    begin = () => readOnly.begin(first.database);
    messages.receive("one");
    await until("the delivery", () => told().includes("one"));
    await first.becomes("degraded");
    await first.gateway.stop();

    begin = () => {};
    await runningGateway({ folder, messages });
    messages.receive("two");
    await until("the last delivery", () => told().includes("two"), 20_000);
    expect(told()).toEqual(["before", "one", "one", "two"]);
    const [, once, again] = receiver.received.map(({ headers }) => headers["webhook-id"]);
    expect(again).toBe(once);
  });
});
