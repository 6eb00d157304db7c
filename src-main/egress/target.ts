import { Fault } from "../../src-shared/faults.ts";
import type { Network, ResolvedAddress } from "../ports/network.ts";
import { type AllowList, readAllowList } from "./allow-list.ts";
import { type Destination, isLocalName, readDestination } from "./destination.ts";
import { addressesOf, type Passing, passing } from "./passing.ts";

/**
 * Checks where a webhook is to go when somebody puts it: its url as written, and the addresses that its name stands
 * for now. A name that cannot be looked up now is no error: every connection is judged again when it is made. Rejects
 * with a Fault `invalid_request` that says what is wrong; resolves to whether the target is on this machine or its
 * network.
 * @param options.allowed the setting `egressAllowed`.
 * @param options.local whether targets on this machine and its network are allowed.
 */
export async function checkTarget(
  url: string,
  options: {
    network: Pick<Network, "resolve" | "ownAddresses">;
    isOwnPort(port: number): boolean;
    allowed: readonly string[];
    local: boolean;
  },
): Promise<{ isLocal: boolean }> {
  const destination = readDestination(url);
  if (destination === "credentials") {
    throw refusal("leave name and password out; use a secret to prove who calls");
  }
  if (typeof destination === "string") throw refusal(destination);
  const allowList = readAllowList(options.allowed);
  const addresses = await addressesOf(destination, options.network).catch((): ResolvedAddress[] => []);
  if (addresses.length === 0) return checkName(destination, allowList, options);
  const result = passing(destination, addresses, { ...options, allowList });
  if (!result.passed) throw refusal(sentence(result, destination));
  return { isLocal: result.isLocal };
}

/** All that can be said of a name while its addresses are not known. */
function checkName(
  { host, port }: Destination,
  allowList: AllowList,
  options: { isOwnPort(port: number): boolean; local: boolean },
): { isLocal: boolean } {
  const isLocal = isLocalName(host);
  if (isLocal && !host.endsWith(".local") && options.isOwnPort(port)) throw refusal(ITSELF);
  if (isLocal && !options.local) throw refusal(NEEDS_SCOPE);
  if (!allowList.isEmpty && !allowList.hasNetworks && !allowList.allowsHost(host)) {
    throw refusal(notListed(host));
  }
  return { isLocal };
}

const ITSELF = "that is Bellhop itself";
const NEEDS_SCOPE = "a target on this network needs the scope webhooks:local";
const notListed = (host: string): string =>
  `${host} is not among the hosts that may be reached (setting egressAllowed)`;

function sentence({ because }: Extract<Passing, { passed: false }>, { host }: Destination): string {
  if (because === "own") return ITSELF;
  if (because === "local") return NEEDS_SCOPE;
  return because === "never" ? `nothing is sent to ${host}` : notListed(host);
}

function refusal(words: string): Fault {
  return new Fault("invalid_request", `url: ${words}`);
}
