import { describe, expect, it } from "vitest";
import { manualTime } from "../simulator/testing/manual-time.ts";
import type { Recorded } from "./recorded.ts";
import { type HowRecorded, recordTogether } from "./recording-together.ts";

/** A record of which only the endpoint matters here. */
const recordOf = (webhookId: string): Recorded => ({
  webhookId,
  url: "http://a.test/",
  delivery: { seq: 1, attempts: 0, refusals: 0, queuedAt: 0 },
  attempt: { number: 1, at: 0, tookMs: 1, status: 200, error: null, requestHeaders: {}, answer: null },
  next: { step: "delivered" },
  refused: false,
  health: {
    failures: 0,
    failingSince: null,
    lastAttemptAt: 0,
    lastStatus: 200,
    lastError: null,
    nextAttemptAt: 0,
    day: 0,
    deliveredToday: 1,
  },
  at: 0,
});

function together(options: { isAlone?: boolean; refused?: string } = {}) {
  const { timers, advance } = manualTime();
  const commits: string[][] = [];
  const complaints: unknown[] = [];
  const heard = new Map<string, HowRecorded>();
  const record = recordTogether({
    recording: {
      attempted(records) {
        const ids = records.map(({ webhookId }) => webhookId);
        if (ids.includes(options.refused ?? "")) throw new Error("disk full");
        commits.push(ids);
        return ids.map(() => true);
      },
    },
    timers,
    isAlone: () => options.isAlone ?? false,
    complain: (thrown) => complaints.push(thrown),
  });
  const add = (id: string, then = (): void => {}): void =>
    record(recordOf(id), (how) => {
      heard.set(id, how);
      then();
    });
  return { add, advance, commits, complaints, heard };
}

describe("attempts that end at about the same time", () => {
  it("are recorded in one commit", () => {
    const { add, advance, commits, heard } = together();
    for (const id of ["a", "b", "c"]) add(id);
    expect(commits).toEqual([]);
    advance(0);
    expect(commits).toEqual([["a", "b", "c"]]);
    expect([...heard.values()]).toEqual([{ isRecorded: true }, { isRecorded: true }, { isRecorded: true }]);
  });

  it("wait for nobody when there is nobody else", () => {
    const { add, commits } = together({ isAlone: true });
    add("a");
    expect(commits).toEqual([["a"]]);
  });

  it("are recorded one by one when one of them cannot be", () => {
    const { add, advance, commits, heard } = together({ refused: "b" });
    for (const id of ["a", "b", "c"]) add(id);
    advance(0);
    expect(commits).toEqual([["a"], ["c"]]);
    expect(heard.get("b")).toEqual({ thrown: new Error("disk full") });
    expect(heard.get("c")).toEqual({ isRecorded: true });
  });

  it("are all told, whatever one makes of it", () => {
    const { add, advance, complaints, heard } = together();
    add("a", () => {
      throw new Error("unheard of");
    });
    add("b");
    advance(0);
    expect(heard.get("b")).toEqual({ isRecorded: true });
    expect(complaints).toEqual([new Error("unheard of")]);
  });
});
