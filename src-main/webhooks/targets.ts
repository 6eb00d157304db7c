import { BlockList, isIP } from "node:net";
import { Fault } from "../../src-shared/faults.ts";

/** Addresses nobody listens on who should be told of messages: link-local (and metadata), unspecified, multicast. */
const NEVER = new BlockList();
NEVER.addSubnet("0.0.0.0", 8, "ipv4");
NEVER.addSubnet("169.254.0.0", 16, "ipv4");
NEVER.addSubnet("224.0.0.0", 3, "ipv4");
NEVER.addAddress("::", "ipv6");
NEVER.addSubnet("64:ff9b::", 96, "ipv6");
NEVER.addSubnet("fe80::", 10, "ipv6");
NEVER.addSubnet("ff00::", 8, "ipv6");

/** Loopback and private networks. */
const LOCAL = new BlockList();
LOCAL.addSubnet("127.0.0.0", 8, "ipv4");
LOCAL.addSubnet("10.0.0.0", 8, "ipv4");
LOCAL.addSubnet("172.16.0.0", 12, "ipv4");
LOCAL.addSubnet("192.168.0.0", 16, "ipv4");
LOCAL.addAddress("::1", "ipv6");
LOCAL.addSubnet("fc00::", 7, "ipv6");

/**
 * Checks an endpoint's address as it is written; a name is not resolved here. Throws a Fault that says what
 * is wrong with it.
 * @param allowed whether targets on this network are; and our own port, which never is.
 */
export function checkTarget(url: string, allowed: { local: boolean; ownPort: number }): void {
  const target = /[\s\p{Cc}]/u.test(url) ? null : URL.parse(url);
  if (target === null || !["http:", "https:"].includes(target.protocol)) {
    throw new Fault("invalid_request", "url: not an http or https address");
  }
  if (target.username !== "" || target.password !== "") {
    throw new Fault("invalid_request", "url: leave name and password out; use a secret to prove who calls");
  }
  // `URL` has already turned decimal, octal and hexadecimal spellings of an address into the usual one.
  const host = target.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIn(NEVER, host)) throw new Fault("invalid_request", `url: nothing is sent to ${host}`);
  if (!isLocal(host)) return;
  if (target.port === String(allowed.ownPort))
    throw new Fault("invalid_request", "url: that is Bellhop itself");
  if (!allowed.local) {
    throw new Fault("invalid_request", "url: a target on this network needs the scope webhooks:local");
  }
}

function isLocal(host: string): boolean {
  return host === "localhost" || /\.(localhost|local)$/.test(host) || isIn(LOCAL, host);
}

/** An IPv4 address inside an IPv6 one counts as what it is. */
function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? "ipv4" : "ipv6");
}
