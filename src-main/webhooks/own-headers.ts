import { Fault } from "../../src-shared/faults.ts";

const MOST_HEADERS = 20;
const LONGEST_NAME = 256;
const LONGEST_VALUE_BYTES = 4_096;

/** What a header's name is made of (RFC 9110, 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Those that frame the request or belong to the connection, and those that Bellhop itself signs with. */
const NOT_ONES_OWN =
  /^(host|connection|content-length|content-type|transfer-encoding|upgrade|te|trailer|keep-alive|expect|proxy-.*|webhook-.*|x-webhook-.*|x-spectrum-.*)$/;

/** Throws `invalid_request` for headers that an endpoint cannot have of its own. */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  const entries = Object.entries(headers);
  if (entries.length > MOST_HEADERS) refuse(`at most ${MOST_HEADERS}`);
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    if (!TOKEN.test(name) || name.length > LONGEST_NAME)
      refuse(`${JSON.stringify(name.slice(0, 40))} is no name`);
    if (NOT_ONES_OWN.test(lower)) refuse(`${name} is set by Bellhop itself`);
    if (seen.has(lower)) refuse(`${name} is there twice`);
    seen.add(lower);
    // A header is Latin-1 on the wire; line ends in it would begin another header.
    if (!/^[\t\x20-\x7e\xa0-\xff]*$/.test(value))
      refuse(`the value of ${name} has characters that no header may have`);
    if (Buffer.byteLength(value) > LONGEST_VALUE_BYTES) refuse(`the value of ${name} is longer than 4 KB`);
  }
}

function refuse(why: string): never {
  throw new Fault("invalid_request", `headers: ${why}`);
}
