import { describe, expect, it } from "vitest";
import type { EventType } from "../../src-shared/domain/event.ts";
import type { Change } from "../apple-messages/change.ts";
import { sampleMessage } from "../testing/sample-changes.ts";
import { slowSink } from "./testing/slow-sink.ts";
import { stagedFollowing } from "./testing/staged-following.ts";

const MEGABYTE = 1024 * 1024;
const SECONDS = 1_000;

describe("a follower", () => {
  it("without a position is told at once of what comes from now on", () => {
    const { follow, tellOf } = stagedFollowing();
    tellOf(2);
    const sink = slowSink();
    const follower = follow(sink);
    expect(follower.position()).toBe(2);
    tellOf(2);
    expect(sink.written).toEqual([3, 4]);
    expect(follower.position()).toBe(4);
  });

  it("with a position is told of all that came after it, then of what comes", () => {
    const { follow, tellOf, time } = stagedFollowing();
    tellOf(200);
    const sink = slowSink();
    follow(sink, { since: 3 });
    expect(sink.written).toEqual([]);
    time.advance(0);
    tellOf(1);
    expect(sink.written).toEqual(Array.from({ length: 198 }, (_, place) => place + 4));
    expect(time.pending()).toBe(0);
  });

  it("is told of what comes while it reads, in its order", () => {
    const { follow, tellOf, time } = stagedFollowing();
    tellOf(2);
    const sink = slowSink();
    follow(sink, { since: 0 });
    tellOf(2);
    time.advance(0);
    expect(sink.written).toEqual([1, 2, 3, 4]);
  });

  it("that begins while others are being told is not told twice", () => {
    const { follow, bus, tellOf, time } = stagedFollowing();
    const early = slowSink();
    const late = slowSink();
    const leave = bus.subscribe(() => {
      leave();
      follow(early, { since: 0 });
      follow(late);
    });
    tellOf(3);
    time.advance(0);
    tellOf(1);
    expect([early.written, late.written]).toEqual([[1, 2, 3, 4], [4]]);
  });

  it("is told of the types and conversations that it asked for", () => {
    const { follow, tell, time } = stagedFollowing();
    const change = (guid: string, type: EventType, chat: string): Change =>
      ({ type, data: sampleMessage({ guid, conversationIds: [chat] }) }) as Change;
    const changes = (set: string) => [
      change(`A${set}`, "message.received", "any;-;+15550111"),
      change(`B${set}`, "message.received", "any;+;chat1"),
      change(`C${set}`, "message.read", "any;-;+15550111"),
    ];
    tell(changes("1"));
    const asked = { since: 0, conversations: ["SMS;-;+15550111"], types: ["message.received"] as const };
    const sink = slowSink();
    const follower = follow(sink, asked);
    time.advance(0);
    tell(changes("2"));
    expect(sink.written).toEqual([1, 4]);
    expect(follower.position()).toBe(6);
  });

  it("finds the one event that it wants behind thousands that it does not", () => {
    const { follow, database, tell, tellOf, time } = stagedFollowing();
    database.transaction(() => tellOf(4_500))();
    tell([{ type: "message.failed", data: sampleMessage({ guid: "FAILED" }) }]);
    const sink = slowSink();
    const follower = follow(sink, { since: 0, types: ["message.failed"] });
    time.advance(0);
    expect([sink.written, follower.position()]).toEqual([[4_501], 4_501]);
  });

  it("stops when it is told to", () => {
    const { follow, tellOf, time } = stagedFollowing();
    tellOf(1);
    const reading = slowSink();
    follow(reading, { since: 0 }).stop();
    const live = slowSink();
    follow(live).stop();
    tellOf(1);
    time.advance(60 * SECONDS);
    expect([reading.written, live.written, time.pending()]).toEqual([[], [], 0]);
  });

  it("goes on behind an event that makes trouble", () => {
    const { follow, tellOf, time, complaints } = stagedFollowing();
    tellOf(3);
    const sink = slowSink((event) => {
      if (event.seq === 2) throw new Error("no");
      return 0;
    });
    follow(sink, { since: 0 });
    time.advance(2 * SECONDS);
    expect([sink.written, complaints.length]).toEqual([[1, 2, 3], 1]);
  });

  it("waits a moment and goes on when the journal cannot be read just then", () => {
    const { follow, database, tellOf, time, complaints } = stagedFollowing();
    tellOf(1);
    const sink = slowSink();
    follow(sink, { since: 0 });
    database.exec("ALTER TABLE event RENAME TO away");
    time.advance(0);
    expect([sink.written, complaints.length]).toEqual([[], 1]);
    database.exec("ALTER TABLE away RENAME TO event");
    time.advance(1 * SECONDS);
    expect(sink.written).toEqual([1]);
  });
});

