import type { Signature } from "../../../src-shared/domain/webhook.ts";
import { Fault } from "../../../src-shared/faults.ts";
import type { Randomness } from "../../ports/randomness.ts";

/** Those that read a secret as Standard Webhooks does: what follows `whsec_` is base64. */
const READS_BASE64: Readonly<Record<Signature, boolean>> = {
  aimessage: true,
  standard: true,
  messages_dev: false,
  spectrum: false,
};

/** In fours, the last of them with its padding or without. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/**
 * Whether this scheme can sign with this secret. Throws `invalid_request` for an empty one, and for a `whsec_` of
 * which receivers could not decode the rest.
 */
export function checkSecret(scheme: Signature, secret: string): void {
  if (secret === "") throw new Fault("invalid_request", "secret: an empty one proves nothing");
  if (!READS_BASE64[scheme] || !secret.startsWith("whsec_")) return;
  const encoded = secret.slice("whsec_".length);
  if (encoded === "" || !BASE64.test(encoded)) {
    throw new Fault("invalid_request", "secret: what follows whsec_ is not base64");
  }
}

/** A secret of 32 unpredictable bytes, written as this scheme's receivers expect it. */
export function makeSecret(scheme: Signature, randomness: Randomness): string {
  const bytes = Buffer.from(randomness.bytes(32));
  return READS_BASE64[scheme] ? `whsec_${bytes.toString("base64")}` : bytes.toString("hex");
}
