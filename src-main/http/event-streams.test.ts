import { type IncomingMessage, request } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Event } from "../../src-shared/domain/event.ts";
import { request as ask, at } from "../testing/http-client.ts";
import { runningGateway } from "../testing/running-gateway.ts";
import { sampleMessage } from "../testing/sample-changes.ts";
import { connectSocket } from "../testing/socket-client.ts";
import { until } from "../testing/until.ts";
import { eventServer } from "./testing/event-server.ts";

/** A client that keeps all that came over a stream. */
async function connectStream(url: string, headers: Record<string, string> = {}) {
  let text = "";
  let ended = false;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(url, { agent: false, headers }, resolve);
    asking.on("error", reject);
    asking.end();
    onTestFinished(() => void asking.destroy());
  });
  answer.setEncoding("utf8");
  answer.on("data", (part: string) => {
    text += part;
  });
  answer.on("error", () => {});
  answer.on("close", () => {
    ended = true;
  });
  return { answer, text: () => text, ended: () => ended, events: () => eventsIn(text) };
}

/** What an EventSource makes of it, and the id that it would come back with. */
function eventsIn(text: string): { id: string; type: string; data: unknown }[] {
  const events: { id: string; type: string; data: unknown }[] = [];
  let id = "";
  for (const block of text.split("\n\n").slice(0, -1)) {
    const fields = block.split("\n").map((line) => /^([^:]*):? ?(.*)$/.exec(line) ?? []);
    const of = (name: string) => fields.findLast(([, field]) => field === name)?.[2];
    id = of("id") ?? id;
    const data = of("data");
    if (data !== undefined) events.push({ id, type: of("event") ?? "message", data: JSON.parse(data) });
  }
  return events;
}

const large = (event: Event) => JSON.stringify({ seq: event.seq, filler: "x".repeat(100_000) });

