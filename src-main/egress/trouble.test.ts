import { createServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../testing/until.ts";
import { realNetwork } from "./real-network.ts";
import { selfSigned } from "./testing/certificate.ts";
import { posting } from "./testing/posting.ts";
import { rawServer, receiver } from "./testing/receiver.ts";
import { resolved, scriptedNetwork } from "./testing/scripted-network.ts";

describe("no answer", () => {
  it("because nobody listens", async () => {
    const gone = await receiver();
    await new Promise((resolve) => gone.server.close(resolve));
    const { post } = posting(scriptedNetwork({ "hooks.example": [["::1", "127.0.0.1"]] }));
    const refused = (host: string): object => ({
      reason: "refused",
      message: `nobody listens at ${host}:${gone.port}`,
    });
    await expect(post(gone.url)).rejects.toMatchObject(refused("127.0.0.1"));
    await expect(post(`http://hooks.example:${gone.port}/`)).rejects.toMatchObject(refused("hooks.example"));
  });

  it("because the name is unknown, or stands for nothing", async () => {
    const { post } = posting(scriptedNetwork({ "empty.example": [[]] }));
    for (const host of ["hooks.example", "empty.example"]) {
      const message = `the name ${host} cannot be found`;
      await expect(post(`https://${host}/`)).rejects.toMatchObject({ reason: "name", message });
    }
  });

  it("because it takes too long: to look up, to connect, to answer", async () => {
    const never = { ...scriptedNetwork(), resolve: () => new Promise<never>(() => {}) };
    const hanging = await rawServer(() => {});
    const late = { reason: "timeout", message: "no answer in 80 ms" };
    await expect(posting(never).post("http://a.example/", { timeoutMs: 80 })).rejects.toMatchObject(late);
    await expect(posting(scriptedNetwork()).post(hanging.url, { timeoutMs: 80 })).rejects.toMatchObject(late);
    const https = hanging.url.replace("http:", "https:");
    await expect(posting(scriptedNetwork()).post(https, { timeoutMs: 80 })).rejects.toMatchObject(late);
    const seconds = posting(scriptedNetwork()).post(hanging.url, { timeoutMs: 1_500 });
    await expect(seconds).rejects.toMatchObject({ message: "no answer in 1.5 s" });
  });

  it("does not connect any more when the name is found after the time was up", async () => {
    let find = (): void => {};
    const network = scriptedNetwork();
    const found = new Promise<void>((resolve) => {
      find = resolve;
    });
    const slow = { ...network, resolve: () => found.then(() => [resolved("127.0.0.1")]) };
    await expect(posting(slow).post("http://a.example/", { timeoutMs: 20 })).rejects.toMatchObject({
      reason: "timeout",
    });
    find();
    await new Promise((resolve) => setImmediate(resolve));
    expect(network.connected).toEqual([]);
  });

  it("because it was given up", async () => {
    const hanging = await rawServer(() => {});
    const { post } = posting(scriptedNetwork());
    const giveUp = new AbortController();
    const posted = post(hanging.url, { signal: giveUp.signal });
    await until("the connection", () => hanging.connections() === 1);
    giveUp.abort();
    await expect(posted).rejects.toMatchObject({ reason: "aborted" });
    await expect(post(hanging.url, { signal: giveUp.signal })).rejects.toMatchObject({ reason: "aborted" });
    expect(hanging.connections()).toBe(1);
  });

  it.each([
    ["something else than HTTP", "SSH-2.0-OpenSSH_9.9\r\n", "other", "does not answer in HTTP"],
    [
      "headers without end",
      `HTTP/1.1 200 OK\r\nX-Long: ${"x".repeat(100_000)}`,
      "other",
      "does not answer in HTTP",
    ],
    ["nothing", "", "reset", "the connection was reset"],
  ])("because the server says %s", async (_what, words, reason, message) => {
    const there = await rawServer((socket) => {
      socket.once("data", () => socket.end(words));
    });
    await expect(posting(scriptedNetwork()).post(there.url)).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(message),
    });
  });
});

describe("the status counts, whatever the body does", () => {
  it("keeps the first 4 KB, and the connection where the body was short enough", async () => {
    const there = await receiver((_request, response) => response.end("ä".repeat(20_000)));
    const { post } = posting(scriptedNetwork());
    const answers = [await post(there.url), await post(there.url)];
    for (const { status, text } of answers) expect([status, text]).toEqual([200, "ä".repeat(2_048)]);
    expect(there.connections()).toBe(1);
  });

  it("leaves half a character at the end out", async () => {
    const there = await receiver((_request, response) => response.end(`x${"ä".repeat(3_000)}`));
    const { text } = await posting(scriptedNetwork()).post(there.url);
    expect(text).toBe(`x${"ä".repeat(2_047)}`);
  });

  it("cuts a body without end off", async () => {
    const there = await receiver((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", more);
      more();
    });
    const { post } = posting(scriptedNetwork());
    expect(await post(there.url)).toMatchObject({ status: 200, text: "x".repeat(4_096) });
    await until("the connection to be closed", () => there.open() === 0);
  });

  it("waits a second for a slow body", async () => {
    const there = await receiver((_request, response) => response.write("slowly"));
    const started = performance.now();
    expect(await posting(scriptedNetwork()).post(there.url)).toMatchObject({ status: 200, text: "slowly" });
    expect(performance.now() - started).toBeLessThan(4_000);
    await until("the connection to be closed", () => there.open() === 0);
  });

  it("waits no longer than the request may take, and not after it was given up", async () => {
    const there = await receiver((_request, response) => response.writeHead(503).write("slowly"));
    const { post } = posting(scriptedNetwork());
    const started = performance.now();
    expect(await post(there.url, { timeoutMs: 300 })).toMatchObject({ status: 503 });
    expect(performance.now() - started).toBeLessThan(900);
  });

  it("does not mind a reset in the middle", async () => {
    const there = await rawServer((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nhalf");
        setTimeout(() => socket.resetAndDestroy(), 20);
      });
    });
    expect(await posting(scriptedNetwork()).post(there.url)).toMatchObject({ status: 202, text: "half" });
  });

  it("does not mind an answer before the request is through", async () => {
    const there = await rawServer((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"));
    });
    const { post } = posting(scriptedNetwork());
    expect(await post(there.url, { body: "x".repeat(1_000_000) })).toMatchObject({ status: 413 });
  });

  it.each([
    ["HTTP/1.1 204 No Content\r\n\r\n", 204],
    ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200],
    ["HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", 101],
    ["HTTP/1.0 200 OK\r\n\r\nuntil it closes", 200],
    ["HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 410],
  ])("understands %j", async (words, status) => {
    const there = await rawServer((socket) => {
      socket.once("data", () => socket.end(words));
    });
    expect((await posting(scriptedNetwork()).post(there.url)).status).toBe(status);
  });
});

