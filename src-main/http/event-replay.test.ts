import { describe, expect, it } from "vitest";
import type { Event } from "../../src-shared/domain/event.ts";
import { at } from "../testing/http-client.ts";
import { sampleMessage } from "../testing/sample-changes.ts";
import { connectSocket, refusedSocket, type SocketClient } from "../testing/socket-client.ts";
import { until } from "../testing/until.ts";
import { eventServer } from "./testing/event-server.ts";

const seqs = (client: SocketClient) => client.events().map((event) => at(event, "seq"));
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, place) => place + first);

/** An event in 100 KB. */
const large = (event: Event) => JSON.stringify({ seq: event.seq, filler: "x".repeat(100_000) });

describe("a socket with since", () => {
  it("gets what came after that, then what comes, without a gap or a repeat", async () => {
    const { ws, tellOf, time } = await eventServer();
    tellOf(150);
    const client = await connectSocket(ws("&since=20"));
    tellOf(5);
    await until("the replay", () => {
      time.advance(0);
      return client.frames.length >= 135;
    });
    tellOf(5);
    await until("all", () => client.frames.length >= 140);
    expect(seqs(client)).toEqual(upTo(160, 21));
  });

  it("gets everything from the first event on with since=0, and nothing old without since", async () => {
    const { ws, tellOf, time } = await eventServer();
    tellOf(3);
    const all = await connectSocket(ws("&since=0"));
    const live = await connectSocket(ws());
    time.advance(0);
    tellOf(1);
    await until("all", () => all.frames.length >= 4 && live.frames.length >= 1);
    expect([seqs(all), seqs(live)]).toEqual([[1, 2, 3, 4], [4]]);
  });

  it.each(["&since=1", "&since=9"])("%s that is no longer kept is told so, and closed", async (query) => {
    const { ws, tellOf, journal } = await eventServer();
    tellOf(5);
    journal.prune(2, 9);
    const client = await connectSocket(ws(query));
    await until("it to be closed", () => client.closed() !== null);
    expect(client.closed()).toBe(4410);
    expect(client.events()).toEqual([
      {
        type: "cursor_expired",
        error: expect.stringContaining("the oldest usable since is 2"),
        code: "cursor_expired",
        oldest_since: 2,
        newest: 5,
      },
    ]);
  });

  it.each(["x", "-1", "1.5", "", "1e3", "99999999999999999999", "+1"])(
    "that is no sequence (%s) is refused",
    async (since) => {
      const { ws } = await eventServer();
      const refused = await refusedSocket(ws(`&since=${since}`));
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("since")]);
    },
  );
});

describe("a socket that asks for some events", () => {
  const change = (guid: string, type: "message.received" | "message.read", chat: string) => ({
    type,
    data: sampleMessage({ guid, conversationIds: [chat] }),
  });
  const changes = [
    change("A", "message.received", "any;-;+15550111"),
    change("B", "message.read", "any;-;+15550111"),
    change("C", "message.received", "any;-;a@b.example"),
    change("D", "message.received", "any;+;chat1"),
    change("E", "message.received", "any;+;chat2"),
  ];

  it.each([
    ["", [1, 3, 4, 5]],
    ["&types=", [1, 3, 4, 5]],
    ["&types=*", [1, 2, 3, 4, 5]],
    ["&types=message.read,*", [1, 2, 3, 4, 5]],
    ["&types=message.read", [2]],
    ["&types=*&conversation_id=iMessage;-;%2B15550111", [1, 2]],
    ["&types=*&conversation_id=iMessage;-;+15550111", [1, 2]],
    ["&types=*&conversation_id=any;%2B;chat1,a@b.example", [3, 4]],
    ["&types=*&conversation_id=any;+;chat1&conversation_id=+15550111", [1, 2, 4]],
    ["&conversation_id=any;+;chat3", []],
  ])("with %s gets those, old and new", async (query, wanted) => {
    const { ws, tell, time } = await eventServer();
    tell(changes.slice(0, 2));
    const client = await connectSocket(ws(`&since=0${query}`));
    const everything = await connectSocket(ws("&since=0&types=*"));
    time.advance(0);
    tell(changes.slice(2));
    await until("all", () => client.frames.length >= wanted.length && everything.frames.length >= 5);
    expect(seqs(client)).toEqual(wanted);
  });
});

describe("a socket that is slow", () => {
  it("is no longer pushed to, and gets everything in order when it goes on", async () => {
    const { ws, tellOf, time } = await eventServer(large);
    const slow = await connectSocket(ws());
    const quick = await connectSocket(ws());
    slow.socket.pause();
    for (let times = 0; times < 15; times += 1) {
      tellOf(20);
      await until("the others to have theirs", () => {
        time.advance(0);
        return quick.frames.length >= (times + 1) * 20;
      });
    }
    // The heartbeat, and the look whether the backlog falls.
    expect([slow.frames.length, time.pending()]).toEqual([0, 2]);
    slow.socket.resume();
    await until("all", () => {
      time.advance(0);
      return slow.frames.length >= 300;
    });
    expect([seqs(slow), seqs(quick)]).toEqual([upTo(300), upTo(300)]);
  });

  it("is closed with 1013 when it takes nothing for half a minute", async () => {
    const { ws, tellOf, time, sockets } = await eventServer(large);
    const client = await connectSocket(ws());
    client.socket.pause();
    // More than the system keeps for the two ends.
    tellOf(400);
    await until("what fits to be gone", () => time.pending() > 1);
    for (let seconds = 0; seconds < 29; seconds += 5) time.advance(5_000);
    expect(sockets.count()).toBe(1);
    await until("the end", () => {
      time.advance(5_000);
      client.socket.resume();
      return client.closed() !== null;
    });
    expect(client.closed()).toBe(1013);
    expect(seqs(client)).toEqual(upTo(client.frames.length));
  });
});

describe("an event that cannot be written", () => {
  it("holds up nobody", async () => {
    const { ws, tellOf, complaints } = await eventServer((event) => {
      if (event.seq === 2) throw new Error("no words");
      return JSON.stringify(event);
    });
    const client = await connectSocket(ws());
    const other = await connectSocket(ws());
    tellOf(3);
    await until("both", () => client.frames.length >= 2 && other.frames.length >= 2);
    expect([seqs(client), seqs(other), complaints.length]).toEqual([[1, 3], [1, 3], 1]);
  });
});
