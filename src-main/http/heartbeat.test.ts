import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { until } from "../testing/until.ts";
import { keepAlive } from "./heartbeat.ts";

const PING_MS = 30_000;

/** Two ends of a WebSocket under a heartbeat. */
async function connected() {
  const time = manualTime();
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const heartbeat = keepAlive(server, time.timers);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`);
  await once(client, "open");
  const end = await until("the other end", () => [...server.clients][0]);
  let pongs = 0;
  end.on("pong", () => {
    pongs += 1;
  });
  onTestFinished(() => {
    heartbeat.stop();
    client.terminate();
    end.terminate();
    server.close();
  });
  return { time, client, end, pongs: () => pongs, isOpen: () => end.readyState === end.OPEN };
}

it("keeps a client that answers", async () => {
  const { time, pongs, isOpen } = await connected();
  for (const times of [1, 2, 3]) {
    time.advance(PING_MS);
    await until("the answer", () => pongs() === times);
  }
  expect(isOpen()).toBe(true);
});

it("ends a client that has not answered the last ping", async () => {
  const { time, client, isOpen } = await connected();
  client.pause();
  time.advance(PING_MS);
  expect(isOpen()).toBe(true);
  time.advance(PING_MS);
  expect(isOpen()).toBe(false);
});

it("waits for a client that has yet to come to the ping, as long as it takes what lies before", async () => {
  const { time, client, end, isOpen } = await connected();
  client.pause();
  for (let times = 0; times < 400; times += 1) end.send(Buffer.alloc(100_000));
  await until("what fits to be gone", () => end.bufferedAmount < 400 * 100_000);
  time.advance(PING_MS);
  const before = end.bufferedAmount;
  client.resume();
  await until("some to be taken", () => end.bufferedAmount < before);
  client.pause();
  time.advance(PING_MS);
  expect(isOpen()).toBe(true);
});
