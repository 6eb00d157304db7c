import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AttemptResult,
  afterAttempt,
  type EndpointState,
  FAILURES_TO_DISABLE,
  FAILURES_TO_EXPIRE,
} from "./retry.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MIDDLE = 0.5;

const WELL: EndpointState = { failures: 0, failingSince: null, lastAttemptAt: null, backoff: 0, fresh: 0 };
/** Down for days, and tried all the time. */
const DOWN: EndpointState = {
  failures: 500,
  failingSince: NOW - 6 * DAY,
  lastAttemptAt: NOW - 300_000,
  backoff: 500,
  fresh: 500,
};

function afterAnswer(
  status: number | null,
  state: Partial<EndpointState> & { refusals?: number } = {},
  retryAfter: string | null = null,
) {
  const { refusals = 0, ...endpoint } = state;
  return afterAttempt({ ...WELL, ...endpoint }, refusals, { status, retryAfter }, NOW, MIDDLE);
}

/** How long the next attempt waits, in seconds; or what else follows. */
function wait(...attempt: Parameters<typeof afterAnswer>) {
  const { next, restMs } = afterAnswer(...attempt);
  return next.step === "retry" ? restMs / 1_000 : next.step;
}

describe("after an attempt", () => {
  it.each([200, 201, 204, 299])("%i means delivered, and that the endpoint is well", (status) => {
    expect(afterAnswer(status, DOWN)).toEqual({
      next: { step: "delivered" },
      endpoint: { ...WELL, lastAttemptAt: NOW },
      at: NOW,
      refused: false,
      restMs: 0,
      mayExpire: false,
    });
  });

  it("410 means that nobody listens there any more", () => {
    expect(afterAnswer(410).next).toEqual({ step: "disabled", because: "gone" });
  });

  it.each([
    [0, 1],
    [1, 5],
    [2, 15],
    [3, 30],
    [4, 60],
    [5, 120],
    [6, 300],
    [7, 300],
    [1_000, 300],
  ])("failure number %i of an endpoint waits %i seconds", (backoff, seconds) => {
    expect(wait(500, { backoff })).toBe(seconds);
    expect(wait(null, { backoff })).toBe(seconds);
  });

  it.each([301, 302, 308])("a redirect (%i) is a failure, and not followed", (status) => {
    expect(wait(status)).toBe(1);
  });

  it.each([400, 401, 403, 404, 422])(
    "a refusal (%i) is tried three times: 1 s, 5 s, and given up",
    (status) => {
      expect([0, 1, 2].map((refusals) => wait(status, { refusals }))).toEqual([1, 5, "dead"]);
    },
  );

  it("a refusal waits by itself, however badly the endpoint has been doing", () => {
    expect(wait(400, { failures: 90, backoff: 90 })).toBe(1);
  });

  it.each([408, 425, 429])("%i speaks of the moment, and is no refusal", (status) => {
    expect(afterAnswer(status, { refusals: 2 })).toMatchObject({ next: { step: "retry" }, refused: false });
  });

  it.each([429, 503])("%i is asked again when it says", (status) => {
    expect(wait(status, {}, "90")).toBe(90);
    expect(wait(status, {}, " 1.5 ")).toBe(1.5);
    expect(wait(status, {}, new Date(NOW + 120_000).toUTCString())).toBe(120);
    expect(wait(status, {}, new Date(NOW - 120_000).toUTCString())).toBe(1);
    expect(wait(status, {}, "soon")).toBe(1);
    expect(wait(status, {}, "-5")).toBe(1);
    expect(wait(status, {}, "999999")).toBe(3_600);
    expect(wait(status, { backoff: 6 }, "2")).toBe(300);
  });

  it("nobody else is believed when they say when", () => {
    expect(wait(500, {}, "90")).toBe(1);
  });
});

describe("an event that was given up", () => {
  const state = { failures: 8, failingSince: NOW - DAY, lastAttemptAt: NOW - 5_000, backoff: 6, refusals: 2 };

  it("does not make its endpoint well", () => {
    const { next, endpoint } = afterAnswer(400, state);
    expect(next).toEqual({ step: "dead" });
    expect(endpoint).toMatchObject({ failures: 9, failingSince: NOW - DAY });
  });

  it("is not held against the next one, whose waits begin anew", () => {
    const { endpoint, restMs } = afterAnswer(400, state);
    expect(restMs).toBe(0);
    expect(afterAttempt(endpoint, 0, { status: 500, retryAfter: null }, NOW, MIDDLE).restMs).toBe(1_000);
  });
});

