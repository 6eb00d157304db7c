import type { WebhookPatch } from "../../src-shared/domain/webhook.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Endpoint, EndpointRecord } from "./endpoint.ts";
import { checkHeaders } from "./own-headers.ts";
import { checkSecret } from "./signing/secrets.ts";

const LONGEST_NAME = 100;
const MOST_CONVERSATIONS = 200;

/** An endpoint as it is when nothing is chosen. */
export function newRecord(id: string, url: string, createdAt: number): EndpointRecord {
  return {
    id,
    url,
    createdAt,
    name: null,
    events: [],
    conversations: [],
    onlyIncoming: false,
    includeOwn: true,
    signature: "aimessage",
    format: "bellhop",
    headers: {},
    secret: null,
    previousSecret: null,
    rotatesUntil: null,
    allowsLocal: false,
    enabled: true,
    disabledBecause: null,
    disabledAt: null,
  };
}

/** An endpoint as it is kept. */
export function recordOf({ webhook, secret, previousSecret, headers }: Endpoint): EndpointRecord {
  const { headerNames: _names, hasSecret: _has, ...rest } = webhook;
  return { ...rest, secret, previousSecret, headers };
}

/** A record with what was chosen of it in place of what it had. Throws `invalid_request` for what cannot be. */
export function withChoices(record: EndpointRecord, chosen: WebhookPatch, now: number): EndpointRecord {
  const name = chosen.name === undefined ? record.name : chosen.name?.trim() || null;
  const { enabled = record.enabled } = chosen;
  const changed: EndpointRecord = {
    ...record,
    name,
    url: chosen.url ?? record.url,
    events: [...new Set(chosen.events ?? record.events)],
    conversations: [...new Set(chosen.conversations ?? record.conversations)],
    onlyIncoming: chosen.onlyIncoming ?? record.onlyIncoming,
    includeOwn: chosen.includeOwn ?? record.includeOwn,
    signature: chosen.signature ?? record.signature,
    format: chosen.format ?? record.format,
    headers: chosen.headers ?? record.headers,
    ...secretsOf(record, chosen.secret),
    ...(enabled === record.enabled ? {} : switched(enabled, now)),
  };
  check(changed, record);
  return changed;
}

/** Another secret given outright takes the place of both: only a rotation lets the one before sign as well. */
function secretsOf(record: EndpointRecord, secret: string | undefined): Partial<EndpointRecord> {
  if (secret === undefined || secret === record.secret) return {};
  return { secret, previousSecret: null, rotatesUntil: null };
}

function switched(enabled: boolean, now: number): Partial<EndpointRecord> {
  if (enabled) return { enabled, disabledBecause: null, disabledAt: null };
  return { enabled, disabledBecause: "person", disabledAt: now };
}

function check(
  { name, events, conversations, headers, secret, signature }: EndpointRecord,
  before: EndpointRecord,
): void {
  if (name !== null && name.length > LONGEST_NAME) {
    throw new Fault("invalid_request", `name: at most ${LONGEST_NAME} characters`);
  }
  if (events.length === 0) throw new Fault("invalid_request", "events: must name at least one event type");
  if (conversations.length > MOST_CONVERSATIONS) {
    throw new Fault("invalid_request", `conversations: at most ${MOST_CONVERSATIONS}`);
  }
  checkHeaders(headers);
  // Not one that was there before: an earlier version took some that this one would not.
  const isNew = secret !== before.secret || signature !== before.signature;
  if (secret !== null && isNew) checkSecret(signature, secret);
}
