import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleOutboxItem, sampleOutboxPart } from "../../testing/sample-outbox-part.ts";
import type { OutboxItem, OutboxPart, OutboxState } from "./outbox-item.ts";
import {
  cancelled,
  counts,
  happened,
  type PartInput,
  retried,
  type Step,
  stateOf,
} from "./outbox-machine.ts";

function partAt(position: number, fields: Partial<OutboxPart> = {}): OutboxPart {
  return sampleOutboxPart({ position, content: `part ${position}`, ...fields });
}

function itemOf(count: number): OutboxItem {
  return sampleOutboxItem({ parts: Array.from({ length: count }, (_, at) => partAt(at)) });
}

const given: PartInput = { it: "dispatches", at: 1, turn: 1, afterRowId: 10, afterGuid: "G" };
const lateRow = { from: 0, until: 120_000 };
const givenUp: PartInput = { it: "is given up", reason: "never seen", lateRow };
const refused: PartInput = { it: "did not leave", fault: "automation_denied", reason: "denied" };
const rowOf = (guid: string): PartInput => ({ it: "has a row", guid, rowId: 11 });
const left = (as: "sent" | "delivered" | "read" = "sent"): PartInput => ({ it: "left", as });
const failedBy = (errorCode: number): PartInput => ({
  it: "failed by its row",
  errorCode,
  reason: `error ${errorCode}`,
});

/** The item after all of it, each for the part at its position. */
function having(item: OutboxItem, ...inputs: [number, PartInput][]): OutboxItem {
  return inputs.reduce((now, [position, input]) => happened(now, position, input).item, item);
}

const statesOf = ({ parts }: OutboxItem): OutboxState[] => parts.map(({ state }) => state);

function retry(item: OutboxItem): OutboxItem {
  const step = retried(item);
  if (step === null) throw new Error("there is nothing to retry");
  return step.item;
}

describe("a part", () => {
  it("goes from the queue to Messages, and as far as its row says", () => {
    const sent = having(itemOf(1), [0, given], [0, rowOf("A")], [0, left()]);
    expect(sent.state).toBe("sent");
    expect(having(sent, [0, left("read")], [0, left("delivered")]).state).toBe("read");
  });

  it("is not sent before it has a row", () => {
    expect(having(itemOf(1), [0, given], [0, left()]).state).toBe("dispatching");
  });

  it("that surely did not leave is given again; one that may have is not", () => {
    const putBack = having(itemOf(1), [0, given], [0, { it: "is put back" }]);
    expect(putBack).toMatchObject({ state: "queued", parts: [{ tries: 1, mayHaveLeft: false }] });
    const unknown = having(itemOf(1), [0, given], [0, givenUp]);
    expect(having(unknown, [0, { it: "is put back" }], [0, given])).toEqual(unknown);
  });

  it("that failed by its row is sent when the row says so later, and the other way round", () => {
    const failed = having(itemOf(1), [0, given], [0, rowOf("A")], [0, failedBy(22)]);
    expect(failed).toMatchObject({ state: "failed", fault: "send_failed", parts: [{ errorCode: 22 }] });
    const sent = having(failed, [0, left()]);
    expect(sent).toMatchObject({ state: "sent", fault: null, reason: null, parts: [{ errorCode: 0 }] });
    expect(having(sent, [0, failedBy(22)]).state).toBe("failed");
    expect(having(sent, [0, left("delivered")], [0, failedBy(22)]).state).toBe("delivered");
  });

  it("that failed or is unknown takes along what waits behind it", () => {
    const failed = having(itemOf(3), [0, given], [0, rowOf("A")], [0, left()], [1, given], [1, refused]);
    expect(statesOf(failed)).toEqual(["sent", "failed", "failed"]);
    expect(failed).toMatchObject({ state: "failed", fault: "automation_denied", reason: "denied" });
    expect(failed.parts[2]?.reason).toMatch(/^not sent, because .* failed: denied$/);
    const unknown = having(itemOf(2), [0, given], [0, givenUp]);
    expect(statesOf(unknown)).toEqual(["unknown", "failed"]);
    expect(unknown).toMatchObject({ state: "unknown", fault: null, reason: "never seen" });
  });
});

it("a part that is being given while what is before it fails is not given again", () => {
  const both = having(itemOf(2), [0, given], [1, given], [0, givenUp]);
  const refusedThen = having(both, [1, { it: "is put back" }]);
  expect(statesOf(refusedThen)).toEqual(["unknown", "dispatching"]);
  expect(statesOf(having(both, [1, refused]))).toEqual(["unknown", "failed"]);
  expect(statesOf(retry(having(both, [1, refused])))).toEqual(["unknown", "queued"]);
});

