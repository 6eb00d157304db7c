import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AttemptResult, afterAttempt, type DeliveryState, isTooOld } from "./retry.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const DAY = 24 * 3_600_000;
const MIDDLE = 0.5;

function afterAnswer(
  status: number | null,
  state: Partial<DeliveryState> = {},
  retryAfter: string | null = null,
) {
  const full = { failures: 0, refusals: 0, ...state };
  return afterAttempt(full, { status, retryAfter }, NOW, MIDDLE);
}

/** How long the next attempt waits, in seconds. */
function wait(status: number | null, state: Partial<DeliveryState> = {}, retryAfter: string | null = null) {
  const next = afterAnswer(status, state, retryAfter);
  return next.step === "retry" ? (next.at - NOW) / 1_000 : next.step;
}

describe("after an attempt", () => {
  it.each([200, 201, 204, 299])("%i means delivered", (status) => {
    expect(afterAnswer(status)).toEqual({ step: "delivered" });
  });

  it("410 means that nobody listens there any more", () => {
    expect(afterAnswer(410)).toEqual({ step: "disable" });
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
  ])("failure number %i of an endpoint waits %i seconds", (failures, seconds) => {
    expect(wait(500, { failures })).toBe(seconds);
    expect(wait(null, { failures })).toBe(seconds);
  });

  it.each([301, 302, 308])("a redirect (%i) is a failure, and not followed", (status) => {
    expect(wait(status)).toBe(1);
  });

  it.each([400, 401, 403, 404, 422])(
    "a refusal (%i) is tried three times: 1 s, 5 s, and given up",
    (status) => {
      expect([0, 1, 2].map((refusals) => wait(status, { refusals }))).toEqual([1, 5, "give up"]);
    },
  );

  it("a refusal waits by itself, however badly the endpoint has been doing", () => {
    expect(wait(400, { failures: 100 })).toBe(1);
  });

  it.each([408, 425, 429])("%i speaks of the moment, and is no refusal", (status) => {
    expect(afterAnswer(status, { refusals: 2 })).toMatchObject({ step: "retry", refused: false });
  });

  it.each([429, 503])("%i is asked again when it says", (status) => {
    expect(wait(status, {}, "90")).toBe(90);
    expect(wait(status, {}, new Date(NOW + 120_000).toUTCString())).toBe(120);
    expect(wait(status, {}, "soon")).toBe(1);
    expect(wait(status, {}, "999999")).toBe(3_600);
    expect(wait(status, { failures: 6 }, "2")).toBe(300);
  });

  it("nobody else is believed when they say when", () => {
    expect(wait(500, {}, "90")).toBe(1);
  });

  it("an event is too old after three days", () => {
    expect(isTooOld(NOW - 3 * DAY + 1, NOW)).toBe(false);
    expect(isTooOld(NOW - 3 * DAY, NOW)).toBe(true);
  });
});

describe("whatever an endpoint answers", () => {
  const results: fc.Arbitrary<AttemptResult> = fc.record({
    status: fc.option(fc.integer({ min: 100, max: 599 })),
    retryAfter: fc.option(fc.oneof(fc.string(), fc.nat().map(String), fc.date().map(String))),
  });
  const states: fc.Arbitrary<DeliveryState> = fc.record({
    failures: fc.nat(10_000),
    refusals: fc.nat(2),
  });
  const check = (hold: (next: ReturnType<typeof afterAnswer>, result: AttemptResult) => void): void =>
    fc.assert(
      fc.property(states, results, fc.double({ min: 0, max: 1, noNaN: true }), (state, result, chance) =>
        hold(afterAttempt(state, result, NOW, chance), result),
      ),
      { numRuns: 1_000 },
    );

  it("the next attempt is between 0.8 seconds and an hour away", () => {
    check((next) => {
      if (next.step !== "retry") return;
      expect(next.at - NOW).toBeGreaterThanOrEqual(800);
      expect(next.at - NOW).toBeLessThanOrEqual(3_600_000);
    });
  });

  it("only a 2xx is a delivery, and only a 410 the end", () => {
    check((next, { status }) => {
      expect(next.step === "delivered").toBe(status !== null && status >= 200 && status < 300);
      expect(next.step === "disable").toBe(status === 410);
    });
  });

  it("a server that is down gets its queue within five minutes and a fifth", () => {
    check((next, { status }) => {
      if (next.step !== "retry" || status === 429 || status === 503) return;
      expect(next.at - NOW).toBeLessThanOrEqual(360_000);
    });
  });
});
