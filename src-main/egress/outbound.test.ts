import type { RequestListener } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NoAnswer } from "../ports/outbound.ts";
import { checkTarget } from "./target.ts";
import { posting } from "./testing/posting.ts";
import { receiver } from "./testing/receiver.ts";
import { scriptedNetwork } from "./testing/scripted-network.ts";

/** Why no answer came: the reason and the words. */
async function why(answer: Promise<unknown>): Promise<string> {
  const thrown = await answer.then(
    () => "an answer came",
    (cause: unknown) => cause,
  );
  return thrown instanceof NoAnswer ? `${thrown.reason}: ${thrown.message}` : String(thrown);
}

const redirecting =
  (to: string): RequestListener =>
  (_request, response) =>
    response.writeHead(302, { location: to }).end();

describe("a post", () => {
  it("arrives as it was given, and its answer comes back", async () => {
    const there = await receiver((_request, response) => {
      response.writeHead(201, { "Retry-After": "7", "Set-Cookie": ["a=1", "b=2"], "X-Thing": "yes" });
      response.end("grüß dich");
    });
    const { post } = posting(scriptedNetwork());
    const headers = { "Content-Type": "application/json", "webhook-id": "evt_1" };
    const answer = await post(`${there.url}?a=b%20c#d`, { headers, body: '{"text":"größe 👍"}' });
    expect(answer).toMatchObject({ status: 201, text: "grüß dich" });
    expect(answer.headers).toMatchObject({ "retry-after": "7", "set-cookie": "a=1, b=2", "x-thing": "yes" });
    expect(there.arrived).toMatchObject([
      { method: "POST", path: "/hook?a=b%20c", body: '{"text":"größe 👍"}' },
    ]);
    expect(there.arrived[0]?.headers).toEqual({
      "content-type": "application/json",
      "webhook-id": "evt_1",
      host: `127.0.0.1:${there.port}`,
      "content-length": "23",
      connection: "keep-alive",
    });
  });

  it("goes to the addresses that were judged, for the name in its url", async () => {
    const there = await receiver();
    const network = scriptedNetwork({ "hooks.example": [["127.0.0.1", "0.0.0.0"]] });
    const { post } = posting(network);
    expect(await post(`http://hooks.example:${there.port}/`)).toMatchObject({ status: 200 });
    expect(there.arrived[0]?.headers.host).toBe(`hooks.example:${there.port}`);
    expect(network.connected).toEqual([
      {
        host: "hooks.example",
        port: there.port,
        secure: false,
        addresses: [{ address: "127.0.0.1", family: 4 }],
      },
    ]);
  });

  it.each([
    ["is not an http or https address", "ftp://x.example/"],
    ["has a name and a password in it", "http://me:pw@127.0.0.1/"],
  ])("goes nowhere when its url %s", async (words, url) => {
    const network = scriptedNetwork();
    expect(await why(posting(network).post(url))).toContain(words);
    expect(network).toMatchObject({ lookedUp: [], connected: [] });
  });

  it.each([
    ["a line break in a value", { "X-A": "a\r\nX-B: b" }],
    ["no name", { "": "a" }],
    ["a space in a name", { "X A": "a" }],
    ["letters that are not Latin", { "X-A": "日本" }],
    ["another host", { Host: "elsewhere.example" }],
    ["a length of its own", { "content-LENGTH": "1" }],
    ["a framing of its own", { "Transfer-Encoding": "chunked" }],
  ])("goes nowhere with a header that has %s", async (_what, headers) => {
    const there = await receiver();
    const { post } = posting(scriptedNetwork());
    expect(await why(post(there.url, { headers }))).toMatch(/^other: a header cannot be sent: /);
    expect(there.arrived).toEqual([]);
    expect(await post(there.url)).toMatchObject({ status: 200 });
  });
});

