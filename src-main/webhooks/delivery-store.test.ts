import { describe, expect, it } from "vitest";
import { scriptedOutbound } from "../testing/scripted-outbound.ts";
import { deliveringTo } from "./testing/delivering-to.ts";

/** Two endpoints: of the first, 1 and 2 arrived, 3 was refused, 4 and 5 wait; the second never answers. */
async function halfDone() {
  const outbound = scriptedOutbound(({ url, body }) => {
    if (url.includes("hanging") || /"seq":[45],/.test(body)) return "hang";
    return body.includes('"seq":3,') ? 404 : 200;
  });
  const running = deliveringTo(outbound);
  const id = await running.endpoint("a");
  await running.queue(3);
  const other = await running.endpoint("hanging");
  await running.queue(2);
  for (const ms of [1_000, 5_000]) await running.pass(ms);
  return { ...running, id, other };
}

describe("for the journal, which drops old events", () => {
  it("it is known what still waits, and what was given up", async () => {
    const { deliveries, id } = await halfDone();
    expect(deliveries.oldestPending()).toBe(4);
    expect(deliveries.deadUpTo(2)).toEqual([]);
    expect(deliveries.deadUpTo(3)).toEqual([{ webhookId: id, count: 1 }]);
  });

  it("deliveries go with their events and attempts, but none that waits", async () => {
    const { deliveries, state, id, database, figures } = await halfDone();
    expect(figures.health(id)).toMatchObject({ waiting: 2, dead: 1 });
    expect(deliveries.dropUpTo(5, 2)).toEqual({ dropped: 2, dead: 0 });
    expect(deliveries.dropUpTo(5, 100)).toEqual({ dropped: 1, dead: 1 });
    expect(deliveries.dropUpTo(5, 100)).toEqual({ dropped: 0, dead: 0 });
    expect(state(id)).toEqual(["pending", "pending"]);
    expect(figures.health(id)).toMatchObject({ waiting: 2, dead: 0 });
    expect(database.prepare<[], number>("SELECT COUNT(*) FROM attempt").pluck().get()).toBe(0);
  });

  it("nothing waits where there are no endpoints", () => {
    expect(deliveringTo(scriptedOutbound()).deliveries.oldestPending()).toBeNull();
  });
});

it("a commit that is rolled back leaves nothing behind, in no queue and in no figure", async () => {
  const { endpoint, queue, deliveries, database, figures } = deliveringTo(scriptedOutbound());
  const id = await endpoint("a");
  await queue(2);
  const refused = database.transaction(() => {
    deliveries.enqueue(id, 3, 1);
    throw new Error("the disk is full");
  });
  expect(() => refused()).toThrow("the disk is full");
  expect(figures.health(id).waiting).toBe(2);
  await queue(1);
  expect(figures.health(id).waiting).toBe(3);
});

it("figures are those of today, of every endpoint and of all together", async () => {
  const { figures, id, other, pass, clock } = await halfDone();
  expect(figures.health(id)).toMatchObject({ deliveredToday: 2, waiting: 2, failures: 3, lastStatus: 404 });
  expect(figures.health(other)).toMatchObject({ deliveredToday: 0, waiting: 2 });
  const waitingSince = clock.now() - 6_000;
  expect(figures.totals()).toMatchObject({
    on: 2,
    off: 0,
    waiting: 4,
    waitingSince,
    dead: 1,
    deliveredToday: 2,
  });
  await pass(24 * 3_600_000);
  expect(figures.totals().deliveredToday).toBe(0);
});
