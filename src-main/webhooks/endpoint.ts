import { z } from "zod";
import { EventType } from "../../src-shared/domain/event.ts";
import { BodyFormat, DisabledBecause, Signature, type Webhook } from "../../src-shared/domain/webhook.ts";
import type { Vault } from "../storage/vault.ts";
import { compileFilter, type Wants } from "./filter.ts";

/** What is kept secret of an endpoint. */
export interface EndpointSecrets {
  secret: string | null;
  /** The one before; it signs as well until `rotatesUntil`. */
  previousSecret: string | null;
  /** Headers of its own. */
  headers: Readonly<Record<string, string>>;
}

/** All that can be chosen of an endpoint, as it is kept. */
export type EndpointRecord = Omit<Webhook, "headerNames" | "hasSecret"> & EndpointSecrets;

/** An endpoint with what delivering to it needs. */
export interface Endpoint extends Readonly<EndpointSecrets> {
  readonly webhook: Readonly<Webhook>;
  /** Which events it is told of: its filter, made ready. */
  readonly wants: Wants;
}

/** An endpoint's row in `webhook`. */
export interface EndpointRow {
  id: string;
  url: string;
  events: string;
  sealed_secret: Buffer | null;
  enabled: number;
  created_at: number;
  name: string | null;
  conversations: string;
  only_incoming: number;
  include_own: number;
  signature: string;
  format: string;
  sealed_headers: Buffer | null;
  sealed_previous_secret: Buffer | null;
  rotates_until: number | null;
  allows_local: number;
  disabled_because: string | null;
  disabled_at: number | null;
}

const Events = z.array(EventType);
const Texts = z.array(z.string());
const Headers = z.record(z.string(), z.string());

/** An endpoint out of its row. Throws when it was sealed under another key, or is none. */
export function endpointOf(row: EndpointRow, vault: Vault): Endpoint {
  const open = (sealed: Buffer | null): string | null => (sealed === null ? null : vault.open(sealed));
  const headers =
    row.sealed_headers === null ? {} : Headers.parse(JSON.parse(vault.open(row.sealed_headers)));
  const webhook: Webhook = {
    id: row.id,
    name: row.name,
    url: row.url,
    events: Events.parse(JSON.parse(row.events)),
    conversations: Texts.parse(JSON.parse(row.conversations)),
    onlyIncoming: row.only_incoming === 1,
    includeOwn: row.include_own === 1,
    signature: Signature.parse(row.signature),
    format: BodyFormat.parse(row.format),
    headerNames: Object.keys(headers),
    hasSecret: row.sealed_secret !== null,
    rotatesUntil: row.rotates_until,
    allowsLocal: row.allows_local === 1,
    createdAt: row.created_at,
    enabled: row.enabled === 1,
    disabledBecause: row.enabled === 1 ? null : DisabledBecause.catch("person").parse(row.disabled_because),
    disabledAt: row.enabled === 1 ? null : row.disabled_at,
  };
  return {
    webhook,
    secret: open(row.sealed_secret),
    previousSecret: open(row.sealed_previous_secret),
    headers,
    wants: compileFilter(webhook),
  };
}

/** An endpoint as its row. */
export function rowOf(record: EndpointRecord, vault: Vault): EndpointRow {
  const seal = (text: string | null): Buffer | null => (text === null ? null : vault.seal(text));
  const hasHeaders = Object.keys(record.headers).length > 0;
  return {
    id: record.id,
    url: record.url,
    events: JSON.stringify(record.events),
    sealed_secret: seal(record.secret),
    enabled: record.enabled ? 1 : 0,
    created_at: record.createdAt,
    name: record.name,
    conversations: JSON.stringify(record.conversations),
    only_incoming: record.onlyIncoming ? 1 : 0,
    include_own: record.includeOwn ? 1 : 0,
    signature: record.signature,
    format: record.format,
    sealed_headers: seal(hasHeaders ? JSON.stringify(record.headers) : null),
    sealed_previous_secret: seal(record.previousSecret),
    rotates_until: record.rotatesUntil,
    allows_local: record.allowsLocal ? 1 : 0,
    disabled_because: record.disabledBecause,
    disabled_at: record.disabledAt,
  };
}
