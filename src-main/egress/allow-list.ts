import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { isWithin, type Range, readAddress, readNetwork } from "./addresses.ts";

/** The hosts and networks that alone may be reached. */
export interface AllowList {
  /** Nothing is left out. */
  isEmpty: boolean;
  allowsHost(host: string): boolean;
  allowsAddress(address: string): boolean;
  /** Whether it names networks, so that a host not named may still be allowed by its address. */
  hasNetworks: boolean;
}

const NAME = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/**
 * Reads the setting `egressAllowed`: hosts (`example.com`; `*.example.com` for every name below it), networks and
 * addresses. An entry that is none of these allows nothing, and so does a list of nothing else.
 */
export function readAllowList(entries: readonly string[]): AllowList {
  const names = new Set<string>();
  const endings: string[] = [];
  const networks: Range[] = [];
  for (const entry of entries) {
    const written = entry.trim();
    const network = readNetwork(written);
    if (network !== null) networks.push(network);
    else readName(written, names, endings);
  }
  return {
    isEmpty: entries.length === 0,
    hasNetworks: networks.length > 0,
    allowsHost: (host) =>
      isIP(host) === 0 && (names.has(host) || endings.some((ending) => host.endsWith(ending))),
    allowsAddress: (address) => isAllowed(address, networks),
  };
}

function readName(written: string, names: Set<string>, endings: string[]): void {
  // What would read these as the rest of a url would take the beginning for a name.
  if (/[/\\?#@:%\s]/.test(written)) return;
  const isEnding = written.startsWith("*.");
  const name = domainToASCII(isEnding ? written.slice(2) : written).replace(/\.$/, "");
  if (!NAME.test(name) || isIP(name) !== 0) return;
  if (isEnding) endings.push(`.${name}`);
  else names.add(name);
}

/** An address counts as it is written and, where it has IPv4 addresses inside, as those. */
function isAllowed(address: string, networks: readonly Range[]): boolean {
  const written = readNetwork(address);
  if (written !== null && isWithin(written[0], networks)) return true;
  return readAddress(address)?.every((one) => isWithin(one, networks)) ?? false;
}
