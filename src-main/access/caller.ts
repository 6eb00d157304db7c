import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { Fault } from "../../src-shared/faults.ts";

/** Names of this machine that are always allowed in `Host`. */
const OWN_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Refuses what a web page could make a browser send: a `Host` that is not ours (DNS rebinding) and an
 * `Origin` that is not exactly our own. Throws a Fault.
 * @param names further names from the settings, and the address that is listened on.
 */
export function checkCaller(headers: IncomingHttpHeaders, names: readonly string[]): void {
  const name = hostName(headers.host ?? "");
  if (!OWN_NAMES.includes(name) && !names.some((known) => asHost(known) === name)) {
    throw new Fault(
      "host_not_allowed",
      `the Host "${headers.host ?? ""}" is not a name of this gateway; to allow it, add it to allowedHosts in config.json`,
    );
  }
  if (headers.origin !== undefined && !isOwnOrigin(headers)) {
    throw new Fault("origin_not_allowed", `pages of ${headers.origin} may not call this gateway`);
  }
}

/** Whether the request comes from a page that this very gateway served. */
export function isOwnOrigin(headers: IncomingHttpHeaders): boolean {
  return headers.origin !== undefined && headers.origin === `http://${headers.host}`;
}

/** `Host` without its port, in lower case; an IPv6 address keeps its brackets. */
function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, "");
}

/** A configured name as it stands in `Host`. */
function asHost(name: string): string {
  return isIP(name) === 6 ? `[${name.toLowerCase()}]` : name.toLowerCase();
}

/** The API key of a request: `X-API-Key`, or `Authorization: Bearer`; null when there is none. */
export function keyInHeaders(headers: IncomingHttpHeaders): string | null {
  const own = headers["x-api-key"];
  if (typeof own === "string" && own !== "") return own;
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}
