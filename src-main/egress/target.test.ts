import { describe, expect, it } from "vitest";
import { checkTarget } from "./target.ts";
import { scriptedNetwork } from "./testing/scripted-network.ts";

const NAMES = {
  "hooks.example": [["93.184.216.34"]],
  "hooks.example.": [["93.184.216.34"]],
  nas: [["192.168.1.9"]],
  "metadata.example": [["169.254.169.254"]],
  "both.example": [["93.184.216.34", "10.0.0.7"]],
  "some.example": [["93.184.216.34", "0.0.0.0"]],
  "me.example": [["127.0.0.1"]],
  "printer.local": [["93.184.216.35"]],
  "x.localhost": [["127.0.0.1"]],
  localhost: [["127.0.0.1", "::1"]],
  "homeassistant.local": [["192.168.1.10"]],
  "xn--bcher-kva.example": [["93.184.216.36"]],
};

async function check(url: string, options: { local?: boolean; allowed?: string[] } = {}): Promise<string> {
  const network = scriptedNetwork(NAMES);
  const { local = false, allowed = [] } = options;
  const isOwnPort = (port: number): boolean => port === 3001;
  const said = await checkTarget(url, { network, isOwnPort, allowed, local }).then(
    ({ isLocal }) => (isLocal ? "here" : "out there"),
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : "?"),
  );
  expect(network.connected).toEqual([]);
  return said;
}

const NEEDS_SCOPE = "url: a target on this network needs the scope webhooks:local";

describe("where a webhook is to go", () => {
  it.each([
    "ftp://x",
    "nonsense",
    "",
    "http://",
    "http://a b/",
    " http://x.example/",
    "http://x/\n",
    "file:///etc",
    "http://[::1%25en0]/",
    "http://./",
  ])("must be an http or https address: %j", async (url) =>
    expect(await check(url, { local: true })).toBe("url: not an http or https address"),
  );

  it("has no name and no password in it", async () => {
    const words = "url: leave name and password out; use a secret to prove who calls";
    expect(await check("http://me:pw@hooks.example/")).toBe(words);
    expect(await check("https://me@hooks.example/")).toBe(words);
  });

  it.each([
    ["http://169.254.169.254/latest", "169.254.169.254"],
    ["http://2852039166/", "169.254.169.254"],
    ["http://0xa9.0376.0xa9fe/", "169.254.169.254"],
    ["http://169.254.169.254./", "169.254.169.254"],
    ["http://[::ffff:a9fe:a9fe]/", "::ffff:a9fe:a9fe"],
    ["http://0/", "0.0.0.0"],
    ["http://metadata.example/", "metadata.example"],
  ])("is never one where nothing is sent: %s", async (url, host) => {
    expect(await check(url, { local: true })).toBe(`url: nothing is sent to ${host}`);
    expect(await check(url)).toBe(`url: nothing is sent to ${host}`);
  });

  it.each([
    "http://127.0.0.1:3001/",
    "http://localhost:3001/",
    "http://me.example:3001/",
    "http://x.localhost:3001",
    "http://[::ffff:127.0.0.1]:3001/",
    "http://192.168.1.20:3001/",
    "http://y.localhost:3001/",
  ])("is never Bellhop itself: %s", async (url) => {
    expect(await check(url, { local: true })).toBe("url: that is Bellhop itself");
    expect(await check(url)).toBe("url: that is Bellhop itself");
  });

  it.each([
    "http://127.0.0.1:9/",
    "http://localhost/",
    "http://localhost./",
    "http://x.localhost/",
    "http://y.localhost/",
    "http://nas/",
    "http://homeassistant.local/",
    "http://unknown.local/",
    "http://printer.local/",
    "http://10.0.0.7/",
    "http://[fd00::1]/",
    "http://me.example/",
    "http://192.168.1.20/",
  ])("needs permission for this network: %s", async (url) => {
    expect(await check(url)).toBe(NEEDS_SCOPE);
    expect(await check(url, { local: true })).toBe("here");
  });

  it("needs it as well for a name that stands for both: out in the world and on this network", async () => {
    expect(await check("https://both.example/")).toBe(NEEDS_SCOPE);
    expect(await check("https://both.example/", { local: true })).toBe("here");
  });

  it.each([
    "https://hooks.example/a?b=c",
    "https://hooks.example./",
    "https://HOOKS.example:8443",
    "https://bücher.example/",
    "https://some.example/",
    "https://1.1.1.1/",
    "https://not-yet.example/",
  ])("may be anywhere out in the world, and need not be known yet: %s", async (url) => {
    expect(await check(url)).toBe("out there");
    expect(await check(url, { local: true })).toBe("out there");
  });

  it("is on the list, where there is one", async () => {
    const words = (host: string): string =>
      `url: ${host} is not among the hosts that may be reached (setting egressAllowed)`;
    const on = (url: string, allowed: string[]): Promise<string> => check(url, { allowed, local: true });
    expect(await on("https://hooks.example/", ["other.example"])).toBe(words("hooks.example"));
    expect(await on("https://hooks.example/", ["*.example"])).toBe("out there");
    expect(await on("https://hooks.example/", ["93.184.216.0/24"])).toBe("out there");
    expect(await on("http://10.0.0.7/", ["10.0.0.0/8"])).toBe("here");
    expect(await on("http://10.0.0.7/", ["example"])).toBe(words("10.0.0.7"));
    expect(await on("https://not-yet.example/", ["other.example"])).toBe(words("not-yet.example"));
    expect(await on("https://not-yet.example/", ["10.0.0.0/8"])).toBe("out there");
    expect(await on("http://169.254.169.254/", ["169.254.169.254"])).toBe(
      "url: nothing is sent to 169.254.169.254",
    );
  });
});
