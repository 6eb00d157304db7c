import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { PANES } from "../../src-shared/panes.ts";
import { realPorts } from "../ports/real.ts";
import { bringInto, type FailureName, type FailureOptions } from "../simulator/failures.ts";
import { createGroup, markSent } from "../simulator/message-store.ts";
import { type Answer, at } from "../testing/http-client.ts";
import { type RunningGateway, type RunningOptions, runningGateway } from "../testing/running-gateway.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";

/** Longer than a row is waited for. */
const A_MINUTE = 61_000;

/** A gateway whose clock can be moved, and a conversation to send to. */
async function staged(options: RunningOptions = {}) {
  const ports = realPorts();
  let ahead = 0;
  const clock = { now: () => ports.clock.now() + ahead, monotonic: () => ports.clock.monotonic() + ahead };
  const running = await runningGateway({ settings: { sendWaitMs: 400 }, ...options, ports: { clock } });
  running.messages.receive("hello");
  const rows = (): number =>
    Number(
      running.messages.store.database
        .prepare("SELECT COUNT(*) FROM message WHERE is_from_me = 1")
        .pluck()
        .get(),
    );
  return {
    ...running,
    rows,
    aMinutePasses() {
      ahead += A_MINUTE;
    },
    send: (more: object = {}) => running.post("/messages", { recipient: MAYA, body: "hi", ...more }),
    fail: (name: FailureName, wanted?: FailureOptions) => running.messages.failNext(name, wanted),
  };
}

async function itemOf({ ask }: Pick<RunningGateway, "ask">, answer: Answer): Promise<unknown> {
  return (await ask(`/outbox/${at(answer.json, "outbox_id")}`)).json;
}

async function settled(
  running: Pick<RunningGateway, "ask">,
  answer: Answer,
  state: string,
): Promise<unknown> {
  return until(`the item to be ${state}`, async () => {
    const item = await itemOf(running, answer);
    return at(item, "state") === state && item;
  });
}

/** As often as any of the ways to a conversation is tried, and tried again. */
const ALWAYS = { times: 12 };

describe("what surely did not leave is an error that says why", () => {
  it.each([
    ["automation-denied", {}, 503, "automation_denied", PANES.automation],
    ["automation-not-asked", {}, 503, "automation_not_determined", PANES.automation],
    ["no-such-chat", ALWAYS, 404, "target_not_found", "no such conversation"],
    ["no-such-account", ALWAYS, 404, "target_not_found", "no such conversation"],
    ["invalid-key-form", ALWAYS, 404, "target_not_found", "no such conversation"],
    ["wrong-type", ALWAYS, 404, "target_not_found", "no such conversation"],
    ["no-service", {}, 409, "service_unavailable", "account"],
    ["syntax-error", {}, 500, "script_error", "-2741"],
  ] as const)("%s", async (name, options, status, code, words) => {
    const gateway = await staged();
    gateway.fail(name, options);
    const answer = await gateway.send({ wait: 5_000 });
    expect([answer.status, at(answer.json, "code")]).toEqual([status, code]);
    expect(at(answer.json, "error")).toContain(words);
    expect(gateway.rows()).toBe(0);
    const [item] = (at((await gateway.ask("/outbox")).json, "data") as unknown[]) ?? [];
    expect(item).toMatchObject({ state: "failed", code });
    bringInto(dirname(gateway.messages.path), "none");
    const again = await gateway.post(`/outbox/${at(item, "id")}/retry`, {});
    expect(again.status).toBe(200);
    await until("it to be sent by the retry", () => gateway.rows() === 1);
  });

  it.each(["not-running", "connection-invalid"] as const)(
    "%s: Messages is opened, asked again, and again after a moment; then it is 503",
    async (name) => {
      const gateway = await staged();
      gateway.fail(name);
      expect((await gateway.send({ wait: 5_000 })).status).toBe(200);
      expect(gateway.rows()).toBe(1);
      gateway.fail(name, { times: 50 });
      const answer = await gateway.send({ wait: 10_000 });
      expect([answer.status, at(answer.json, "code")]).toEqual([503, "messages_not_running"]);
      expect(answer.headers["retry-after"]).toBeDefined();
      expect(gateway.rows()).toBe(1);
    },
  );

  it("a closed Messages is opened, and the send goes out", async () => {
    const gateway = await staged();
    bringInto(dirname(gateway.messages.path), "closed");
    const answer = await gateway.send({ wait: 5_000 });
    expect([answer.status, at(answer.json, "outbox_state")]).toEqual([200, "sent"]);
  });

  it("accessibility-denied: 503 with the pane", async () => {
    const gateway = await staged();
    const { guid } = gateway.messages.receive("react to this");
    gateway.fail("accessibility-denied");
    const answer = await gateway.post(`/messages/${guid}/react`, { reaction: "love" });
    expect([answer.status, at(answer.json, "code")]).toEqual([503, "accessibility_denied"]);
    expect(at(answer.json, "error")).toContain(PANES.accessibility);
  });
});

