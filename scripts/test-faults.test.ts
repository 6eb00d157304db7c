import { describe, expect, it } from "vitest";
import { type Check, endpointChecks, followerChecks, identityCheck } from "../e2e/faults/checks.ts";
import { planFaults } from "../e2e/faults/fault-plan.ts";
import type { Arrival } from "../e2e/faults/faulty-receiver.ts";

const WRITTEN = ["A", "B", "C"];

const arrival = (seq: number, changes: Partial<Arrival> = {}): Arrival => {
  const guid = WRITTEN[seq - 1] ?? "?";
  return { id: `evt_${guid}`, seq, guid, body: `{"guid":"${guid}"}`, isAnswered: true, ...changes };
};

const GOOD = [arrival(1), arrival(2), arrival(3)];

/** Names of the checks that do not hold, without what is said about the endpoint before and the figures after. */
const broken = (checks: readonly Check[]): string[] =>
  checks.filter(({ wrong }) => wrong !== null).map(({ name }) => name.replace(/^.*?: | \(.*\)$/g, ""));

const atEndpoint = (arrivals: Arrival[], more: { wrong?: string[]; failed?: number; atOnce?: number } = {}) =>
  broken(
    endpointChecks(
      "it",
      {
        arrivals,
        wrong: more.wrong ?? [],
        failed: () => more.failed ?? 0,
        mostAtOnce: () => more.atOnce ?? 1,
      },
      WRITTEN,
      1,
    ),
  );

describe("what must hold at an endpoint", () => {
  it("holds when everything came once, and when a kill or a failed answer had it come again", () => {
    expect(atEndpoint(GOOD)).toEqual([]);
    expect(atEndpoint([arrival(1), arrival(1), arrival(2), arrival(3)])).toEqual([]);
    const failed = arrival(2, { isAnswered: false });
    expect(atEndpoint([arrival(1), failed, failed, arrival(2), arrival(3)], { failed: 2 })).toEqual([]);
  });

  it.each<[string, string[], Arrival[], Parameters<typeof atEndpoint>[1]?]>([
    ["lost", ["every message arrives"], [arrival(1), arrival(3)]],
    ["invented", ["nothing is invented"], [...GOOD, arrival(4, { id: "evt_?" })]],
    [
      "swapped",
      ["in the order in which they were written", "the sequence rises"],
      [arrival(2), arrival(1), arrival(3)],
    ],
    ["numbered backwards", ["the sequence rises"], [arrival(1), arrival(2), arrival(3, { seq: 2 })]],
    [
      "repeated under another id",
      ["a repeat has the same id, sequence and body"],
      [...GOOD, arrival(3, { id: "evt_other" })],
    ],
    [
      "repeated with another body",
      ["a repeat has the same id, sequence and body"],
      [...GOOD, arrival(3, { body: "{}" })],
    ],
    ["badly signed", ["signatures and headers are right"], GOOD, { wrong: ["evt_A: no"] }],
    [
      "repeated too often",
      [
        "what was answered with 200 comes again after a kill only",
        "repeats are no more than kills and failed answers",
      ],
      [...GOOD, arrival(3), arrival(3)],
    ],
    ["told two at once", ["one request at a time"], GOOD, { atOnce: 2 }],
  ])("does not when something is %s", (_what, names, arrivals, more) => {
    expect(atEndpoint(arrivals, more)).toEqual(names);
  });
});

describe("what must hold of a follower", () => {
  it("is that nothing is missing, twice or backwards", () => {
    const check = (seen: Arrival[], hasAll = true) => broken(followerChecks("it", seen, WRITTEN, hasAll));
    expect(check(GOOD)).toEqual([]);
    expect(check([arrival(1), arrival(3)])).toEqual(["everything"]);
    expect(check([arrival(1), arrival(3)], false)).toEqual([]);
    expect(check([...GOOD, arrival(3)])).toEqual(["nothing twice", "the sequence rises"]);
    expect(check([...GOOD, arrival(4)])).toEqual(["nothing is invented"]);
  });

  it("is that one sequence is one event everywhere", () => {
    expect(identityCheck([GOOD, GOOD]).wrong).toBeNull();
    expect(identityCheck([GOOD, [arrival(3, { id: "evt_other" })]]).wrong).toMatch(
      /3 is evt_C and evt_other/,
    );
    expect(identityCheck([GOOD, [arrival(3, { seq: 9 })]]).wrong).toMatch(/evt_C is 3 and 9/);
  });
});

describe("a run", () => {
  it("is drawn from its seed alone, and has as many kills and faults as were asked for", () => {
    const sizes = { messages: 1_000, kills: 20, faults: 60 };
    expect(planFaults({ seed: 5, ...sizes })).toEqual(planFaults({ seed: 5, ...sizes }));
    expect(planFaults({ seed: 6, ...sizes })).not.toEqual(planFaults({ seed: 5, ...sizes }));
    for (let seed = 0; seed < 200; seed += 1) {
      const { kills, faults } = planFaults({ seed, ...sizes });
      expect(kills.reduce((sum, { againAfterMs }) => sum + (againAfterMs === null ? 1 : 2), 0)).toBe(20);
      expect(faults.size).toBeGreaterThanOrEqual(60);
      expect(Math.max(...faults.keys())).toBeLessThanOrEqual(sizes.messages);
    }
  });
});
