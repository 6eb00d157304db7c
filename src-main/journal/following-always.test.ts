import fc from "fast-check";
import { expect, it } from "vitest";
import type { Change } from "../apple-messages/change.ts";
import { sampleMessage } from "../testing/sample-changes.ts";
import { slowSink } from "./testing/slow-sink.ts";
import { stagedFollowing } from "./testing/staged-following.ts";

const MEGABYTE = 1024 * 1024;

type Command =
  | { what: "tell"; count: number; types: number }
  | { what: "fail"; count: number }
  | { what: "take"; bytes: number }
  | { what: "read" }
  | { what: "prune"; butFor: number }
  | { what: "restart" }
  | { what: "begin again" };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("tell" as const),
      count: fc.integer({ min: 1, max: 90 }),
      types: fc.nat(3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("fail" as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("take" as const), bytes: fc.nat(2 * MEGABYTE) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("read" as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("prune" as const), butFor: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("begin again" as const) }) },
);

it("a follower is told exactly what it wants after its position, in order, once, until it is told that some is gone", () => {
  const { follow, journal, database, tell, time, complaints } = stagedFollowing();
  database.pragma("synchronous = OFF");
  let guid = 0;
  const types = ["message.received", "message.read", "conversation.updated"] as const;
  const changes = (count: number, mix: number): Change[] =>
    Array.from({ length: count }, (_, place) => {
      guid += 1;
      const data = sampleMessage({ guid: `G${guid}`, conversationIds: [`any;-;${place % 2}`] });
      return { type: place % 3 < mix ? "message.received" : "message.read", data };
    });

  const scenario = fc.record({
    commands: fc.array(command, { maxLength: 30 }),
    size: fc.nat(300_000),
    onlyOdd: fc.boolean(),
    onlyReceived: fc.boolean(),
    live: fc.boolean(),
  });
  fc.assert(
    fc.property(scenario, ({ commands, size, onlyOdd, onlyReceived, live }) => {
      const asked = {
        conversations: onlyOdd ? ["SMS;-;1"] : [],
        types: onlyReceived ? [types[0]] : types,
      };
      const begin = journal.newest();
      let sink = slowSink(({ seq }) => ((seq * 31) % 7) * size);
      let follower = follow(sink, { ...asked, since: live ? null : begin });
      const wanted: number[] = [];
      const got: number[] = [];
      const check = (): void => {
        const all = [...got, ...sink.written];
        expect(all).toEqual(wanted.slice(0, all.length));
      };
      const comeBack = (since: number): void => {
        got.push(...sink.written);
        follower.stop();
        sink = slowSink(({ seq }) => ((seq * 31) % 7) * size);
        follower = follow(sink, { ...asked, since });
      };
      let expired = false;

      const carryOut = (step: Command): void => {
        switch (step.what) {
          case "tell":
            for (const event of tell(changes(step.count, step.types))) {
              const isOdd = "conversationIds" in event.data && event.data.conversationIds[0] === "any;-;1";
              if (onlyOdd && !isOdd) continue;
              if (!onlyReceived || event.type === "message.received") wanted.push(event.seq);
            }
            return;
          case "fail":
            expect(() =>
              database.transaction(() => {
                journal.append(changes(step.count, 3), 0);
                throw new Error("no");
              })(),
            ).toThrow("no");
            return;
          case "take":
            sink.take(step.bytes);
            return;
          case "read":
            time.advance(0);
            return;
          case "prune":
            journal.prune(journal.newest() - step.butFor, 100_000);
            return;
          default: {
            // With the position of the follower itself, or with the last event that the client has seen.
            const seen = got.concat(sink.written).at(-1) ?? begin;
            const since = step.what === "restart" ? follower.position() : seen;
            expired = since < journal.prunedTo();
            if (!expired) comeBack(since);
            else expect(() => follow(slowSink(), { since })).toThrow("no longer kept");
          }
        }
      };

      for (const step of commands) {
        carryOut(step);
        check();
        expired ||= sink.ended() === "expired";
        if (expired) break;
      }
      if (!expired) {
        for (let rounds = 0; rounds < 3 || (rounds < 5_000 && time.pending() > 0); rounds += 1) {
          sink.take();
          time.advance(0);
        }
        check();
        if (sink.ended() === null) {
          expect([...got, ...sink.written]).toEqual(wanted);
          expect(follower.position()).toBe(journal.newest());
        } else expect(follower.position()).toBeLessThan(journal.prunedTo());
      }
      follower.stop();
      expect(complaints).toEqual([]);
    }),
    { numRuns: 150 },
  );
}, 120_000);
