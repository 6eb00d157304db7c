import { isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDestination } from "./destination.ts";
import { judge, ownAddresses } from "./rules.ts";

const OWN = ["127.0.0.1", "::1", "192.168.1.20", "fe80::1%en0", "2600:1f18::7", "93.184.216.40"];

function verdict(address: string, options: { local?: boolean; port?: number } = {}): string {
  const { local = false, port = 443 } = options;
  const isOwnAddress = ownAddresses(OWN);
  const result = judge(address, { port, local, isOwnAddress, isOwnPort: (own) => own === 3001 });
  if (!result.allowed) return result.because;
  return result.isLocal ? "allowed here" : "allowed";
}

describe("an address that is about to be connected to", () => {
  it.each([
    ["unspecified", ["0.0.0.0", "0.1.2.3", "0.255.255.255", "::"]],
    ["link-local", ["169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::", "febf:ffff::1"]],
    ["metadata", ["fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"]],
    ["multicast", ["224.0.0.1", "239.255.255.255", "ff00::", "ff02::1"]],
    ["reserved or broadcast", ["240.0.0.0", "255.255.255.255", "192.0.0.1", "192.88.99.1"]],
    ["documentation", ["192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff::1"]],
    ["nobody's", ["100::1", "64:ff9b:1::7f00:1", "5f00::1", "4000::1", "e000::1", "2001:10::1", "2001:2::1"]],
    ["in a zone", ["fe80::1%en0", "::1%lo0", "2606:4700::1%1", "fd00::1%en0"]],
    [
      "no address",
      ["", "localhost", "1.2.3", "0x7f.0.0.1", "127.0.0.01", "2852039166", "1.2.3.4.5", "[::1]", "::1 "],
    ],
  ])("never, when it is %s", (_what, addresses) => {
    for (const address of addresses) {
      expect([address, verdict(address, { local: true })]).toEqual([address, "never"]);
      expect([address, verdict(address)]).toEqual([address, "never"]);
    }
  });

  it.each([
    ["loopback", ["127.0.0.1", "127.255.255.254", "::1"]],
    [
      "private",
      ["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"],
    ],
    ["a carrier's", ["100.64.0.0", "100.127.255.255"]],
    ["a proxy's", ["198.18.0.1", "198.19.255.255"]],
    ["unique local", ["fc00::", "fdff:ffff::1", "fec0::1"]],
    ["this machine's own", ["2600:1f18::7", "93.184.216.40"]],
  ])("only with permission for this network, when it is %s", (_what, addresses) => {
    for (const address of addresses) {
      expect([address, verdict(address)]).toEqual([address, "local"]);
      expect([address, verdict(address, { local: true })]).toEqual([address, "allowed here"]);
    }
  });

  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2001:200::1",
    "2003::1",
    "2600:1f18::8",
  ])("always, when it is out in the world: %s", (address) => {
    expect([verdict(address), verdict(address, { local: true })]).toEqual(["allowed", "allowed"]);
  });

  it.each([
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "192.168.1.20",
    "2600:1f18:0::7",
    "::ffff:127.0.0.1",
    "::ffff:c0a8:114",
  ])("never Bellhop itself, by whatever address of this machine: %s", (address) => {
    expect(verdict(address, { local: true, port: 3001 })).toBe("own");
    expect(verdict(address, { local: false, port: 3001 })).toBe("own");
    expect(verdict(address, { local: true, port: 3002 })).toBe("allowed here");
  });

  it("another machine may listen on the same port", () => {
    expect(verdict("192.168.1.21", { local: true, port: 3001 })).toBe("allowed here");
    expect(verdict("93.184.216.34", { port: 3001 })).toBe("allowed");
  });
});

const octet = fc.nat(255);
const octets = fc.oneof(
  fc.constantFrom(
    [169, 254, 169, 254],
    [127, 0, 0, 1],
    [10, 1, 2, 3],
    [8, 8, 8, 8],
    [0, 0, 0, 0],
    [100, 64, 0, 1],
  ),
  fc.tuple(octet, octet, octet, octet),
);

