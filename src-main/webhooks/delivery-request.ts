import type { Event } from "../../src-shared/domain/event.ts";
import type { BodyFormat } from "../../src-shared/domain/webhook.ts";
import type { BodyOf } from "./bodies/bodies.ts";
import type { Endpoint } from "./endpoint.ts";
import { signatureHeaders } from "./signing/signature-headers.ts";

/** The headers of a request, and the same as they may be shown: of the endpoint's own, the names alone. */
export interface RequestHeaders {
  sent: Record<string, string>;
  shown: Record<string, string>;
}

/** What a request is about. */
export interface Told {
  eventId: string;
  deliveryId: string;
  /** When it is made, in ms since 1970. */
  at: number;
  body: string;
}

/** Makes a function that writes the headers of requests to an endpoint. What never changes of them is kept. */
export function headerWriter(version: string): (endpoint: Endpoint, told: Told) => RequestHeaders {
  const kept = new WeakMap<Endpoint, RequestHeaders>();
  const alwaysOf = (endpoint: Endpoint): RequestHeaders => {
    let always = kept.get(endpoint);
    if (always === undefined) {
      always = alwaysThere(endpoint.headers, version);
      kept.set(endpoint, always);
    }
    return always;
  };
  return (endpoint, { eventId, deliveryId, at, body }) => {
    const { signature: scheme, rotatesUntil } = endpoint.webhook;
    const previous = rotatesUntil !== null && rotatesUntil > at ? endpoint.previousSecret : null;
    const { secret } = endpoint;
    const signed = signatureHeaders({ scheme, secret, previous, eventId, deliveryId, at, body });
    const { sent, shown } = alwaysOf(endpoint);
    return { sent: { ...sent, ...signed }, shown: { ...shown, ...signed } };
  };
}

function alwaysThere(own: Readonly<Record<string, string>>, version: string): RequestHeaders {
  const usual: Record<string, string> = { "content-type": "application/json" };
  // Who is told may want to know another name.
  const namesItself = Object.keys(own).some((name) => name.toLowerCase() === "user-agent");
  if (!namesItself) usual["user-agent"] = `Bellhop/${version}`;
  const blank = Object.fromEntries(Object.keys(own).map((name) => [name, ""]));
  return { sent: { ...usual, ...own }, shown: { ...usual, ...blank } };
}

/** At most so many bodies, and characters of them, are kept. */
const MOST_KEPT = 512;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Makes a function that writes an event as a body. One that many endpoints are told of is written once. */
export function bodyWriter(
  bodies: Readonly<Record<BodyFormat, BodyOf>>,
): (format: BodyFormat, event: Event) => string | null {
  const kept = new Map<string, string | null>();
  let characters = 0;
  return (format, event) => {
    const key = `${format}${event.seq}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const body = bodies[format](event);
    characters += body?.length ?? 0;
    if (kept.size >= MOST_KEPT || characters > MOST_CHARACTERS) {
      kept.clear();
      characters = body?.length ?? 0;
    }
    kept.set(key, body);
    return body;
  };
}
