import { createHmac } from "node:crypto";

/**
 * The headers that prove a delivery is ours.
 * `X-Webhook-Signature: sha256=<hex HMAC-SHA256(secret, body)>` as AiMessage has it, and the three of Standard
 * Webhooks (standardwebhooks.com), whose secret is decoded from base64 when it starts with `whsec_`.
 * Without a secret only id and timestamp are sent.
 * @param at when this attempt is made, in ms since 1970.
 */
export function signatureHeaders(options: {
  secret: string | null;
  id: string;
  at: number;
  body: string;
}): Record<string, string> {
  const { secret, id, body } = options;
  const timestamp = String(Math.floor(options.at / 1_000));
  const headers: Record<string, string> = { "webhook-id": id, "webhook-timestamp": timestamp };
  if (secret !== null) {
    const standard = createHmac("sha256", standardKey(secret)).update(`${id}.${timestamp}.${body}`);
    headers["X-Webhook-Signature"] = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    headers["webhook-signature"] = `v1,${standard.digest("base64")}`;
  }
  return headers;
}

function standardKey(secret: string): string | Buffer {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : secret;
}
