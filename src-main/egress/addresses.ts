import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** An address that has been read; of IPv6, none that has an IPv4 address inside. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network in CIDR notation, read. */
export type Range = [Address, number];

/** Reads networks that are written in the source. Throws for one that is not well written. */
export function ranges(...written: string[]): Range[] {
  return written.map((network) => ipaddr.parseCIDR(network));
}

/** Whether the address lies in one of these networks. */
export function isWithin(address: Address, networks: readonly Range[]): boolean {
  return networks.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
}

/** Where an IPv6 address of this network holds an IPv4 address: at which of its 16 bytes, and whether inverted. */
interface Clothing {
  network: Range[];
  at: readonly { byte: number; inverted?: true }[];
}

const CLOTHING: readonly Clothing[] = [
  // Compatible (RFC 4291, 2.5.5.1), mapped (2.5.5.2), translated (RFC 2765, 2.1) and through NAT64 (RFC 6052, 2.1).
  { network: ranges("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"), at: [{ byte: 12 }] },
  // 6to4 (RFC 3056, 2).
  { network: ranges("2002::/16"), at: [{ byte: 2 }] },
  // Teredo (RFC 4380, 4): its server, and the client with every bit turned round.
  { network: ranges("2001::/32"), at: [{ byte: 4 }, { byte: 12, inverted: true }] },
];

/** `::` and `::1` are addresses of IPv6 itself. */
const OWN_OF_IPV6 = ranges("::/127");

/** What ISATAP puts before an IPv4 address in the lower half of any address (RFC 5214, 6.1). */
const ISATAP = ["0,0,94,254", "2,0,94,254"];

/**
 * What an address stands for: itself, or the IPv4 address (of Teredo: both) inside an IPv6 one. Null for what is
 * no address, and for one with a zone: that is of use on one link only.
 */
export function readAddress(written: string): Address[] | null {
  if (isIP(written) === 0 || written.includes("%")) return null;
  const address = ipaddr.parse(written);
  if (address instanceof ipaddr.IPv4 || isWithin(address, OWN_OF_IPV6)) return [address];
  const bytes = address.toByteArray();
  const clothing = CLOTHING.find(({ network }) => isWithin(address, network));
  if (clothing) return clothing.at.map(({ byte, inverted }) => ipv4At(bytes, byte, inverted ? 0xff : 0));
  const isIsatap = ISATAP.includes(bytes.slice(8, 12).join());
  return isIsatap ? [address, ipv4At(bytes, 12, 0)] : [address];
}

function ipv4At(bytes: readonly number[], at: number, turn: number): ipaddr.IPv4 {
  return new ipaddr.IPv4(bytes.slice(at, at + 4).map((byte) => byte ^ turn));
}

/** Reads `10.0.0.0/8`, `2001:db8::/32` or a single address, in brackets or not; null for anything else. */
export function readNetwork(written: string): Range | null {
  const [address = "", bits, ...more] = written.replace(/^\[(.*)\]$/, "$1").split("/");
  if (more.length > 0 || isIP(address) === 0 || address.includes("%")) return null;
  const parsed = ipaddr.parse(address);
  const most = parsed.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [parsed, most];
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return null;
  return [parsed, Number(bits)];
}
