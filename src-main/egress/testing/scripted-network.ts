import type { ConnectTo, Network, ResolvedAddress } from "../../ports/network.ts";
import { realNetwork } from "../real-network.ts";

/** A network whose names stand for what a test says, and that writes down every connection it is asked for. */
export interface ScriptedNetwork extends Network {
  /** Names that were looked up, in order. */
  lookedUp: string[];
  /** Connections that were asked for, in order. */
  connected: ConnectTo[];
}

/** An address and its family. */
export function resolved(address: string): ResolvedAddress {
  return { address, family: address.includes(":") ? 6 : 4 };
}

/**
 * Answers each look-up of a name with the next of its lists, and with the last one ever after; connects to addresses
 * of this machine in earnest and to no other.
 */
export function scriptedNetwork(
  names: Readonly<Record<string, readonly (readonly string[])[]>> = {},
  own: readonly string[] = ["127.0.0.1", "::1", "192.168.1.20"],
): ScriptedNetwork {
  const real = realNetwork();
  const looked = new Map<string, number>();
  const lookedUp: string[] = [];
  const connected: ConnectTo[] = [];
  return {
    lookedUp,
    connected,
    resolve(name) {
      lookedUp.push(name);
      const lists = names[name] ?? [];
      const turn = looked.get(name) ?? 0;
      looked.set(name, turn + 1);
      const addresses = lists[Math.min(turn, lists.length - 1)];
      if (addresses === undefined) return Promise.reject(new Error(`no such name: ${name}`));
      return Promise.resolve(addresses.map(resolved));
    },
    connect(to) {
      connected.push(to);
      if (to.addresses.every(({ address }) => address.startsWith("127.") || address === "::1")) {
        return real.connect(to);
      }
      throw new Error(`a test would have connected to ${to.addresses.map(({ address }) => address).join()}`);
    },
    ownAddresses: () => [...own],
  };
}