describe("no packet leaves", () => {
  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "http://0251.0376.0251.0376/",
    "http://025177524776/",
    "http://169.254.43518/",
    "http://169.254.169.254./",
    "http://１６９.254.169.254/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:808:808:0:ffff:5601:5601]/",
    "http://[fe80::1]/",
    "https://[fd00:ec2::254]/",
    "http://0/",
    "http://0.0.0.0:8080/",
    "http://[::]/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
  ])("for %s, with whatever permission", async (url) => {
    const network = scriptedNetwork();
    const { post } = posting(network);
    for (const local of [true, false]) {
      expect(await why(post(url, { local }))).toMatch(
        /^forbidden: .* is a [a-z-]+ address: nothing is sent there$/,
      );
    }
    expect(network.connected).toEqual([]);
  });

  it.each([
    ["http://127.0.0.1:8080/", "127.0.0.1 is on this machine"],
    ["http://127.1/", "127.0.0.1 is on this machine"],
    ["http://[::1]/", "::1 is on this machine"],
    ["http://192.168.1.20/", "192.168.1.20 is on this machine"],
    ["http://10.0.0.7/", "10.0.0.7 is on this network"],
    ["http://[fd12::1]/", "fd12::1 is on this network"],
    ["http://nas/", "nas stands for 10.0.0.7, which is on this network"],
    ["http://both.example/", "both.example stands for 10.0.0.7, which is on this network"],
    ["http://odd.local/", "odd.local is on this network"],
  ])("for %s, without permission for this network", async (url, words) => {
    const names = {
      nas: [["10.0.0.7"]],
      "both.example": [["93.184.216.34", "10.0.0.7"]],
      "odd.local": [["93.184.216.34"]],
    };
    const network = scriptedNetwork(names);
    const { post } = posting(network);
    expect(await why(post(url, { local: false }))).toBe(
      `forbidden: ${words}; put the webhook again to allow that`,
    );
    expect(network.connected).toEqual([]);
  });

  it.each([
    "http://127.0.0.1:3001/",
    "http://[::ffff:127.0.0.1]:3001/",
    "http://192.168.1.20:3001/",
    "http://me.example:3001/",
  ])("for Bellhop itself: %s", async (url) => {
    const network = scriptedNetwork({ "me.example": [["127.0.0.1"]] });
    expect(await why(posting(network, { ownPort: 3001 }).post(url))).toMatch(
      /^forbidden: .*:3001 is Bellhop itself$/,
    );
    expect(network.connected).toEqual([]);
  });

  it.each([
    ["127.0.0.1", false],
    ["10.0.0.7", false],
    ["169.254.169.254", false],
    ["169.254.169.254", true],
    ["::ffff:169.254.169.254", true],
    ["fe80::1%en0", true],
  ])("for a name that stood for a public address when it was put and for %s now", async (rebound, local) => {
    const network = scriptedNetwork({ "rebind.example": [["93.184.216.34"], [rebound]] });
    const isOwnPort = (): boolean => false;
    const url = "http://rebind.example/";
    expect(await checkTarget(url, { network, isOwnPort, allowed: [], local })).toEqual({ isLocal: false });
    expect(await why(posting(network).post(url, { local }))).toContain(
      `rebind.example stands for ${rebound}, which`,
    );
    expect(network.lookedUp).toEqual(["rebind.example", "rebind.example"]);
    expect(network.connected).toEqual([]);
  });

  it("for a name that stands for something else by the next connection", async () => {
    const there = await receiver((_request, response) =>
      response.writeHead(200, { connection: "close" }).end(),
    );
    const network = scriptedNetwork({ "rebind.example": [["127.0.0.1"], ["169.254.169.254"]] });
    const { post } = posting(network);
    const url = `http://rebind.example:${there.port}/`;
    expect(await post(url)).toMatchObject({ status: 200 });
    expect(await why(post(url))).toMatch(/^forbidden: /);
    expect(network.connected).toHaveLength(1);
  });

  it("to where a redirect points: its status is the answer", async () => {
    for (const to of ["http://169.254.169.254/", "http://127.0.0.1:9/", "//2852039166/", "/again"]) {
      const there = await receiver(redirecting(to));
      const network = scriptedNetwork();
      const answer = await posting(network).post(there.url);
      expect([answer.status, answer.headers.location]).toEqual([302, to]);
      expect([network.connected.length, there.arrived.length]).toEqual([1, 1]);
    }
  });

  it("to what is not on the list, from the moment that the list says so", async () => {
    const there = await receiver();
    let allowed: string[] = [];
    const network = scriptedNetwork({ "hooks.example": [["127.0.0.1"]] });
    const { post } = posting(network, { allowed: () => allowed });
    const url = `http://hooks.example:${there.port}/`;
    const notListed =
      "forbidden: hooks.example is not among the hosts that may be reached (setting egressAllowed)";
    expect(await post(url)).toMatchObject({ status: 200 });
    allowed = ["other.example", "10.0.0.0/8"];
    expect(await why(post(url))).toBe(notListed);
    allowed = ["not a host"];
    expect(await why(post(url))).toBe(notListed);
    allowed = ["*.example"];
    expect(await post(url)).toMatchObject({ status: 200 });
    allowed = ["127.0.0.0/8"];
    expect(await post(url)).toMatchObject({ status: 200 });
    expect(there.arrived).toHaveLength(3);
  });

  it("whatever somebody writes as a url: no answer is the worst that comes", async () => {
    const network = {
      ...scriptedNetwork(),
      connect: () => {
        throw new Error("no packet leaves");
      },
    };
    const { post } = posting(network);
    const weird = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc
        .tuple(fc.constantFrom("http://", "https://", "HTTP:\\\\", "//", "javascript:"), fc.string())
        .map((two) => two.join("")),
      fc.tuple(fc.ipV6(), fc.string()).map(([address, rest]) => `http://[${address}]${rest}`),
      fc.tuple(fc.ipV4Extended(), fc.nat(70_000)).map(([address, port]) => `http://${address}:${port}/`),
    );
    await fc.assert(
      fc.asyncProperty(
        weird,
        fc.boolean(),
        fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
        async (url, local, headers) => {
          expect(await post(url, { local, headers }).catch((thrown: unknown) => thrown)).toBeInstanceOf(
            NoAnswer,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
