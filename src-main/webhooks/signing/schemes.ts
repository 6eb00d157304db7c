import type { Signature } from "../../../src-shared/domain/webhook.ts";
import { hmac, rawBytes, standardBytes } from "./keys.ts";

/** One attempt at a delivery, as it is signed. */
export interface SignedDelivery {
  /** `evt_…`: by it a receiver knows a repeat. */
  eventId: string;
  /** `dlv_…`, the same on every attempt. */
  deliveryId: string;
  /** When this attempt is made, in ms since 1970. */
  at: number;
  /** The body as it is sent. */
  body: string;
}

/** A header that proves who sent a delivery. */
interface SignatureHeader {
  name: string;
  sign(secret: string, delivery: SignedDelivery): string;
  /** Whether it holds several signatures with a space between them. */
  isList: boolean;
}

/** One way of signing deliveries. */
interface Scheme {
  /** What goes with every delivery, signed or not. */
  stamps(delivery: SignedDelivery): Record<string, string>;
  signatures: readonly SignatureHeader[];
}

const seconds = ({ at }: SignedDelivery) => String(Math.floor(at / 1_000));

const standardStamps = (delivery: SignedDelivery): Record<string, string> => ({
  "webhook-id": delivery.eventId,
  "webhook-timestamp": seconds(delivery),
});

/** As Standard Webhooks has it: https://github.com/standard-webhooks/standard-webhooks */
const standardSignature: SignatureHeader = {
  name: "webhook-signature",
  sign: (secret, delivery) =>
    `v1,${hmac(standardBytes, secret, `${delivery.eventId}.${seconds(delivery)}.${delivery.body}`, "base64")}`,
  isList: true,
};

/**
 * Every scheme, by the headers it sends. All of them say the event's id in `webhook-id`, so that a receiver of any
 * kind can tell a repeat.
 */
export const SCHEMES: Readonly<Record<Signature, Scheme>> = {
  // AiMessage signs the body alone; beside it, the three headers of Standard Webhooks.
  aimessage: {
    stamps: standardStamps,
    signatures: [
      {
        name: "X-Webhook-Signature",
        sign: (secret, { body }) => `sha256=${hmac(rawBytes, secret, body, "hex")}`,
        isList: false,
      },
      standardSignature,
    ],
  },
  standard: { stamps: standardStamps, signatures: [standardSignature] },
  // The timestamp is in milliseconds, and a body that says one says the same.
  messages_dev: {
    stamps: ({ eventId, deliveryId, at }) => ({
      "webhook-id": eventId,
      "X-Webhook-Timestamp": String(at),
      "X-Webhook-Delivery-Id": deliveryId,
    }),
    signatures: [
      {
        name: "X-Webhook-Signature",
        sign: (secret, { at, body }) => hmac(rawBytes, secret, `${at}.${body}`, "hex"),
        isList: false,
      },
    ],
  },
  spectrum: {
    stamps: (delivery) => ({
      "webhook-id": delivery.eventId,
      "X-Spectrum-Timestamp": seconds(delivery),
      "X-Spectrum-Event": "messages",
    }),
    signatures: [
      {
        name: "X-Spectrum-Signature",
        sign: (secret, delivery) =>
          `v0=${hmac(rawBytes, secret, `v0:${seconds(delivery)}:${delivery.body}`, "hex")}`,
        isList: false,
      },
    ],
  },
};
