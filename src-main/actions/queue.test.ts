import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../src-shared/faults.ts";
import { settle } from "../testing/until.ts";
import { openQueue } from "./queue.ts";

/** Work that leaves the window, and ends, when the test says so. */
interface Piece {
  about: string;
  place: number;
  state: "waiting" | "in the window" | "outside" | "done" | "failed" | "refused";
  leave(): void;
  end(failing: boolean): void;
}

const underWay = ({ state }: Piece): boolean => state === "in the window" || state === "outside";

describe("the queue", () => {
  it("lets one at a time into the window, and of one message one at all, in order, whatever fails", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("ask" as const), about: fc.constantFrom("a", "b", "c") }),
      fc.record({ do: fc.constantFrom("leave" as const, "end" as const, "fail" as const), which: fc.nat(5) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const queue = openQueue();
        const pieces: Piece[] = [];
        const check = (): void => {
          expect(pieces.filter(({ state }) => state === "in the window").length).toBeLessThan(2);
          for (const about of ["a", "b", "c"]) {
            const those = pieces.filter((piece) => piece.about === about && piece.state !== "refused");
            expect(those.filter(underWay).length).toBeLessThan(2);
            const begun = those.map(({ state }) => state !== "waiting");
            // Whoever came first began first.
            expect(begun).toEqual(begun.toSorted((one, other) => Number(other) - Number(one)));
            expect(queue.has(about)).toBe(
              those.some((piece) => underWay(piece) || piece.state === "waiting"),
            );
          }
          const isFree = pieces.every(({ state }) => state !== "in the window");
          const kept = new Set(pieces.filter(underWay).map(({ about }) => about));
          // Nobody waits for nothing.
          if (isFree) {
            expect(pieces.filter(({ state, about }) => state === "waiting" && !kept.has(about))).toEqual([]);
          }
        };
        const finish = async (): Promise<void> => {
          for (;;) {
            const piece = pieces.find(underWay);
            if (piece === undefined) return;
            piece.end(false);
            await settle(1);
            check();
          }
        };
        for (const one of steps) {
          if (one.do === "ask") pieces.push(ask(queue, one.about, pieces.length));
          else {
            const running = pieces.filter(underWay);
            const piece = running[one.which % Math.max(1, running.length)];
            if (one.do === "leave") piece?.leave();
            else piece?.end(one.do === "fail");
          }
          await settle(1);
          check();
        }
        await finish();
        expect(pieces.every(({ state }) => ["done", "failed", "refused"].includes(state))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("takes one to the window and twenty behind it", async () => {
    const queue = openQueue();
    const pieces = Array.from({ length: 22 }, (_, place) => ask(queue, `${place}`, place));
    await settle(1);
    expect(pieces.map(({ state }) => state)).toEqual([
      "in the window",
      ...Array.from({ length: 20 }, () => "waiting"),
      "refused",
    ]);
  });
});

function ask(queue: ReturnType<typeof openQueue>, about: string, place: number): Piece {
  const piece: Piece = { about, place, state: "waiting", leave: () => {}, end: () => {} };
  const done = queue.run(
    about,
    (leave) =>
      new Promise<void>((resolve, reject) => {
        piece.state = "in the window";
        piece.leave = () => {
          piece.state = "outside";
          leave();
        };
        piece.end = (failing) => {
          piece.state = failing ? "failed" : "done";
          if (failing) reject(new Error("as the test wants it"));
          else resolve();
        };
      }),
  );
  done.catch((thrown: unknown) => {
    if (thrown instanceof Fault) piece.state = "refused";
  });
  return piece;
}
