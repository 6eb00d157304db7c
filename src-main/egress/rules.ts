import { type Address, isWithin, ranges, readAddress } from "./addresses.ts";

/** Where nobody listens who should be told of messages. */
const NEVER: readonly [string, ReturnType<typeof ranges>][] = [
  ["unspecified", ranges("0.0.0.0/8", "::/128")],
  ["link-local", ranges("169.254.0.0/16", "fe80::/10")],
  // Where clouds hand their machines' credentials out: AWS, Google, Alibaba, Azure.
  ["metadata", ranges("fd00:ec2::/32", "fd20:ce::254/128", "100.100.100.200/32", "168.63.129.16/32")],
  ["multicast", ranges("224.0.0.0/4", "ff00::/8")],
  // RFC 6890 and https://www.iana.org/assignments/iana-ipv4-special-registry
  [
    "reserved",
    ranges(
      "192.0.0.0/24",
      "192.0.2.0/24",
      "192.88.99.0/24",
      "198.51.100.0/24",
      "203.0.113.0/24",
      "240.0.0.0/4",
    ),
  ],
  // https://www.iana.org/assignments/iana-ipv6-special-registry; Teredo, inside 2001::/23, has been undressed.
  ["reserved", ranges("2001::/23", "2001:db8::/32", "3fff::/20")],
];

/** Everything that IPv6 has for the whole world; what lies outside and is not of a network's own is reserved. */
const GLOBAL_IPV6 = ranges("2000::/3");

const LOOPBACK = ranges("127.0.0.0/8", "::1/128");

/**
 * A network's own: private, shared by a carrier's customers, unique local and (its forerunner) site-local; and
 * 198.18.0.0/15, which proxies on this machine hand out for names, so nobody knows where those lead.
 */
const NETWORK = ranges(
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "198.18.0.0/15",
  "fc00::/7",
  "fec0::/10",
);

/** Whether a port of an address may be connected to. `words` complete “nothing is sent there: it is …”. */
export type Verdict =
  | { allowed: true; isLocal: boolean }
  | { allowed: false; because: "never" | "own" | "local"; words: string };

/** What a judgement depends on, beside the address. */
export interface Circumstances {
  port: number;
  /** Whether this machine and its network may be reached. */
  local: boolean;
  isOwnAddress(address: Address): boolean;
  /** Whether Bellhop itself listens on this port. */
  isOwnPort(port: number): boolean;
}

/** Judges an address that is about to be connected to. What cannot be read as an address is never allowed. */
export function judge(address: string, circumstances: Circumstances): Verdict {
  const meant = readAddress(address);
  if (meant === null) return { allowed: false, because: "never", words: "no address that can be used" };
  let isLocal = false;
  for (const one of meant) {
    const verdict = judgeOne(one, circumstances);
    if (!verdict.allowed) return verdict;
    isLocal ||= verdict.isLocal;
  }
  return { allowed: true, isLocal };
}

function judgeOne(address: Address, { port, local, isOwnAddress, isOwnPort }: Circumstances): Verdict {
  const never = whyNever(address);
  if (never !== null) return { allowed: false, because: "never", words: `a ${never} address` };
  const isHere = isWithin(address, LOOPBACK) || isOwnAddress(address);
  if (isHere && isOwnPort(port)) return { allowed: false, because: "own", words: "Bellhop itself" };
  const isLocal = isHere || isWithin(address, NETWORK);
  if (!isLocal || local) return { allowed: true, isLocal };
  return { allowed: false, because: "local", words: isHere ? "on this machine" : "on this network" };
}

function whyNever(address: Address): string | null {
  for (const [what, networks] of NEVER) if (isWithin(address, networks)) return what;
  if (address.kind() === "ipv4") return null;
  const isKnown = [GLOBAL_IPV6, NETWORK, LOOPBACK].some((networks) => isWithin(address, networks));
  return isKnown ? null : "reserved";
}

/** Tells addresses of this machine, however they are written. */
export function ownAddresses(own: readonly string[]): (address: Address) => boolean {
  const spelled = new Set<string>();
  for (const written of own) {
    // Link-local addresses of this machine come with the interface they are of.
    for (const address of readAddress(written.replace(/%.*$/, "")) ?? []) {
      spelled.add(address.toNormalizedString());
    }
  }
  return (address) => spelled.has(address.toNormalizedString());
}