/** Two hexadecimal groups of an IPv6 address. */
function groups(four: readonly number[], turn = 0): string {
  const [a = 0, b = 0, c = 0, d = 0] = four.map((octet) => octet ^ turn);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** Ways to put an IPv4 address into an IPv6 one. */
const CLOTHES: readonly ((four: readonly number[]) => string)[] = [
  (four) => `::ffff:${four.join(".")}`,
  (four) => `::FFFF:${groups(four)}`,
  (four) => `0:0:0:0:0:ffff:${groups(four)}`,
  (four) => `::ffff:0:${groups(four)}`,
  (four) => `64:ff9b::${groups(four)}`,
  (four) => `64:ff9b::${four.join(".")}`,
  (four) => `2002:${groups(four)}::1`,
  (four) => `2002:${groups(four)}:1:2:3:4:5`,
  (four) => `2001:0:808:808:0:ffff:${groups(four, 0xff)}`,
  (four) => `2001:0:${groups(four)}:0:ffff:${groups([8, 8, 8, 8], 0xff)}`,
];

describe("an IPv4 address in IPv6 clothes", () => {
  it("is judged as what it is, with and without permission for this network", () => {
    fc.assert(
      fc.property(
        octets,
        fc.constantFrom(...CLOTHES),
        fc.boolean(),
        fc.constantFrom(80, 3001),
        (four, dress, local, port) => {
          const dressed = dress(four);
          expect(isIPv6(dressed)).toBe(true);
          expect(verdict(dressed, { local, port })).toBe(verdict(four.join("."), { local, port }));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is judged by the IPv4 address in a compatible one too; `::` and `::1` are IPv6's own", () => {
    expect(verdict("::169.254.169.254", { local: true })).toBe("never");
    expect(verdict("::a9fe:a9fe", { local: true })).toBe("never");
    expect(verdict("::7f00:1")).toBe("local");
    expect(verdict("::8.8.8.8")).toBe("allowed");
    expect(verdict("::2", { local: true })).toBe("never");
  });

  it("is judged by both halves of an ISATAP address", () => {
    expect(verdict("2600::5efe:a9fe:a9fe", { local: true })).toBe("never");
    expect(verdict("2600::200:5efe:10.0.0.1")).toBe("local");
    expect(verdict("fe80::5efe:8.8.8.8", { local: true })).toBe("never");
    expect(verdict("2600::5efe:8.8.8.8")).toBe("allowed");
  });
});

/** Ways to write a number in a url: decimal, octal, hexadecimal, with zeros in front. */
const inAnyBase = (value: number): fc.Arbitrary<string> =>
  fc.constantFrom(
    `${value}`,
    `0${value.toString(8)}`,
    `0x${value.toString(16)}`,
    `0X000${value.toString(16).toUpperCase()}`,
  );

/** Any spelling of an IPv4 address that a url may have: one to four numbers, each in any base. */
function spelledInUrl(four: readonly number[]): fc.Arbitrary<string> {
  const tail = (from: number): number => four.slice(from).reduce((sum, octet) => sum * 256 + octet, 0);
  const head = (count: number): fc.Arbitrary<string>[] => four.slice(0, count).map(inAnyBase);
  return fc
    .integer({ min: 0, max: 3 })
    .chain((count) => fc.tuple(...head(count), inAnyBase(tail(count))))
    .chain((parts) => fc.constantFrom(parts.join("."), `${parts.join(".")}.`));
}

describe("an address in a url", () => {
  it("is the same however it is spelled", () => {
    fc.assert(
      fc.property(
        octets.chain((four) => fc.tuple(fc.constant(four), spelledInUrl(four))),
        ([four, spelled]) => {
          const destination = readDestination(`http://${spelled}/`);
          expect(destination).toMatchObject({ host: four.join("."), isAddress: true });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("is the same in any spelling of IPv6", () => {
    fc.assert(
      fc.property(octets, fc.constantFrom(...CLOTHES), (four, dress) => {
        const destination = readDestination(`http://[${dress(four)}]/`);
        if (typeof destination === "string") throw new Error(destination);
        expect(verdict(destination.host, { local: true })).toBe(verdict(four.join("."), { local: true }));
      }),
    );
  });

  it("has no zone", () => {
    expect(readDestination("http://[fe80::1%25en0]/")).toBe("not an http or https address");
    expect(readDestination("http://[::1%lo0]/")).toBe("not an http or https address");
  });
});