describe("a retry", () => {
  it("queues in its place what surely did not leave", () => {
    const failed = having(itemOf(2), [0, given], [0, refused]);
    expect(statesOf(retry(failed))).toEqual(["queued", "queued"]);
  });

  it("repeats what is unknown as a part of its own, and only what counts makes the state", () => {
    const again = retry(having(itemOf(1), [0, given], [0, givenUp]));
    expect(again).toMatchObject({
      state: "queued",
      parts: [{ state: "unknown", retriedAs: 1 }, { state: "queued" }],
    });
    expect(having(again, [1, given], [1, rowOf("B")], [1, left()])).toMatchObject({
      state: "sent",
      reason: null,
    });
  });

  it("of what was sent after all is dropped while it waits, also when it was repeated twice", () => {
    const once = retry(having(itemOf(1), [0, given], [0, givenUp]));
    const twice = retry(having(once, [1, given], [1, givenUp]));
    const found = having(twice, [0, rowOf("A")], [0, left()]);
    expect(found).toMatchObject({ state: "sent", parts: [{ retriedAs: null }, {}, { fault: "cancelled" }] });
    expect(having(found, [2, given])).toEqual(found);
  });

  it("leaves its own truth to what was repeated, once the repetition has gone", () => {
    const gone = having(retry(having(itemOf(1), [0, given], [0, givenUp])), [1, given]);
    const { item, isNews } = happened(having(gone, [0, rowOf("A")]), 0, left());
    expect(isNews).toBe(true);
    expect(item).toMatchObject({ state: "dispatching", parts: [{ state: "sent", retriedAs: 1 }, {}] });
  });

  it("is dropped once it is put back, where what it repeats was sent while it was at Messages", () => {
    const gone = having(retry(having(itemOf(1), [0, given], [0, givenUp])), [1, given]);
    const back = having(gone, [0, rowOf("A")], [0, left()], [1, { it: "is put back" }]);
    expect(back).toMatchObject({ state: "sent", parts: [{ retriedAs: null }, { fault: "cancelled" }] });
    expect(having(back, [1, given])).toEqual(back);
  });

  it("that surely did not leave counts no more, once what it repeats was sent after all", () => {
    const refusedThen = having(retry(having(itemOf(1), [0, given], [0, givenUp])), [1, given], [1, refused]);
    const found = having(refusedThen, [0, rowOf("A")], [0, left()]);
    expect(found.state).toBe("sent");
    expect(retried(found)).toBeNull();
  });

  it("repeats what failed by its row before what came behind it, in order", () => {
    const failed = having(itemOf(2), [0, given], [0, rowOf("A")], [0, failedBy(22)]);
    expect(statesOf(failed)).toEqual(["failed", "failed"]);
    const again = retry(failed);
    expect(again.parts.map(({ content, state, retriedAs }) => [content, state, retriedAs])).toEqual([
      ["part 0", "failed", 2],
      ["part 1", "failed", 3],
      ["part 0", "queued", null],
      ["part 1", "queued", null],
    ]);
  });

  it("sends what did not leave, and not once more what nobody knows of before it", () => {
    const unknown = having(itemOf(2), [0, given], [0, givenUp]);
    expect(statesOf(retry(unknown))).toEqual(["unknown", "queued"]);
  });

  it("has nothing to do where nothing failed", () => {
    expect(retried(itemOf(1))).toBeNull();
    expect(retried(having(itemOf(1), [0, given]))).toBeNull();
  });
});

describe("a cancellation", () => {
  it("ends what waits, and leaves what was given to Messages", () => {
    const step = cancelled(having(itemOf(2), [0, given]));
    expect(step?.item.parts).toMatchObject([
      { state: "dispatching" },
      { state: "failed", fault: "cancelled" },
    ]);
    expect(cancelled(having(itemOf(1), [0, given]))).toBeNull();
  });

  it("of a repetition has what it repeats count again", () => {
    const again = retry(having(itemOf(1), [0, given], [0, givenUp]));
    expect(cancelled(again)?.item).toMatchObject({
      state: "unknown",
      parts: [{ retriedAs: null }, { retriedAs: 0 }],
    });
  });
});

const inputs: fc.Arbitrary<PartInput> = fc.oneof(
  fc.constant(given),
  fc.constant<PartInput>({ it: "is put back" }),
  fc.constant(refused),
  fc.constantFrom("A", "B", "C").map(rowOf),
  fc.constantFrom("sent", "delivered", "read").map(left),
  fc.constantFrom(22, 25).map(failedBy),
  fc.constant<PartInput>({ it: "was lost", reason: "lost", lateRow }),
  fc.constant(givenUp),
  fc.constant<PartInput>({ it: "was tried out" }),
);
type Move = { by: "Messages"; position: number; input: PartInput } | { by: "retry" | "cancel" };
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ by: fc.constant("Messages" as const), position: fc.nat(4), input: inputs }),
  },
  { weight: 2, arbitrary: fc.record({ by: fc.constantFrom("retry" as const, "cancel" as const) }) },
);

function take(item: OutboxItem, move: Move): Step {
  const nothing = { item, isNews: false };
  if (move.by === "Messages") return happened(item, move.position, move.input);
  return (move.by === "retry" ? retried(item) : cancelled(item)) ?? nothing;
}

