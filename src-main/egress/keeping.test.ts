import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { until } from "../testing/until.ts";
import { posting } from "./testing/posting.ts";
import { rawServer, receiver } from "./testing/receiver.ts";
import { scriptedNetwork } from "./testing/scripted-network.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("a connection", () => {
  it("is kept and used for one post after the other, looked up and judged once", async () => {
    const there = await receiver();
    const network = scriptedNetwork({ "hooks.example": [["127.0.0.1"], ["169.254.169.254"]] });
    const { post } = posting(network);
    for (let number = 0; number < 50; number += 1) {
      expect(await post(`http://hooks.example:${there.port}/${number}`)).toMatchObject({ status: 200 });
    }
    expect([there.connections(), there.arrived.length]).toEqual([1, 50]);
    expect(network.lookedUp).toHaveLength(1);
  });

  it("is its pool's alone, its origin's alone, and its permission's alone", async () => {
    const there = await receiver();
    const network = scriptedNetwork({ "a.example": [["127.0.0.1"]], "b.example": [["127.0.0.1"]] });
    const { post } = posting(network);
    for (let round = 0; round < 2; round += 1) {
      await post(`http://a.example:${there.port}/`, { pool: "one" });
      await post(`http://a.example:${there.port}/`, { pool: "two" });
      await post(`http://b.example:${there.port}/`, { pool: "one" });
    }
    expect(there.connections()).toBe(3);
    await expect(post(`http://a.example:${there.port}/`, { local: false })).rejects.toThrow(
      "on this machine",
    );
  });

  it("is not waited for: posts at the same time have one each", async () => {
    const waiting: (() => void)[] = [];
    const there = await receiver((_request, response) => {
      waiting.push(() => response.end());
      if (waiting.length === 5) for (const answer of waiting) answer();
    });
    const { post } = posting(scriptedNetwork());
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => post(there.url)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(there.connections()).toBe(5);
  });

  it("is closed when nobody has used it for a while", async () => {
    const there = await receiver();
    const { post } = posting(scriptedNetwork(), { idleMs: 50 });
    await post(there.url);
    await until("the connection to be closed", () => there.open() === 0);
    await post(there.url);
    expect(there.connections()).toBe(2);
  });

  it("is closed before the server would do so, where it says when", async () => {
    // A second before the two that it gives; and one second is too short to be sure of.
    const said = await rawServer((socket) => {
      socket.on("data", () => socket.write(OK.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=1\r\n\r\n")));
    });
    const { post } = posting(scriptedNetwork());
    for (let number = 0; number < 3; number += 1) await post(said.url);
    expect(said.connections()).toBe(3);
  });

  it("is let go of with its pool", async () => {
    const there = await receiver();
    const { post, outbound } = posting(scriptedNetwork());
    await post(there.url);
    await post(there.url, { pool: "other" });
    expect(there.open()).toBe(2);
    outbound.forget("one");
    outbound.forget("nobody's");
    await until("the first to be closed", () => there.open() === 1);
    await post(there.url, { pool: "other" });
    expect(there.connections()).toBe(2);
  });

  it("that is let go of while a request is under way ends after it", async () => {
    let answer: (() => void) | null = null;
    const there = await receiver((_request, response) => {
      answer = () => response.end("late");
    });
    const { post, outbound } = posting(scriptedNetwork());
    const posted = post(there.url);
    const release = await until("the request", () => answer);
    outbound.forget("one");
    release();
    expect(await posted).toMatchObject({ status: 200, text: "late" });
    await until("the connection to be closed", () => there.open() === 0);
  });

  it("does not outlive the client, and neither does a request", async () => {
    const there = await receiver((request, response) => {
      if (request.url === "/hook") response.end();
    });
    const { post, outbound } = posting(scriptedNetwork());
    await post(there.url);
    const hanging = post(there.url.replace("hook", "hang"), { pool: "other" });
    await until("both to have arrived", () => there.arrived.length === 2);
    outbound.close();
    await expect(hanging).rejects.toMatchObject({ reason: "aborted" });
    await until("all to be closed", () => there.open() === 0);
    await expect(post(there.url)).rejects.toMatchObject({ reason: "aborted" });
  });
});

describe("a kept connection that the server has closed", () => {
  it("is replaced at once, also when the reset comes with the next request", async () => {
    const there = await rawServer((socket, number) => {
      let requests = 0;
      socket.on("data", () => {
        requests += 1;
        // The first connection takes a second request and resets: what a server does whose idle time is just over.
        if (number === 1 && requests === 2) socket.resetAndDestroy();
        else socket.write(OK);
      });
    });
    const { post } = posting(scriptedNetwork());
    expect(await post(there.url)).toMatchObject({ status: 200 });
    expect(await post(there.url)).toMatchObject({ status: 200 });
    expect(there.connections()).toBe(2);
  });

  it("is replaced at once when it was closed in good order", async () => {
    const there = await rawServer((socket, number) => {
      socket.on("data", () => (number === 1 ? socket.end(OK) : socket.write(OK)));
    });
    const { post } = posting(scriptedNetwork());
    for (let round = 0; round < 3; round += 1) expect(await post(there.url)).toMatchObject({ status: 200 });
    expect(there.connections()).toBe(2);
  });

  it("is replaced once and no more: a server that resets everything is told of as that", async () => {
    const there = await rawServer((socket, number) => {
      let requests = 0;
      socket.on("data", () => {
        requests += 1;
        if (number === 1 && requests === 1) socket.write(OK);
        else socket.resetAndDestroy();
      });
    });
    const { post } = posting(scriptedNetwork());
    await post(there.url);
    await expect(post(there.url)).rejects.toMatchObject({
      reason: "reset",
      message: "the connection was reset",
    });
    expect(there.connections()).toBe(2);
  });

  it("is not asked again when it had begun to answer", async () => {
    const there = await rawServer((socket) => {
      let requests = 0;
      socket.on("data", () => {
        requests += 1;
        if (requests === 1) socket.write(OK);
        else socket.write("HTTP/1.1 2", () => socket.destroySoon());
      });
    });
    const { post } = posting(scriptedNetwork());
    await post(there.url);
    await expect(post(there.url)).rejects.toMatchObject({ reason: expect.stringMatching(/reset|other/) });
    expect(there.connections()).toBe(1);
  });

  it("is not asked again on a fresh connection: that one may have done something", async () => {
    const there = await rawServer((socket) => void once(socket, "data").then(() => socket.resetAndDestroy()));
    const { post } = posting(scriptedNetwork());
    await expect(post(there.url)).rejects.toMatchObject({ reason: "reset" });
    expect(there.connections()).toBe(1);
  });
});
