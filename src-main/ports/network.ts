import type { Duplex } from "node:stream";

/** An address that a name stands for. */
export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** A connection to make: to one of `addresses` and to no other. */
export interface ConnectTo {
  /** The name or address as the url has it, for TLS and nothing else. */
  host: string;
  port: number;
  addresses: readonly ResolvedAddress[];
  secure: boolean;
}

/** Where names are looked up and connections made; a test hands in its own, so that no packet leaves. */
export interface Network {
  /** Every address of a name. Rejects when there is none. */
  resolve(name: string): Promise<ResolvedAddress[]>;
  /** Begins to connect; the stream says `connect` (or `secureConnect`) or `error`. */
  connect(to: ConnectTo): Duplex;
  /** Every address of this machine, loopback among them. */
  ownAddresses(): string[];
}