const FAR: Partial<Record<OutboxState, number>> = { sent: 1, delivered: 2, read: 3 };

describe("whatever happens", () => {
  /** Goes through any story of any item, and shows each step. */
  const throughStories = (check: (before: OutboxItem, step: Step, move: Move) => void): void => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(moves, { maxLength: 40 }), (count, story) => {
        story.reduce((before, move) => {
          const step = take(before, move);
          check(before, step, move);
          return step.item;
        }, itemOf(count));
      }),
      { numRuns: 500 },
    );
  };

  it("what may have left is never given again", () => {
    throughStories((before, { item }, move) => {
      for (const part of item.parts) {
        const was = before.parts[part.position];
        if (part.state === "dispatching" && was?.state !== "dispatching") {
          expect(was).toMatchObject({ state: "queued", mayHaveLeft: false });
        }
        if (was?.mayHaveLeft && !part.mayHaveLeft) {
          expect(was.messageGuid).toBeNull();
          expect(move).toMatchObject({
            input: { it: expect.stringMatching(/^(is put back|did not leave)$/) },
          });
        }
      }
      if (item.parts.length > before.parts.length) expect(move.by).toBe("retry");
    });
  });

  it("only a row says that something left, and what it said is not taken back", () => {
    throughStories((before, { item }, move) => {
      for (const part of item.parts) {
        const was = before.parts[part.position];
        const [far, wasFar] = [FAR[part.state] ?? 0, FAR[was?.state ?? "queued"] ?? 0];
        if (far > wasFar) expect(move).toMatchObject({ position: part.position, input: { it: "left" } });
        if (far > 0) expect(part.messageGuid).not.toBeNull();
        if (far < wasFar) {
          expect([wasFar, part.state]).toEqual([1, "failed"]);
          expect(move).toMatchObject({ input: { it: "failed by its row" } });
        }
      }
    });
  });

  it("what an item is follows from its parts that count, of which there are as many as were accepted", () => {
    throughStories((before, { item }) => {
      expect(item.state).toBe(stateOf(item.parts));
      expect(item.parts.filter(counts)).toHaveLength(before.parts.filter(counts).length);
      expect(item.parts.map(({ position }) => position)).toEqual(item.parts.map((_, at) => at));
      for (const { retriedAs } of item.parts) {
        if (retriedAs !== null) expect(item.parts[retriedAs]).toBeDefined();
      }
    });
  });

  it("nothing is given once more when what it repeats has left", () => {
    const repeated = having(retry(having(itemOf(1), [0, given], [0, givenUp])), [1, given]);
    const few: fc.Arbitrary<Move> = fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({ by: fc.constant("Messages" as const), position: fc.nat(1), input: inputs }),
      },
      { weight: 1, arbitrary: fc.constant<Move>({ by: "retry" }) },
    );
    fc.assert(
      fc.property(fc.array(few, { minLength: 10, maxLength: 40 }), (story) => {
        story.reduce((before, move) => {
          const { item } = take(before, move);
          const hadLeft = FAR[before.parts[0]?.state ?? "queued"] !== undefined;
          const isGiven = item.parts[1]?.state === "dispatching" && before.parts[1]?.state === "queued";
          expect(hadLeft && isGiven).toBe(false);
          return item;
        }, repeated);
      }),
      { numRuns: 2_000 },
    );
  });

  it("every change of state has a revision, and all that ends is news, of a part as well", () => {
    throughStories((before, { item, isNews }) => {
      expect(item.revision - before.revision).toBe(isNews || item.state !== before.state ? 1 : 0);
      const isUnderWay = item.state === "queued" || item.state === "dispatching";
      if (item.state !== before.state && !isUnderWay) expect(isNews).toBe(true);
      for (const { position, state } of item.parts) {
        const was = before.parts[position]?.state;
        if (was === "queued" || was === "dispatching") {
          if (state !== "queued" && state !== "dispatching") expect(isNews).toBe(true);
        }
      }
    });
  });

  it("it ends once its attempts and its rows have", () => {
    throughStories((_before, { item }) => {
      let now = item;
      for (const { position, state } of item.parts) {
        if (state === "queued") now = having(now, [position, given]);
        now = having(now, [position, givenUp]);
      }
      expect(now.parts.every(({ state }) => state !== "queued" && state !== "dispatching")).toBe(true);
      expect(["queued", "dispatching"]).not.toContain(now.state);
    });
  });

  it("a late row settles what was repeated", () => {
    throughStories((_before, { item }) => {
      const late = item.parts.filter(
        (part) => !counts(part) && part.state === "unknown" && part.messageGuid === null,
      );
      for (const { position } of late) {
        const { parts } = having(item, [position, rowOf("LATE")], [position, left()]);
        expect(parts[position]).toMatchObject({ state: "sent", messageGuid: "LATE" });
      }
    });
  });
});