describe("an endpoint is switched off", () => {
  const disabled = { step: "disabled", because: "failing" };

  it("when it has failed for five days, with whatever answer", () => {
    for (const status of [500, null, 301, 400]) expect(afterAnswer(status, DOWN).next).toEqual(disabled);
  });

  it("not before", () => {
    const failingSince = NOW - 5 * DAY + 1;
    expect(afterAnswer(500, { ...DOWN, failingSince }).next).toEqual({ step: "retry" });
  });

  it("not because the clock jumped ahead: that takes a hundred attempts", () => {
    const few = { ...DOWN, failures: FAILURES_TO_DISABLE - 2 };
    expect(afterAnswer(500, few).next).toEqual({ step: "retry" });
    expect(afterAnswer(500, { ...few, failures: few.failures + 1 }).next).toEqual(disabled);
  });

  it("not at the first attempts after the Mac has slept", () => {
    let state: EndpointState = { ...DOWN, lastAttemptAt: NOW - DAY };
    const steps = [0, 1, 2].map((round) => {
      const outcome = afterAttempt(
        state,
        0,
        { status: null, retryAfter: null },
        NOW + round * 300_000,
        MIDDLE,
      );
      state = outcome.endpoint;
      return outcome.next.step;
    });
    expect(steps).toEqual(["retry", "retry", "disabled"]);
  });

  it("not for a beginning that lies in the future, told by a clock that was set back", () => {
    expect(afterAnswer(500, { ...DOWN, failingSince: NOW + DAY }).endpoint.failingSince).toBe(NOW);
  });
});

describe("what waits for too long is given up", () => {
  const failing = { ...DOWN, failingSince: NOW - 4 * DAY };
  const mayExpire = (state: EndpointState) => afterAnswer(500, state).mayExpire;

  it("only behind an endpoint that has failed thirty times in a row", () => {
    expect(mayExpire({ ...failing, failures: FAILURES_TO_EXPIRE - 2 })).toBe(false);
    expect(mayExpire({ ...failing, failures: FAILURES_TO_EXPIRE - 1 })).toBe(true);
  });

  it("not at the first attempts after a pause", () => {
    expect(mayExpire({ ...failing, lastAttemptAt: NOW - 3 * HOUR })).toBe(false);
    expect(mayExpire({ ...failing, fresh: 1 })).toBe(false);
    expect(mayExpire({ ...failing, fresh: 2 })).toBe(true);
  });
});

describe("whatever an endpoint answers", () => {
  const results: fc.Arbitrary<AttemptResult> = fc.record({
    status: fc.option(fc.integer({ min: 100, max: 599 })),
    retryAfter: fc.option(fc.oneof(fc.string(), fc.nat().map(String), fc.date().map(String))),
  });
  const moments = fc.option(fc.integer({ min: NOW - 30 * DAY, max: NOW + 30 * DAY }));
  const states: fc.Arbitrary<EndpointState> = fc.record({
    failures: fc.nat(10_000),
    failingSince: moments,
    lastAttemptAt: moments,
    backoff: fc.nat(10_000),
    fresh: fc.nat(10_000),
  });
  const check = (
    hold: (outcome: ReturnType<typeof afterAttempt>, result: AttemptResult, state: EndpointState) => void,
  ): void =>
    fc.assert(
      fc.property(
        states,
        fc.nat(2),
        results,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (state, refusals, result, chance) =>
          hold(afterAttempt(state, refusals, result, NOW, chance), result, state),
      ),
      { numRuns: 2_000 },
    );

  it("the next attempt is between 0.8 seconds and an hour away", () => {
    check(({ next, restMs }) => {
      const [least, most] = next.step === "retry" ? [800, 3_600_000] : [0, 0];
      expect(restMs).toBeGreaterThanOrEqual(least);
      expect(restMs).toBeLessThanOrEqual(most);
    });
  });

  it("only a 2xx is a delivery and the end of failing, and a 410 always the end", () => {
    check(({ next, endpoint }, { status }) => {
      const isGood = status !== null && status >= 200 && status < 300;
      expect(next.step === "delivered").toBe(isGood);
      expect(endpoint.failingSince === null).toBe(isGood);
      if (status === 410) expect(next).toEqual({ step: "disabled", because: "gone" });
    });
  });

  it("a server that is down gets its queue within five minutes and a fifth", () => {
    check(({ restMs }, { status }) => {
      if (status !== 429 && status !== 503) expect(restMs).toBeLessThanOrEqual(360_000);
    });
  });

  it("nothing is switched off or given up without failures in a row that prove it", () => {
    check(({ next, mayExpire }, { status }, state) => {
      if (mayExpire) expect(state.failures + 1).toBeGreaterThanOrEqual(FAILURES_TO_EXPIRE);
      if (next.step !== "disabled" || status === 410) return;
      expect(state.failures + 1).toBeGreaterThanOrEqual(FAILURES_TO_DISABLE);
      expect(NOW - (state.failingSince ?? NOW)).toBeGreaterThanOrEqual(5 * DAY);
    });
  });
});