describe("what may have left is no error, is awaited, and is never sent again by itself", () => {
  it.each([
    "timed-out-before",
    "timed-out",
    "handler-failed",
    "script-error",
    "no-such-chat-in-send",
    "crash",
    "no-row",
  ] as const)("%s, and no row: unknown after a minute", async (name) => {
    const gateway = await staged();
    gateway.fail(name);
    const answer = await gateway.send();
    expect([answer.status, at(answer.json, "outbox_state")]).toEqual([200, "dispatching"]);
    expect(answer.json).toMatchObject({ id: "", guid: "", body: "hi" });
    gateway.aMinutePasses();
    const item = await settled(gateway, answer, "unknown");
    expect(at(item, "reason")).toMatch(/./);
    expect(gateway.rows()).toBe(0);
    const events = await gateway.ask("/events?types=outbox.updated");
    expect(at(events.json, "data", 0)).toMatchObject({ type: "outbox.updated", data: { state: "unknown" } });
    const again = await gateway.post(`/outbox/${at(answer.json, "outbox_id")}/retry`, {});
    expect([again.status, at(again.json, "parts", 0, "retried_as")]).toEqual([200, 1]);
    await settled(gateway, answer, "sent");
    expect(gateway.rows()).toBe(1);
  });

  it.each([
    "timed-out-after-row",
    "timed-out-late-row",
    "handler-failed-after-row",
    "late-row",
    "late-join",
  ] as const)("%s: its row says that it was sent", async (name) => {
    const gateway = await staged();
    gateway.fail(name);
    const answer = await gateway.send();
    expect(answer.status).toBe(200);
    const item = await settled(gateway, answer, "sent");
    const guid = at(item, "parts", 0, "message_guid");
    expect((await gateway.ask(`/messages/${guid}`)).json).toMatchObject({
      body: "hi",
      outbox_id: at(answer.json, "outbox_id"),
    });
    expect(gateway.rows()).toBe(1);
  });
});

describe("an osascript that dies after its row was written", () => {
  it("is followed by Messages, which sends the row by itself", async () => {
    const gateway = await staged();
    gateway.fail("crash-after-row");
    const answer = await gateway.send();
    expect([answer.status, at(answer.json, "outbox_state")]).toEqual([200, "dispatching"]);
    markSent(gateway.messages.store, Number(at(answer.json, "row_id")));
    await settled(gateway, answer, "sent");
    expect(gateway.rows()).toBe(1);
  });
});

describe("what Messages could not deliver", () => {
  it.each([
    ["not-on-imessage", 22, "SMS"],
    ["file-unreadable", 25, "could not read"],
    ["row-error", 4, "error 4"],
  ] as const)("%s: failed, with Messages' number and what mends it", async (name, number, words) => {
    const gateway = await staged();
    gateway.fail(name, { code: number });
    const answer = await gateway.send({ wait: 5_000 });
    expect([answer.status, at(answer.json, "status")]).toEqual([200, "failed"]);
    expect(answer.json).toMatchObject({ error_code: number, outbox_state: "failed" });
    expect(at(answer.json, "outbox_reason")).toContain(words);
    expect(await itemOf(gateway, answer)).toMatchObject({
      state: "failed",
      parts: [{ error_code: number, message_guid: at(answer.json, "guid") }],
    });
  });

  it("fails-later: was sent, and then failed, with an event for each", async () => {
    const gateway = await staged();
    gateway.fail("fails-later");
    const answer = await gateway.send({ wait: 5_000 });
    await settled(gateway, answer, "failed");
    const events = at((await gateway.ask("/events?types=outbox.updated")).json, "data") as unknown[];
    expect(events.map((event) => at(event, "data", "state"))).toEqual(["sent", "failed"]);
  });

  it("ghost-row: the empty row in no conversation that macOS 26 leaves of a group send is a failure", async () => {
    const gateway = await staged();
    const group = createGroup(gateway.messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
    gateway.fail("ghost-row");
    const answer = await gateway.send({ recipient: group.guid });
    gateway.aMinutePasses();
    const item = await settled(gateway, answer, "failed");
    expect(at(item, "reason")).toContain("group");
  });

  it("undecided: is dispatching as long as its row does not say", async () => {
    const gateway = await staged();
    gateway.fail("undecided");
    const answer = await gateway.send();
    expect(at(answer.json, "outbox_state")).toBe("dispatching");
    gateway.aMinutePasses();
    await until("the row to be claimed", async () => {
      return at(await itemOf(gateway, answer), "parts", 0, "message_guid") !== null;
    });
    expect(await itemOf(gateway, answer)).toMatchObject({ state: "dispatching" });
  });
});

describe("an osascript that hangs", () => {
  it("is killed, and what it was given is awaited", async () => {
    const { processes } = realPorts();
    const gateway = await runningGateway({
      settings: { sendWaitMs: 100 },
      ports: {
        processes: {
          run: (command) =>
            processes.run({
              ...command,
              file: process.execPath,
              args: ["-e", "setInterval(() => {}, 1e6)"],
              timeoutMs: 50,
            }),
        },
      },
    });
    const answer = await gateway.post("/messages", { recipient: MAYA, body: "hi" });
    expect([answer.status, at(answer.json, "outbox_state")]).toEqual([200, "dispatching"]);
  });

  it("does not outlive the gateway: it is ended when that stops", async () => {
    const { processes } = realPorts();
    const pidFile = join(temporaryFolder(), "pid");
    const gateway = await runningGateway({
      settings: { sendWaitMs: 100 },
      ports: {
        processes: {
          run: (command) =>
            processes.run({
              ...command,
              file: process.execPath,
              args: [
                "-e",
                `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1e6)`,
              ],
            }),
        },
      },
    });
    await gateway.post("/messages", { recipient: MAYA, body: "hi" });
    await until("osascript to be at work", () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    const pid = Number(readFileSync(pidFile, "utf8"));
    await gateway.gateway.stop();
    await until("it to be gone", () => !isAlive(pid));
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
