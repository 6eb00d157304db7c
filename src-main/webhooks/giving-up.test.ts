import { describe, expect, it } from "vitest";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { scriptedOutbound } from "../testing/scripted-outbound.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { settle } from "../testing/until.ts";
import { deliveringTo } from "./testing/delivering-to.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How many of each state. */
const tally = (states: readonly string[]) =>
  Object.fromEntries(
    [...new Set(states)].map((state) => [state, states.filter((one) => one === state).length]),
  );

describe("deliveries to an endpoint that is down", () => {
  it("are kept for three days and then given up all at once, the newer ones not", async () => {
    const outbound = scriptedOutbound(() => 503);
    const { endpoint, queue, live, state, news } = deliveringTo(outbound);
    const id = await endpoint("a");
    await queue(2_500);
    await live(2 * DAY);
    await queue(3);
    await live(DAY - HOUR);
    expect(tally(state(id))).toEqual({ pending: 2_503 });
    await live(2 * HOUR);
    expect(tally(state(id))).toEqual({ dead: 2_500, pending: 3 });
    expect(news).toEqual([`${id} expired 1 1000`, `${id} expired 1001 1000`, `${id} expired 2001 500`]);
  });

  it("leave it switched off after five days, and the person is told", async () => {
    const outbound = scriptedOutbound(() => "fail");
    const { endpoint, queue, live, webhooks, news, figures } = deliveringTo(outbound, { deliverForDays: 30 });
    const id = await endpoint("a");
    await queue(1);
    await live(5 * DAY - HOUR);
    expect(webhooks.get(id).webhook.enabled).toBe(true);
    await live(2 * HOUR);
    expect(webhooks.get(id).webhook).toMatchObject({ enabled: false, disabledBecause: "failing" });
    expect(news).toEqual([`${id} failing`]);
    expect(figures.totals().switchedOff).toMatchObject([{ webhook: { id }, because: "failing" }]);
    const tried = outbound.sent.length;
    await live(HOUR);
    expect(outbound.sent).toHaveLength(tried);
  });
});

it("an endpoint that refuses everything shows as failing, and is switched off after five days", async () => {
  const outbound = scriptedOutbound(() => 401);
  const { endpoint, queue, pass, webhooks, figures, state } = deliveringTo(outbound);
  const id = await endpoint("a");
  for (let hour = 0; hour < 5 * 24 - 1; hour += 1) {
    await queue(1);
    for (const ms of [1_000, 5_000, HOUR]) await pass(ms);
  }
  expect(tally(state(id))).toEqual({ dead: 119 });
  const { failures, failingSince, dead } = figures.health(id);
  expect([failures, dead]).toEqual([3 * 119, 119]);
  expect(figures.totals().failing).toMatchObject([{ status: 401, since: failingSince }]);
  expect(webhooks.get(id).webhook.enabled).toBe(true);
  await pass(HOUR);
  await queue(1);
  expect(webhooks.get(id).webhook).toMatchObject({ enabled: false, disabledBecause: "failing" });
});

describe("a clock that jumps", () => {
  it("by weeks gives nothing up that an endpoint takes now", async () => {
    const [folder, time] = [temporaryFolder(), manualTime()];
    const down = deliveringTo(
      scriptedOutbound(() => 503),
      { folder, time },
    );
    const id = await down.endpoint("a");
    await down.queue(3);
    await down.pass(DAY);
    await down.deliverer.stop();
    down.close();
    const later = manualTime(time.clock.now() + 30 * DAY);
    const outbound = scriptedOutbound(() => 200);
    const { deliverer, state } = deliveringTo(outbound, { folder, time: later });
    deliverer.wake();
    await settle();
    expect(tally(state(id))).toEqual({ delivered: 3 });
  });

  it("while the endpoint is down neither gives up nor switches off before it was tried for long enough", async () => {
    const [folder, time] = [temporaryFolder(), manualTime()];
    const before = deliveringTo(
      scriptedOutbound(() => 503),
      { folder, time },
    );
    const id = await before.endpoint("a");
    await before.queue(3);
    await before.live(HOUR);
    await before.deliverer.stop();
    before.close();
    const later = manualTime(time.clock.now() + 30 * DAY);
    const after = deliveringTo(
      scriptedOutbound(() => 503),
      { folder, time: later },
    );
    after.deliverer.wake();
    await settle();
    expect(tally(after.state(id))).toEqual({ pending: 3 });
    await after.live(HOUR);
    expect(tally(after.state(id))).toEqual({ pending: 3 });
    await after.live(3 * HOUR);
    expect(tally(after.state(id))).toEqual({ dead: 3 });
    expect(after.webhooks.get(id).webhook.enabled).toBe(true);
  });

  it("back leaves no endpoint resting: the time that was to pass has passed", async () => {
    const folder = temporaryFolder();
    const ahead = manualTime(Date.UTC(2026, 1, 15));
    const first = deliveringTo(
      scriptedOutbound(() => 503),
      { folder, time: ahead },
    );
    const id = await first.endpoint("a");
    await first.queue(1);
    await first.deliverer.stop();
    first.close();
    const { deliverer, state } = deliveringTo(
      scriptedOutbound(() => 200),
      { folder, time: manualTime() },
    );
    deliverer.wake();
    await settle();
    expect(state(id)).toEqual(["delivered"]);
  });

  it("back in the middle of a rest does not make it longer", async () => {
    const time = manualTime();
    let offset = 0;
    const clock = { now: () => time.clock.now() + offset, monotonic: time.clock.monotonic };
    const outbound = scriptedOutbound(() => 500);
    const { endpoint, queue, pass, deliverer } = deliveringTo(outbound, { time: { ...time, clock } });
    const id = await endpoint("a");
    await queue(1);
    offset = -HOUR / 2;
    deliverer.wake(id);
    await pass(1_000);
    expect(outbound.sent).toHaveLength(2);
  });
});

describe("an endpoint that is switched off", () => {
  it("keeps what waits for it, until that has waited too long", async () => {
    const outbound = scriptedOutbound(() => 200);
    const { endpoint, queue, pass, webhooks, state, news } = deliveringTo(outbound);
    const id = await endpoint("a");
    await webhooks.change(id, { enabled: false }, { local: false });
    await queue(1);
    expect(state(id)).toEqual([]);
    await webhooks.change(id, { enabled: true }, { local: false });
    const held = scriptedOutbound();
    outbound.post = held.post;
    await queue(2);
    await webhooks.change(id, { enabled: false }, { local: false });
    held.sent[0]?.fail();
    await pass(3 * DAY - HOUR);
    expect(tally(state(id))).toEqual({ pending: 2 });
    await pass(2 * HOUR);
    expect(tally(state(id))).toEqual({ dead: 2 });
    expect(news).toEqual([`${id} expired 2 2`]);
  });

  it("loses nothing when the clock is set far ahead for a while", async () => {
    const time = manualTime();
    let offset = 0;
    const clock = { ...time.clock, now: () => time.clock.now() + offset };
    const held = scriptedOutbound();
    const { endpoint, queue, pass, webhooks, state } = deliveringTo(held, { time: { ...time, clock } });
    const id = await endpoint("a");
    await queue(2);
    await webhooks.change(id, { enabled: false }, { local: false });
    held.sent[0]?.fail();
    await pass(2 * HOUR);
    offset = 9 * DAY;
    await pass(HOUR);
    expect(tally(state(id))).toEqual({ pending: 2 });
    offset = 0;
    await pass(3 * HOUR);
    expect(tally(state(id))).toEqual({ pending: 2 });
  });
});
