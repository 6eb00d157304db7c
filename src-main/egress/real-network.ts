import { lookup } from "node:dns/promises";
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { checkServerIdentity, connect as connectSecure } from "node:tls";
import type { ConnectTo, Network, ResolvedAddress } from "../ports/network.ts";
import type { Timers } from "../ports/timers.ts";
import { limitedLookUps } from "./look-ups.ts";

/** How long a list of this machine's addresses is believed, in ms. */
const OWN_ADDRESSES_MS = 3_000;
/** How long one address may take to accept before the next is tried as well, in ms. */
const NEXT_ADDRESS_MS = 300;

/** The system's look-up, its sockets and its interfaces. */
export function realNetwork(): Network {
  const lookUp = limitedLookUps(systemLookUp, systemTimers);
  let own: { addresses: string[]; at: number } | null = null;
  return {
    resolve(name) {
      const host = name.toLowerCase().replace(/\.$/, "");
      if (host === "localhost" || host.endsWith(".localhost")) return Promise.resolve(loopback());
      return lookUp(name);
    },
    connect,
    ownAddresses() {
      const now = performance.now();
      if (own === null || now - own.at > OWN_ADDRESSES_MS) {
        const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
        own = { addresses: addresses.map(({ address }) => address), at: now };
      }
      return own.addresses;
    },
  };
}

/** Timers for which no process stays. */
const systemTimers: Timers = {
  after(ms, run) {
    const limit = AbortSignal.timeout(ms);
    limit.addEventListener("abort", run);
    return { cancel: () => limit.removeEventListener("abort", run) };
  },
};

/** RFC 6761, 6.3: these names are this machine, and nobody need be asked. */
function loopback(): ResolvedAddress[] {
  return [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
}

async function systemLookUp(name: string): Promise<ResolvedAddress[]> {
  const found = await lookup(name, { all: true, order: "verbatim" });
  return found.map(({ address }) => ({ address, family: isIP(address) === 4 ? 4 : 6 }));
}

/** Connects to the first of the addresses that accepts; TLS proves the name that was asked for, whatever the address. */
function connect(to: ConnectTo): Socket {
  const [first, ...others] = to.addresses;
  if (first === undefined) throw new Error("there is no address to connect to");
  // Without a name to look up, the look-up below would not be called, so an address alone is given as itself.
  const host = others.length === 0 ? first.address : "judged.invalid";
  const answerWithAddresses: LookupFunction = (_name, { all }, tell) => {
    if (all) tell(null, [...to.addresses]);
    else tell(null, first.address, first.family);
  };
  const options = {
    host,
    port: to.port,
    lookup: answerWithAddresses,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    noDelay: true,
    keepAlive: true,
  };
  if (!to.secure) return connectPlain(options);
  return connectSecure({
    ...options,
    servername: isIP(to.host) === 0 ? to.host : "",
    ALPNProtocols: ["http/1.1"],
    // Whatever the environment says.
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(to.host, certificate),
  });
}
