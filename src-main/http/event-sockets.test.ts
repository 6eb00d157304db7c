import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { react } from "../simulator/message-store.ts";
import { runningGateway } from "../testing/running-gateway.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { connectSocket, refusedSocket } from "../testing/socket-client.ts";
import { until } from "../testing/until.ts";
import { eventServer } from "./testing/event-server.ts";

describe("a socket", () => {
  it("gets every event as one JSON text frame, once", async () => {
    const { api, key, messages } = await runningGateway();
    const client = await connectSocket(`${api}/ws?api_key=${key}`);
    const { guid } = messages.receive("one");
    messages.send("two");
    react(messages.store, { target: guid, by: { address: MAYA }, kind: "haha" });
    await until("three events", () => client.frames.length >= 3);
    expect(client.events()).toMatchObject([
      { type: "message.received", data: { body: "one", guid } },
      { type: "message.sent", data: { body: "two", sender: "me" } },
      { type: "reaction.added", data: { message_guid: guid } },
    ]);
    expect(client.frames).toHaveLength(3);
  });

  it("may send its key as a header", async () => {
    const { api, key, messages } = await runningGateway();
    const client = await connectSocket(`${api}/ws`, { headers: { "X-API-Key": key } });
    messages.receive("one");
    await until("the event", () => client.frames.length === 1);
  });

  it("gets only the types it asks for", async () => {
    const { api, key, messages } = await runningGateway();
    const all = await connectSocket(`${api}/ws?api_key=${key}&types=*`);
    const sent = await connectSocket(`${api}/ws?api_key=${key}&types=message.sent,reaction.added`);
    messages.receive("one");
    messages.send("two");
    await until("both events", () => all.frames.length === 2);
    await until("the event", () => sent.frames.length === 1);
    expect(sent.events()).toMatchObject([{ type: "message.sent" }]);
  });

  it.each([
    ["without a key", "", {}, 401],
    ["with a wrong key", "?api_key=wrong", {}, 401],
    ["with an unknown type", "?api_key=KEY&types=message.exploded", {}, 400],
    ["with a foreign Origin", "?api_key=KEY", { Origin: "http://evil.test" }, 403],
    ["with a foreign Host", "?api_key=KEY", { Host: "evil.test" }, 403],
  ])("%s is refused with a body and a request id", async (_what, query, headers, status) => {
    const { api, key } = await runningGateway();
    const refused = await refusedSocket(`${api}/ws${query.replace("KEY", key)}`, { headers });
    expect(refused.status).toBe(status);
    const body: unknown = JSON.parse(refused.text);
    expect(body).toMatchObject({ error: expect.any(String), request_id: expect.stringMatching(/^req_/) });
    expect(refused.headers["x-request-id"]).toMatch(/^req_/);
  });

  it("at another path is 404", async () => {
    const { url, key } = await runningGateway();
    expect((await refusedSocket(`${url}/elsewhere?api_key=${key}`)).status).toBe(404);
  });

  it("beside 200 other sockets and streams is refused, and let in when one has left", async () => {
    const { ws, url, sockets } = await eventServer();
    const stream = await fetch(url);
    const clients = await Promise.all(Array.from({ length: 199 }, () => connectSocket(ws())));
    const refused = await refusedSocket(ws());
    expect([refused.status, sockets.count()]).toEqual([503, 199]);
    expect(refused.headers["retry-after"]).toBe("10");
    expect(refused.text).toContain("200 sockets and streams follow events already");
    clients[0]?.socket.terminate();
    await until("it to be gone", () => sockets.count() === 198);
    await connectSocket(ws());
    expect((await refusedSocket(ws())).status).toBe(503);
    await stream.body?.cancel();
  });

  it("that sends too much is closed, and nobody else", async () => {
    const { api, key, messages } = await runningGateway();
    const loud = await connectSocket(`${api}/ws?api_key=${key}`);
    const quiet = await connectSocket(`${api}/ws?api_key=${key}`);
    loud.socket.send("x".repeat(64 * 1024 + 1));
    await until("it to be closed", () => loud.closed() !== null);
    messages.receive("one");
    await until("the event", () => quiet.frames.length === 1);
  });

  it("is closed with 1001 when the gateway stops", async () => {
    const { api, key, gateway } = await runningGateway();
    const client = await connectSocket(`${api}/ws?api_key=${key}`);
    await gateway.stop();
    await until("it to be closed", () => client.closed() !== null);
    expect(client.closed()).toBe(1001);
  });

  it("that never answers does not keep the gateway from stopping", async () => {
    const { url, key, gateway } = await runningGateway();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => {});
    let greeted = false;
    socket.once("data", () => {
      greeted = true;
    });
    socket.write(
      `GET /api/v1/ws?api_key=${key} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await until("the handshake", () => greeted);
    const started = performance.now();
    await gateway.stop();
    expect(performance.now() - started).toBeLessThan(8_000);
    socket.destroy();
  });
});