describe("a slow client", () => {
  it("is pushed no more than a megabyte, and given the rest when it has taken that", () => {
    const { follow, tellOf, time } = stagedFollowing();
    const sink = slowSink(() => MEGABYTE / 2 + 1);
    follow(sink);
    tellOf(9);
    expect(sink.written).toEqual([1, 2]);
    sink.take(MEGABYTE / 2);
    time.advance(0);
    expect(sink.written).toEqual([1, 2]);
    sink.take();
    time.advance(0);
    expect(sink.written).toEqual([1, 2, 3, 4]);
    tellOf(1);
    for (let times = 0; times < 5; times += 1) {
      sink.take();
      time.advance(0);
    }
    tellOf(1);
    expect(sink.written).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("is let go when it has taken nothing for half a minute", () => {
    const { follow, tellOf, time } = stagedFollowing();
    const sink = slowSink(() => 2 * MEGABYTE);
    const follower = follow(sink);
    tellOf(2);
    time.advance(25 * SECONDS);
    expect(sink.ended()).toBeNull();
    time.advance(10 * SECONDS);
    expect([sink.ended(), follower.position(), time.pending()]).toEqual(["too slow", 1, 0]);
  });

  it("is waited for as long as it takes a little", () => {
    const { follow, tellOf, time } = stagedFollowing();
    const sink = slowSink(() => 2 * MEGABYTE);
    follow(sink);
    tellOf(2);
    for (let times = 0; times < 10; times += 1) {
      time.advance(20 * SECONDS);
      sink.take(1);
    }
    expect(sink.ended()).toBeNull();
    sink.take();
    time.advance(0);
    expect(sink.written).toEqual([1, 2]);
  });

  it("is let go with more than eight megabytes before it, but not before it could take them", () => {
    const { follow, tellOf, time } = stagedFollowing();
    const sizes = slowSink(({ seq }) => (seq === 1 ? 9 : 10) * MEGABYTE);
    follow(sizes);
    tellOf(2);
    sizes.take();
    time.advance(0);
    expect([sizes.written, sizes.ended()]).toEqual([[1, 2], null]);
    time.advance(5 * SECONDS);
    expect(sizes.ended()).toBe("too slow");
  });

  it("is given an event of nine megabytes that it takes steadily, however long that takes", () => {
    const { follow, tellOf, time } = stagedFollowing();
    const sink = slowSink(({ seq }) => (seq === 1 ? 9 * MEGABYTE : 1));
    follow(sink);
    tellOf(2);
    let seconds = 0;
    for (; sink.written.length < 2 && seconds < 60; seconds += 1) {
      time.advance(1 * SECONDS);
      sink.take(200_000);
      time.advance(0);
    }
    expect([sink.ended(), sink.written]).toEqual([null, [1, 2]]);
    expect(seconds).toBeGreaterThan(40);
  });

  it("is let go in the midst of more than eight megabytes when it takes no more", () => {
    const { follow, tellOf, time } = stagedFollowing();
    const sink = slowSink(() => 10 * MEGABYTE);
    follow(sink);
    tellOf(1);
    sink.take(MEGABYTE);
    time.advance(5 * SECONDS);
    expect(sink.ended()).toBeNull();
    time.advance(5 * SECONDS);
    expect(sink.ended()).toBe("too slow");
  });

  it("is told when what comes next was dropped while it was waited for", () => {
    const { follow, journal, tellOf, time } = stagedFollowing();
    const sink = slowSink(() => 2 * MEGABYTE);
    follow(sink);
    tellOf(5);
    journal.prune(3, 9);
    sink.take();
    time.advance(0);
    expect([sink.written, sink.ended(), time.pending()]).toEqual([[1], "expired", 0]);
  });
});

describe("a position that is no longer kept", () => {
  it("is refused", () => {
    const { follow, journal, tellOf } = stagedFollowing();
    tellOf(3);
    journal.prune(2, 9);
    const expired = expect.objectContaining({ code: "cursor_expired" });
    expect(() => follow(slowSink(), { since: 1 })).toThrow(expired);
    expect(() => follow(slowSink(), { since: 4 })).toThrow(expired);
  });
});
