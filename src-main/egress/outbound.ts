import type { Duplex } from "node:stream";
import type { Network, ResolvedAddress } from "../ports/network.ts";
import { NoAnswer, type Outbound, type OutboundAnswer, type OutboundPost } from "../ports/outbound.ts";
import type { Timers } from "../ports/timers.ts";
import { type AllowList, readAllowList } from "./allow-list.ts";
import { type Destination, readDestination } from "./destination.ts";
import { exchange } from "./exchange.ts";
import { type ForRequest, KeptConnections } from "./kept-connections.ts";
import { forbidden, noSuchName } from "./no-answer.ts";
import { addressesOf, passing } from "./passing.ts";

/** How long a connection is kept without a request, in ms. */
const IDLE_MS = 30_000;

/** What outgoing HTTP needs of the rest. */
export interface OutboundOptions {
  network: Network;
  timers: Timers;
  /** Whether Bellhop itself listens on this port. */
  isOwnPort(port: number): boolean;
  /** The setting `egressAllowed`. */
  allowed(): readonly string[];
  /** How long a connection is kept without a request, in ms. */
  idleMs?: number;
}

/**
 * The one way out. Every connection looks its name up, judges each address and goes to those that pass and no other,
 * so what was checked is what is used; one that is kept open has been judged when it was made. Rejects with NoAnswer
 * and with nothing else.
 */
export function openOutbound(options: OutboundOptions): Outbound {
  const { network, timers } = options;
  /** By pool, then by origin and permission. */
  const pools = new Map<string, Map<string, KeptConnections>>();
  const underWay = new Set<(why: NoAnswer) => void>();
  let listed: { entries: string; list: AllowList } = { entries: "[]", list: readAllowList([]) };
  let isClosed = false;

  /** A list that changed holds for connections that are kept, too. */
  function allowList(): AllowList {
    const entries = JSON.stringify(options.allowed());
    if (entries !== listed.entries) {
      listed = { entries, list: readAllowList(options.allowed()) };
      for (const pool of pools.keys()) forget(pool);
    }
    return listed.list;
  }

  function connectionsFor(pool: string, destination: Destination, local: boolean): KeptConnections {
    const own = pools.get(pool) ?? new Map<string, KeptConnections>();
    pools.set(pool, own);
    const key = `${local ? "local" : "global"} ${destination.origin}`;
    const existing = own.get(key);
    if (existing) return existing;
    const made: KeptConnections = new KeptConnections({
      idleMs: options.idleMs ?? IDLE_MS,
      open: (request) => open(destination, local, request),
      emptied() {
        if (own.get(key) === made) own.delete(key);
        if (own.size === 0 && pools.get(pool) === own) pools.delete(pool);
      },
    });
    own.set(key, made);
    return made;
  }

  /** Looks up, judges and connects. */
  async function open(destination: Destination, local: boolean, request: ForRequest): Promise<Duplex> {
    const addresses = await addressesOf(destination, network).catch((cause: unknown): ResolvedAddress[] => {
      throw noSuchName(destination, cause);
    });
    if (addresses.length === 0) throw noSuchName(destination);
    const { isOwnPort } = options;
    const result = passing(destination, addresses, { network, local, isOwnPort, allowList: listed.list });
    if (!result.passed) throw forbidden(result, destination);
    if (request.isOver()) throw new NoAnswer("aborted", "it was given up");
    const { host, port, secure } = destination;
    return network.connect({ host, port, secure, addresses: result.addresses });
  }

  function forget(pool: string): void {
    for (const connections of pools.get(pool)?.values() ?? []) connections.release();
    pools.delete(pool);
  }

  return {
    async post(request: OutboundPost): Promise<OutboundAnswer> {
      if (isClosed) throw new NoAnswer("aborted", "Bellhop is closing");
      const destination = readDestination(request.url);
      if (typeof destination === "string") throw new NoAnswer("other", WORDS[destination]);
      allowList();
      return await exchange(request, destination, {
        timers,
        underWay,
        connections: () => connectionsFor(request.pool, destination, request.local),
      });
    },
    forget,
    close() {
      isClosed = true;
      for (const stop of [...underWay]) stop(new NoAnswer("aborted", "Bellhop is closing"));
      for (const pool of [...pools.keys()]) forget(pool);
    },
  };
}

const WORDS = {
  "not an http or https address": "its url is not an http or https address",
  credentials: "its url has a name and a password in it; leave them out",
} as const;
