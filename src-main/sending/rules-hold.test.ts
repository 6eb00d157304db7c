import { describe, expect, it } from "vitest";
import { realPorts } from "../ports/real.ts";
import { standInsInProcess } from "../simulator/stand-ins-in-process.ts";
import { at, request } from "../testing/http-client.ts";
import { inMemorySettings, runningGateway } from "../testing/running-gateway.ts";
import { MAYA, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";

const DENIED = {
  exitCode: 1,
  stdout: "",
  stderr: "execution error: Not authorized (-1743)",
  timedOut: false,
};

/** A gateway that macOS does not let control Messages until it is told to. */
async function denied() {
  const folder = temporaryFolder();
  const messages = simulatedMessages(folder);
  const { clock, timers, randomness, processes } = realPorts();
  let isDenied = true;
  const inner = standInsInProcess({
    osascript: "/osascript",
    open: "/open",
    setting: { chatDbPath: messages.path, clock, timers, randomness, sentAfterMs: 5 },
    others: processes,
  });
  const settings = inMemorySettings({ port: 0, rateLimit: 0, pollIntervalMs: 50 });
  const gateway = await runningGateway({
    folder,
    messages,
    gateway: { settings },
    ports: {
      processes: {
        run: async (command) => (isDenied && command.file === "/osascript" ? DENIED : inner.run(command)),
      },
    },
  });
  const order = (body: string, key?: string) =>
    request(`${gateway.api}/messages`, {
      method: "POST",
      headers: {
        "X-API-Key": gateway.key,
        "Content-Type": "application/json",
        ...(key === undefined ? {} : { "Idempotency-Key": key }),
      },
      body: JSON.stringify({ recipient: MAYA, body }),
    });
  const item = async () => at((await gateway.ask("/outbox")).json, "data", 0);
  const ended = (state: string) => until(state, async () => at(await item(), "state") === state);
  return {
    ...gateway,
    settings,
    order,
    item,
    ended,
    allow: () => {
      isDenied = false;
    },
    /** How many rows of its own Messages has. */
    rows: () =>
      messages.store.database
        .prepare<[], number>("SELECT COUNT(*) FROM message WHERE is_from_me = 1")
        .pluck()
        .get(),
  };
}

describe("a person's retry", () => {
  it("is judged by the rules as they are by then", async () => {
    const { order, allow, item, ended, rows, settings, post } = await denied();
    expect((await order("hello")).status).toBe(503);
    const id = at(await item(), "id");
    settings.change({ mayWriteTo: "listed", mayWriteToListed: [] });
    allow();
    await post(`/outbox/${id}/retry`, {});
    await until("refused", async () => at(await item(), "code") === "policy_allow_list");
    settings.change({ mayWriteTo: "everyone", dryRun: true });
    await post(`/outbox/${id}/retry`, {});
    await ended("dry_run");
    expect(rows()).toBe(0);
  });

  it("is what the same key tells of from then on: the order is not sent twice", async () => {
    const { order, allow, item, ended, rows, post } = await denied();
    expect((await order("order 66", "k1")).status).toBe(503);
    const id = at(await item(), "id");
    allow();
    await post(`/outbox/${id}/retry`, {});
    await ended("sent");
    const again = await order("order 66", "k1");
    expect([again.status, at(again.json, "outbox_id"), rows()]).toEqual([200, id, 1]);
    expect(again.headers["idempotent-replayed"]).toBe("true");
  });
});

it("the same key after a 503 tries the same item again", async () => {
  const { order, allow, item, rows } = await denied();
  expect((await order("order 66", "k1")).status).toBe(503);
  const id = at(await item(), "id");
  allow();
  const again = await order("order 66", "k1");
  expect([again.status, at(again.json, "outbox_id"), rows()]).toEqual([200, id, 1]);
});

describe("what waited while sending was paused", () => {
  async function paused() {
    const settings = inMemorySettings({ port: 0, rateLimit: 0, pollIntervalMs: 50, sendingPausedAt: 1 });
    const { gateway, ask, post } = await runningGateway({ gateway: { settings } });
    for (const body of ["1", "2", "3"]) await post("/messages", { recipient: MAYA, body, wait: 1 });
    return {
      settings,
      resume: () => gateway.control.call("sending.pause", { paused: false }),
      states: async (): Promise<unknown[]> => {
        const { json } = await ask("/outbox");
        return [2, 1, 0].map((place) => at(json, "data", place, "state"));
      },
    };
  }

  it("does not go where it would be refused by then", async () => {
    const { settings, resume, states } = await paused();
    settings.change({ mayWriteTo: "listed", mayWriteToListed: [] });
    await resume();
    await until("all are refused", async () => (await states()).join() === "failed,failed,failed");
  });

  it("goes as the caps allow", async () => {
    const { settings, resume, states } = await paused();
    settings.change({ sendsPerHour: 1 });
    await resume();
    await until("the first is sent", async () => (await states())[0] === "sent");
    expect(await states()).toEqual(["sent", "queued", "queued"]);
  });
});