/** Speaks TLS with a certificate until the test ends. */
async function secureServer(certificate: {
  key: string;
  cert: string;
}): Promise<{ port: number; requests: string[]; connections(): number }> {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer(certificate, (socket) => {
    connections += 1;
    socket.on("error", () => {});
    socket.on("data", (part) => {
      requests.push(String(part));
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens nowhere");
  return { port: address.port, requests, connections: () => connections };
}

/** Has this process trust one more certificate until the test ends. */
function trust(certificate: string): void {
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, certificate]);
  onTestFinished(() => setDefaultCACertificates(before));
}

describe("TLS", () => {
  const names = { "hooks.example": [["127.0.0.1"]] };

  it("refuses a certificate that is signed by itself, whatever the environment says, and sends nothing", async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    onTestFinished(() => {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    });
    const there = await secureServer(selfSigned("hooks.example"));
    const { post } = posting(scriptedNetwork(names));
    for (const host of ["hooks.example", "127.0.0.1"]) {
      await expect(post(`https://${host}:${there.port}/`)).rejects.toMatchObject({
        reason: "tls",
        message: "its certificate is not valid: it is signed by itself",
      });
    }
    expect(there.requests).toEqual([]);
  });

  it("takes a certificate that is valid for the name in the url, and keeps the connection", async () => {
    const certificate = selfSigned("hooks.example");
    trust(certificate.cert);
    const there = await secureServer(certificate);
    const { post } = posting(scriptedNetwork({ ...names, "hooks.example.": [["127.0.0.1"]] }));
    for (let round = 0; round < 3; round += 1) {
      expect(await post(`https://hooks.example:${there.port}/`)).toMatchObject({ status: 200 });
    }
    expect(there.connections()).toBe(1);
    expect(await post(`https://hooks.example.:${there.port}/`)).toMatchObject({ status: 200 });
  });

  it.each([
    ["it is for another name", "other.example", [-1, 1]],
    ["it has expired", "hooks.example", [-2, -1]],
    ["it is not valid yet", "hooks.example", [1, 2]],
  ] as const)("refuses a certificate because %s", async (words, name, [from, to]) => {
    const certificate = selfSigned(name, [from, to]);
    trust(certificate.cert);
    const there = await secureServer(certificate);
    await expect(
      posting(scriptedNetwork(names)).post(`https://hooks.example:${there.port}/`),
    ).rejects.toMatchObject({ reason: "tls", message: `its certificate is not valid: ${words}` });
    expect(there.requests).toEqual([]);
  });

  it("says so when something else than TLS answers", async () => {
    const there = await receiver();
    const { post } = posting(scriptedNetwork());
    await expect(post(there.url.replace("http:", "https:"))).rejects.toMatchObject({
      reason: "tls",
      message: expect.stringContaining("does not speak TLS as it should"),
    });
  });

  it("says so when the server hangs up before it is through", async () => {
    const there = await rawServer((socket) => socket.once("data", () => socket.destroy()));
    const { post } = posting(scriptedNetwork());
    await expect(post(there.url.replace("http:", "https:"))).rejects.toMatchObject({ reason: "reset" });
  });
});

describe("the real network", () => {
  it("knows this machine's addresses, and its names without asking anybody", async () => {
    const network = realNetwork();
    expect(network.ownAddresses()).toContain("127.0.0.1");
    for (const name of ["localhost", "hooks.localhost", "localhost."]) {
      expect(await network.resolve(name)).toEqual([resolved("127.0.0.1"), resolved("::1")]);
    }
  });

  it("finds nothing under a name that cannot be", async () => {
    const network = realNetwork();
    const both = [network.resolve("no-such-name.invalid"), network.resolve("no-such-name.invalid")];
    for (const looked of both) await expect(looked).rejects.toThrow();
  });

  it("connects to the first address that accepts", async () => {
    const there = await receiver();
    const { post } = posting(realNetwork());
    expect(await post(`http://localhost:${there.port}/`)).toMatchObject({ status: 200 });
    const network = scriptedNetwork({ "hooks.example": [["::1", "127.0.0.1"]] });
    expect(await posting(network).post(`http://hooks.example:${there.port}/`)).toMatchObject({ status: 200 });
  });
});
