import { isIP } from "node:net";

/** A url, taken apart as a connection needs it. */
export interface Destination {
  /** The name or address, without brackets and trailing dots. */
  host: string;
  /** As it is looked up: a trailing dot says that the name is complete. */
  name: string;
  isAddress: boolean;
  port: number;
  secure: boolean;
  /** Path and query. */
  path: string;
  /** The header `Host`. */
  hostHeader: string;
  origin: string;
}

/** Why a url is no destination. */
export type NoDestination = "not an http or https address" | "credentials";

/**
 * Reads a url by the rules of https://url.spec.whatwg.org, which turns decimal, octal and hexadecimal spellings of an
 * IPv4 address into the usual one, and names of any script into Punycode.
 */
export function readDestination(written: string): Destination | NoDestination {
  const url = /[\s\p{Cc}]/u.test(written) ? null : URL.parse(written);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return "not an http or https address";
  }
  if (url.username !== "" || url.password !== "") return "credentials";
  const secure = url.protocol === "https:";
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const host = name.replace(/\.+$/, "");
  if (host === "") return "not an http or https address";
  return {
    host,
    name,
    isAddress: isIP(host) !== 0,
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    secure,
    path: url.pathname + url.search,
    hostHeader: url.host,
    origin: url.origin,
  };
}

/** Names that stand for this machine or something on its network, whatever a look-up says (RFC 6761, RFC 6762). */
export function isLocalName(host: string): boolean {
  return host === "localhost" || /\.(localhost|local)$/.test(host);
}
