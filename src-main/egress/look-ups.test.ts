import { describe, expect, it } from "vitest";
import type { ResolvedAddress } from "../ports/network.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { settle } from "../testing/until.ts";
import { limitedLookUps } from "./look-ups.ts";
import { resolved } from "./testing/scripted-network.ts";

const SECONDS = 1_000;
const FOUND = [resolved("203.0.113.7")];

/** Look-ups that end when the test says so. */
function staged() {
  const time = manualTime();
  const began: string[] = [];
  const ends = new Map<string, (found: ResolvedAddress[]) => void>();
  const find = limitedLookUps((name) => {
    began.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  }, time.timers);
  /** What has come of a look-up so far. */
  const ask = (name: string) => {
    const asked: { found: ResolvedAddress[] | string | null } = { found: null };
    find(name).then(
      (found) => {
        asked.found = found;
      },
      (thrown: unknown) => {
        asked.found = String(thrown);
      },
    );
    return asked;
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.(FOUND);
    await settle();
  };
  /** Names whose server did not answer in time, and with which the system is done since. */
  const hang = async (...names: string[]): Promise<void> => {
    for (const name of names) {
      ask(name);
      await settle();
      time.advance(10 * SECONDS);
      await end(name);
    }
    began.length = 0;
  };
  return { time, began, ask, end, hang };
}

describe("look-ups", () => {
  it("of one name are one", async () => {
    const { began, ask, end } = staged();
    const both = [ask("a.example"), ask("a.example")];
    await end("a.example");
    expect([began, both.map(({ found }) => found)]).toEqual([["a.example"], [FOUND, FOUND]]);
  });

  it("of names that hang hold up one another, and nobody else", async () => {
    const { began, ask, end, hang } = staged();
    await hang("x.example", "y.example", "z.example");
    for (const name of ["x.example", "y.example", "z.example"]) ask(name);
    const others = [ask("a.example"), ask("b.example"), ask("c.example")];
    await settle();
    expect(began).toEqual(["x.example", "a.example", "b.example"]);
    await end("a.example");
    await end("b.example");
    await end("c.example");
    expect(others.map(({ found }) => found)).toEqual([FOUND, FOUND, FOUND]);
    await end("x.example");
    expect(began).toEqual(["x.example", "a.example", "b.example", "c.example", "y.example"]);
  });

  it("have their ten seconds from when they begin, not from when they wait", async () => {
    const { time, ask, end } = staged();
    ask("x.example");
    ask("y.example");
    const waiting = ask("a.example");
    time.advance(9 * SECONDS);
    await end("x.example");
    time.advance(9 * SECONDS);
    await settle();
    expect(waiting.found).toBeNull();
    time.advance(1 * SECONDS);
    await settle();
    expect(waiting.found).toBe("Error: no look-up within 10000 ms");
  });

  it("find no place for ever", async () => {
    const { time, ask } = staged();
    ask("x.example");
    ask("y.example");
    const waiting = ask("a.example");
    time.advance(30 * SECONDS);
    await settle();
    expect(waiting.found).toBe("Error: no place for a look-up within 30000 ms");
  });

  it("of a name that hung are like all others once it was answered in time", async () => {
    const { began, ask, end, hang } = staged();
    await hang("x.example", "y.example");
    ask("x.example");
    await end("x.example");
    for (const name of ["x.example", "y.example", "a.example"]) ask(name);
    await settle();
    expect(began).toEqual(["x.example", "x.example", "y.example", "a.example"]);
  });

  it("leave no timer behind", async () => {
    const { time, ask, end } = staged();
    ask("a.example");
    await end("a.example");
    expect(time.pending()).toBe(0);
  });
});