describe("a stream", () => {
  it("says what it is, and that nobody should keep it", async () => {
    const { url } = await eventServer();
    const { answer } = await connectStream(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
  });

  it("tells of what comes from now on, each event with its sequence as id", async () => {
    const { url, tellOf, streams } = await eventServer();
    tellOf(2);
    const client = await connectStream(url);
    await until("the start", () => client.text() !== "");
    expect(client.text()).toBe("retry: 2000\nid: 2\n\n");
    const [event] = tellOf(1);
    await until("the event", () => client.events().length > 0);
    expect(client.text()).toBe(
      `retry: 2000\nid: 2\n\nid: 3\nevent: message.received\ndata: ${JSON.stringify(event)}\n\n`,
    );
    expect(streams.count()).toBe(1);
  });

  it("goes on after the id that a client saw last, and tells only of what was asked for", async () => {
    const { url, ask, tell, tellOf, time } = await eventServer();
    tellOf(5);
    tell([{ type: "message.read", data: sampleMessage({ guid: "READ" }) }]);
    ask({ since: 2, types: ["message.received"] });
    const client = await connectStream(url);
    tellOf(2);
    await until("all", () => {
      time.advance(0);
      return client.events().length >= 5;
    });
    expect(client.events().map(({ id, data }) => [id, at(data, "seq")])).toEqual(
      [3, 4, 5, 7, 8].map((seq) => [String(seq), seq]),
    );
  });

  it("says every 15 seconds that it is there, with the id to come back with", async () => {
    const { url, ask, tellOf, time } = await eventServer();
    ask({ types: ["message.failed"] });
    const client = await connectStream(url);
    tellOf(3);
    time.advance(15_000);
    time.advance(15_000);
    const all = "retry: 2000\nid: 0\n\n: keep-alive\nid: 3\n\n: keep-alive\n\n";
    await until("the comments", () => client.text().length >= all.length);
    expect(client.text()).toBe(all);
  });

  it("after what is no longer kept is refused before it begins", async () => {
    const { url, ask: asked, tellOf, journal } = await eventServer();
    tellOf(5);
    journal.prune(3, 9);
    asked({ since: 2 });
    const { status, json } = await ask(url);
    expect([status, at(json, "code")]).toEqual([410, "cursor_expired"]);
  });

  it("whose next event was dropped meanwhile says so and ends", async () => {
    const { url, ask, tellOf, journal, time } = await eventServer();
    tellOf(5);
    ask({ since: 2 });
    const client = await connectStream(url);
    journal.prune(3, 9);
    time.advance(0);
    await until("the end", () => client.ended());
    expect(client.events()).toMatchObject([
      { type: "cursor_expired", data: { code: "cursor_expired", oldest_since: 3, newest: 5 } },
    ]);
  });

  it("ends when Bellhop stops, and its client can come back without loss", async () => {
    const { url, ask: asked, tellOf, streams, time } = await eventServer();
    const client = await connectStream(url);
    tellOf(2);
    await until("the events", () => client.events().length === 2);
    streams.close();
    await until("the end", () => client.ended());
    expect([client.answer.complete, streams.count(), time.pending()]).toEqual([true, 0, 1]);
    asked({ since: Number(client.events().at(-1)?.id) });
    expect((await ask(url)).status).toBe(503);
  });

  it("beside 200 other streams and sockets is refused before it begins, and let in when one has left", async () => {
    const { url, ws, streams } = await eventServer();
    await Promise.all(Array.from({ length: 100 }, () => connectSocket(ws())));
    const clients = await Promise.all(Array.from({ length: 100 }, () => connectStream(url)));
    const { status, json } = await ask(url);
    expect([status, at(json, "code")]).toEqual([503, "busy"]);
    expect(streams.count()).toBe(100);
    clients[0]?.answer.destroy();
    await until("it to be gone", () => streams.count() === 99);
    expect((await connectStream(url)).answer.statusCode).toBe(200);
  });

  it("is forgotten when its client leaves", async () => {
    const { url, tellOf, streams, time } = await eventServer();
    const client = await connectStream(url);
    tellOf(1);
    client.answer.destroy();
    await until("it to be gone", () => streams.count() === 0);
    tellOf(1);
    expect(time.pending()).toBe(1);
  });

  it("whose client is slow gets everything in order when it goes on", async () => {
    const { url, tellOf, time } = await eventServer(large);
    const slow = await connectStream(url);
    const quick = await connectStream(url);
    slow.answer.pause();
    for (let times = 0; times < 15; times += 1) {
      tellOf(20);
      await until("the other to have its own", () => {
        time.advance(0);
        return quick.text().length >= (times + 1) * 20 * 100_000;
      });
    }
    slow.answer.resume();
    await until("all", () => {
      time.advance(0);
      return slow.text().length >= 300 * 100_000;
    });
    const all = Array.from({ length: 300 }, (_, place) => place + 1);
    await until("the last", () => slow.events().length === 300);
    expect(slow.events().map(({ data }) => at(data, "seq"))).toEqual(all);
  });

  it("whose client is slow with one event of nine megabytes gets it", async () => {
    const { url, tellOf, time } = await eventServer(() => "x".repeat(9 * 1024 * 1024));
    const client = await connectStream(url);
    await until("the start", () => client.text() !== "");
    client.answer.pause();
    tellOf(1);
    // A megabyte between two looks, for as many looks as would let go of one who takes nothing.
    for (let megabytes = 1; megabytes <= 9; megabytes += 1) {
      client.answer.resume();
      await until("a megabyte", () => client.text().length >= megabytes * 1024 * 1024);
      client.answer.pause();
      time.advance(5_000);
    }
    client.answer.resume();
    await until("the end of it", () => client.text().endsWith("\n\n"));
    expect([client.text().length > 9 * 1024 * 1024, client.ended()]).toEqual([true, false]);
  });

  it("whose client takes nothing for half a minute is cut off", async () => {
    const { url, tellOf, time, streams } = await eventServer(large);
    const client = await connectStream(url);
    client.answer.pause();
    tellOf(400);
    await until("the end", () => {
      time.advance(5_000);
      return streams.count() === 0;
    });
    client.answer.resume();
    await until("the end to arrive", () => client.ended());
    expect(client.answer.complete).toBe(false);
  });
});

describe("the gateway's stream of events", () => {
  it("is taken up again where a client lost it, by Last-Event-ID rather than by since", async () => {
    const { api, key, messages, gateway } = await runningGateway();
    const headers = { "X-API-Key": key };
    const client = await connectStream(`${api}/events/stream`, headers);
    messages.receive("one");
    await until("the event", () => client.events().length === 1);
    client.answer.destroy();
    messages.receive("two");
    const last = client.events()[0]?.id ?? "";
    const url = `${api}/events/stream?since=0&types=message.received`;
    const again = await connectStream(url, { ...headers, "Last-Event-ID": last });
    messages.receive("three");
    await until("both events", () => again.events().length === 2);
    expect(again.events().map(({ data }) => at(data, "data", "body"))).toEqual(["two", "three"]);
    await gateway.stop();
    await until("the end", () => again.ended());
    expect(again.answer.complete).toBe(true);
  });
});
