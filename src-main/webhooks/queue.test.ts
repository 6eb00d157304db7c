import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ManualTime, manualTime } from "../simulator/testing/manual-time.ts";
import { scriptedOutbound } from "../testing/scripted-outbound.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { settle } from "../testing/until.ts";
import { deliveringTo } from "./testing/delivering-to.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What happens to a gateway with two endpoints. */
type Happening =
  | { what: "queue"; count: number }
  | { what: "answer"; of: number; status: number | null }
  | { what: "pass"; ms: number }
  | { what: "clock"; by: number }
  | { what: "resend"; of: number; which: number }
  | { what: "resend failed"; of: number }
  | { what: "off and on"; of: number }
  | { what: "kill" };

const of = fc.nat(1);
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant("queue" as const), count: fc.integer({ min: 1, max: 70 }) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant("answer" as const),
      of,
      status: fc.constantFrom(200, 200, 200, 204, null, 500, 503, 400, 404, 429, 301, 410),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("pass" as const),
      ms: fc.constantFrom(1, 1_000, 5_000, 300_000, DAY),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant("clock" as const),
      by: fc.constantFrom(-DAY, -HOUR, HOUR, 30 * DAY),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("resend" as const), of, which: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("resend failed" as const), of }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("off and on" as const), of }) },
  { weight: 2, arbitrary: fc.constant({ what: "kill" as const }) },
);

/** What each endpoint should have been told, kept by hand while things happen to the real thing. */
class Model {
  /** Of what is queued, the answers of 4xx so far. */
  pending = new Map<number, number>();
  delivered = new Set<number>();
  dead = new Set<number>();
  isGone = false;
  ids = new Map<number, string>();
}

/** A gateway that can be killed and started again over the same folder, with a clock that can be set. */
async function started(folder: string, time: ManualTime, offset: () => number) {
  const clock = { now: () => time.clock.now() + offset(), monotonic: time.clock.monotonic };
  const outbound = scriptedOutbound();
  // What waits too long is given up, and what that takes is tested by itself: here nothing does.
  const running = deliveringTo(outbound, { folder, time: { ...time, clock }, deliverForDays: 36_500 });
  running.deliverer.wake();
  await settle();
  /** The request to this endpoint that waits for an answer. */
  const open = (url: string) => {
    const last = outbound.sent.filter((request) => request.url === url).at(-1);
    return last !== undefined && answered.has(last) ? undefined : last;
  };
  const answered = new Set<unknown>();
  return { ...running, outbound, open, answered };
}

async function run(steps: readonly Happening[]): Promise<void> {
  const folder = temporaryFolder();
  const time = manualTime();
  let offset = 0;
  let gateway = await started(folder, time, () => offset);
  const models = [new Model(), new Model()];
  const ids = [await gateway.endpoint("a"), await gateway.endpoint("b", { name: "second" })];
  const urls = ["http://a.test/hook", "http://b.test/hook"];

  /** Every request that is out is the first of what should be queued, under the one id its event has. */
  const check = (): void => {
    for (const [at, model] of models.entries()) {
      const id = ids[at] ?? "";
      const { waiting, dead } = gateway.deliveries.counts(id);
      expect({ waiting, dead }).toEqual({ waiting: model.pending.size, dead: model.dead.size });
      const request = gateway.open(urls[at] ?? "");
      if (request === undefined) continue;
      const first = Math.min(...model.pending.keys());
      expect(request.seq).toBe(first);
      const said = request.headers["webhook-id"] ?? "";
      expect(model.ids.get(first) ?? said).toBe(said);
      model.ids.set(first, said);
    }
  };

  const happen = async (step: Happening): Promise<void> => {
    const at = "of" in step ? step.of : 0;
    const [model, id, url] = [models[at], ids[at] ?? "", urls[at] ?? ""];
    if (model === undefined) return;
    switch (step.what) {
      case "queue":
        for (const seq of await gateway.queue(step.count)) {
          for (const one of models) if (!one.isGone) one.pending.set(seq, 0);
        }
        return;
      case "answer": {
        const request = gateway.open(url);
        if (request === undefined) return;
        const { seq } = request;
        gateway.answered.add(request);
        if (step.status === null) request.fail();
        else request.answer(step.status);
        await settle();
        if (step.status === null) return;
        const refusals = (model.pending.get(seq) ?? 0) + 1;
        if (step.status < 300) {
          model.pending.delete(seq);
          model.delivered.add(seq);
        } else if (step.status === 410) model.isGone = true;
        else if (step.status < 400 || step.status >= 500 || step.status === 429) return;
        else if (refusals < 3) model.pending.set(seq, refusals);
        else {
          model.pending.delete(seq);
          model.dead.add(seq);
        }
        return;
      }
      case "pass":
        return gateway.pass(step.ms);
      case "clock":
        offset += step.by;
        gateway.deliverer.wake();
        return settle();
      case "resend": {
        const all = [...model.delivered, ...model.dead].sort((a, b) => a - b);
        const seq = all[step.which % Math.max(all.length, 1)];
        // One that is under way is not overtaken; what is resent comes after it.
        if (seq === undefined || gateway.open(url) !== undefined) return;
        gateway.webhooks.redeliver(`dlv_${id}_${seq}`);
        model.delivered.delete(seq);
        model.dead.delete(seq);
        model.pending.set(seq, 0);
        return settle();
      }
      case "resend failed": {
        if (gateway.open(url) !== undefined) return;
        await gateway.webhooks.redeliverAll(id, { since: null, missed: false });
        for (const seq of model.dead) model.pending.set(seq, 0);
        model.dead.clear();
        return settle();
      }
      case "off and on":
        await gateway.webhooks.change(id, { enabled: false }, { local: true });
        await gateway.webhooks.change(id, { enabled: true }, { local: true });
        model.isGone = false;
        return settle();
      case "kill":
        gateway.close();
        gateway = await started(folder, time, () => offset);
        return;
    }
  };

  for (const step of steps) {
    await happen(step);
    check();
  }
  // In the end both endpoints are there again and take everything.
  for (const id of ids) {
    await gateway.webhooks.change(id, { enabled: true }, { local: true });
    gateway.webhooks.tryNow(id);
  }
  await settle();
  for (const url of urls) {
    for (let request = gateway.open(url); request !== undefined; request = gateway.open(url)) {
      gateway.answered.add(request);
      request.answer(200);
      await settle(3);
    }
  }
  for (const [at, model] of models.entries()) {
    expect(gateway.deliveries.counts(ids[at] ?? "")).toEqual({ waiting: 0, dead: model.dead.size });
    expect(gateway.state(ids[at] ?? "").filter((state) => state === "delivered")).toHaveLength(
      model.delivered.size + model.pending.size,
    );
  }
  expect(gateway.complaints).toEqual([]);
  await gateway.deliverer.stop();
  gateway.close();
}

describe("whatever endpoints answer, clocks are set to and whenever the process is killed", () => {
  it("each event is told in order, under one id, until it is taken or refused three times", async () => {
    await fc.assert(fc.asyncProperty(fc.array(happenings, { minLength: 5, maxLength: 60 }), run), {
      numRuns: 40,
    });
  });
});
