import type { Network, ResolvedAddress } from "../ports/network.ts";
import type { AllowList } from "./allow-list.ts";
import { type Destination, isLocalName } from "./destination.ts";
import { judge, ownAddresses, type Verdict } from "./rules.ts";

type Refused = Extract<Verdict, { allowed: false }>;

/** The addresses of a destination that may be connected to, or why none may. `address` is the one that decided. */
export type Passing =
  | { passed: true; addresses: ResolvedAddress[]; isLocal: boolean }
  | { passed: false; because: Refused["because"] | "not listed"; address: string; words: string };

/** What is allowed, beside the rules that always hold. */
export interface Permission {
  network: Pick<Network, "ownAddresses">;
  /** Whether this machine and its network may be reached. */
  local: boolean;
  isOwnPort(port: number): boolean;
  allowList: AllowList;
}

/**
 * Picks the addresses that a destination may be connected to at. One that is not allowed is left out; but a name
 * that stands for an address out in the world and for one on this network as well is up to something: without
 * permission for this network none of its addresses passes.
 */
export function passing(
  destination: Destination,
  addresses: readonly ResolvedAddress[],
  permission: Permission,
): Passing {
  const { host, port } = destination;
  const { local, isOwnPort, allowList } = permission;
  const isOwnAddress = ownAddresses(permission.network.ownAddresses());
  const passed: ResolvedAddress[] = [];
  let isLocal = isLocalName(host);
  let refused: { address: string; verdict: Refused } | null = null;
  for (const one of addresses) {
    const verdict = judge(one.address, { port, local, isOwnAddress, isOwnPort });
    if (verdict.allowed) {
      passed.push(one);
      isLocal ||= verdict.isLocal;
    } else if (refused === null || refused.verdict.because === "never") {
      refused = { address: one.address, verdict };
    }
  }
  if (refused !== null && (passed.length === 0 || (!local && refused.verdict.because !== "never"))) {
    const { because, words } = refused.verdict;
    return { passed: false, because, address: refused.address, words };
  }
  if (isLocal && !local) return { passed: false, because: "local", address: host, words: "on this network" };
  const listed =
    allowList.isEmpty || allowList.allowsHost(host)
      ? passed
      : passed.filter(({ address }) => allowList.allowsAddress(address));
  if (listed.length > 0) return { passed: true, addresses: listed, isLocal };
  return {
    passed: false,
    because: "not listed",
    address: host,
    words: "not among the hosts that may be reached",
  };
}

/** What a destination stands for: the address that it is, or every address of its name. */
export async function addressesOf(
  { name, host, isAddress }: Destination,
  network: Pick<Network, "resolve">,
): Promise<ResolvedAddress[]> {
  if (isAddress) return [{ address: host, family: host.includes(":") ? 6 : 4 }];
  return await network.resolve(name);
}
