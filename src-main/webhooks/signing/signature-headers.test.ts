import { createHmac, timingSafeEqual } from "node:crypto";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { SIGNATURES, type Signature } from "../../../src-shared/domain/webhook.ts";
import { signatureHeaders } from "./signature-headers.ts";

const BODY = '{"type":"message.received","data":{"body":"hé 👋"}}';
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD = `whsec_${Buffer.from("the secret of yesterday").toString("base64")}`;

interface Signing {
  scheme: Signature;
  secret: string | null;
  previous: string | null;
  eventId: string;
  deliveryId: string;
  at: number;
  body: string;
}

const sign = (options: Partial<Signing> & { scheme: Signature }) =>
  signatureHeaders({
    secret: "topsecret",
    previous: null,
    eventId: "evt_1",
    deliveryId: "dlv_1",
    at: 1_700_000_000_999,
    body: BODY,
    ...options,
  });

/** Signatures that were worked out by openssl 3, the body in a file `body`. */
describe("the headers of a delivery", () => {
  it("sign as AiMessage does, and as Standard Webhooks does", () => {
    // openssl dgst -sha256 -hmac whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw body
    // { printf evt_1.1700000000.; cat body; } | openssl dgst -sha256 -mac HMAC -binary \
    //   -macopt hexkey:$(printf MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | base64 -d | xxd -p) | base64
    expect(sign({ scheme: "aimessage", secret: SECRET })).toEqual({
      "webhook-id": "evt_1",
      "webhook-timestamp": "1700000000",
      "webhook-signature": "v1,yC7VrQ4GuYliuqakvNauk0EamjplJx7wo7PvVvIJKb8=",
      "X-Webhook-Signature": "sha256=811caf701a9cdd4f14f8fdc62e515ba7a691d83928aa33f13a3b0b4ac961754d",
    });
  });

  it("sign as Standard Webhooks does, and as in its own example", () => {
    // The same as above; with a secret that is not in base64: openssl dgst -sha256 -hmac topsecret -binary
    const stamps = { "webhook-id": "evt_1", "webhook-timestamp": "1700000000" };
    expect(sign({ scheme: "standard", secret: SECRET })).toEqual({
      ...stamps,
      "webhook-signature": "v1,yC7VrQ4GuYliuqakvNauk0EamjplJx7wo7PvVvIJKb8=",
    });
    expect(sign({ scheme: "standard" })).toEqual({
      ...stamps,
      "webhook-signature": "v1,KUYQYGcPoj86Ciqlkcn+6TVETrNblApVkSDMWkHwJDA=",
    });
    const example = sign({
      scheme: "standard",
      secret: SECRET,
      eventId: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      at: 1_614_265_330_000,
      body: '{"test": 2432232314}',
    });
    expect(example["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("sign as messages.dev does", () => {
    // { printf 1700000000999.; cat body; } | openssl dgst -sha256 -hmac topsecret
    expect(sign({ scheme: "messages_dev" })).toEqual({
      "webhook-id": "evt_1",
      "X-Webhook-Timestamp": "1700000000999",
      "X-Webhook-Delivery-Id": "dlv_1",
      "X-Webhook-Signature": "6174d605a57a3163c18a19e3e11b87cd27b3ffe86bd4a4661e214920ad214d0a",
    });
  });

  it("sign as Spectrum does", () => {
    // { printf v0:1700000000:; cat body; } | openssl dgst -sha256 -hmac topsecret
    expect(sign({ scheme: "spectrum" })).toEqual({
      "webhook-id": "evt_1",
      "X-Spectrum-Timestamp": "1700000000",
      "X-Spectrum-Event": "messages",
      "X-Spectrum-Signature": "v0=157dbd0626cb1fbcfddcb5600a34783ebeb6394e00563cdcd4379a0ec7c6efa9",
    });
  });

  it.each(SIGNATURES)("say which event it is without a secret, and sign nothing: %s", (scheme) => {
    const headers = sign({ scheme, secret: null });
    expect(headers["webhook-id"]).toBe("evt_1");
    expect(Object.keys(headers).filter((name) => /signature/i.test(name))).toEqual([]);
    expect(sign({ scheme, secret: null, previous: "older" })).toEqual(headers);
  });
});

describe("while a secret is being replaced", () => {
  it("Standard Webhooks' header names both signatures, the new one first", () => {
    const [alone, before] = [SECRET, OLD].map((secret) => sign({ scheme: "standard", secret }));
    expect(sign({ scheme: "standard", secret: SECRET, previous: OLD })["webhook-signature"]).toBe(
      `${alone?.["webhook-signature"]} ${before?.["webhook-signature"]}`,
    );
  });

  it.each([
    ["aimessage", "X-Webhook-Signature"],
    ["messages_dev", "X-Webhook-Signature"],
    ["spectrum", "X-Spectrum-Signature"],
  ] as const)("a header that holds one has another beside it: %s", (scheme, name) => {
    const headers = sign({ scheme, secret: "new", previous: "old" });
    expect(headers[name]).toBe(sign({ scheme, secret: "new" })[name]);
    expect(headers[`${name}-Previous`]).toBe(sign({ scheme, secret: "old" })[name]);
    expect(headers[`${name}-Previous`]).not.toBe(headers[name]);
  });
});

/** The library has its own clock, and refuses what is older than five minutes. */
describe.each(["standard", "aimessage"] as const)("the library standardwebhooks, given %s", (scheme) => {
  const at = Date.now();
  const rotated = sign({ scheme, secret: SECRET, previous: OLD, at });

  it("verifies with the secret, and with either one while it is being replaced", () => {
    expect(new Webhook(SECRET).verify(BODY, sign({ scheme, secret: SECRET, at }))).toEqual(JSON.parse(BODY));
    expect(new Webhook(SECRET).verify(BODY, rotated)).toEqual(JSON.parse(BODY));
    expect(new Webhook(OLD).verify(BODY, rotated)).toEqual(JSON.parse(BODY));
    const plain = sign({ scheme, secret: "not base64", at });
    expect(new Webhook("not base64", { format: "raw" }).verify(BODY, plain)).toEqual(JSON.parse(BODY));
  });

  it("refuses another secret, body, id or time", () => {
    const other = new Webhook(`whsec_${Buffer.from("somebody else").toString("base64")}`);
    const ours = new Webhook(SECRET);
    const later = String(Number(rotated["webhook-timestamp"]) + 1);
    expect(() => other.verify(BODY, rotated)).toThrow("No matching signature");
    expect(() => ours.verify(`${BODY} `, rotated)).toThrow("No matching signature");
    expect(() => ours.verify(BODY, { ...rotated, "webhook-id": "evt_2" })).toThrow("No matching signature");
    expect(() => ours.verify(BODY, { ...rotated, "webhook-timestamp": later })).toThrow(
      "No matching signature",
    );
  });
});

/** What a receiver does with raw bytes, written apart from what signs. */
function verifies(scheme: Signature, headers: Record<string, string>, secret: string, body: Buffer): boolean {
  const mac = (key: Buffer, before: string) => createHmac("sha256", key).update(before).update(body).digest();
  const raw = Buffer.from(secret);
  const equal = (sent: Buffer, expected: Buffer) =>
    sent.length === expected.length && timingSafeEqual(sent, expected);
  const hex = (name: string, prefix: string) => {
    const value = headers[name] ?? "";
    return Buffer.from(value.startsWith(prefix) ? value.slice(prefix.length) : "", "hex");
  };
  switch (scheme) {
    case "aimessage":
      return equal(hex("X-Webhook-Signature", "sha256="), mac(raw, ""));
    case "standard": {
      const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : raw;
      const sent = Buffer.from(headers["webhook-signature"]?.replace(/^v1,/, "") ?? "", "base64");
      return equal(sent, mac(key, `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`));
    }
    case "messages_dev":
      return equal(hex("X-Webhook-Signature", ""), mac(raw, `${headers["X-Webhook-Timestamp"]}.`));
    case "spectrum":
      return equal(hex("X-Spectrum-Signature", "v0="), mac(raw, `v0:${headers["X-Spectrum-Timestamp"]}:`));
  }
}

describe.each(SIGNATURES)("a receiver with the secret, of %s", (scheme) => {
  const base64 = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  const secrets = fc.oneof(
    fc.string({ unit: "binary", minLength: 1 }).map((secret) => secret.toWellFormed()),
    base64.map((bytes) => `whsec_${bytes.toString("base64")}`),
  );
  const bodies = fc.string({ unit: "binary", minLength: 1 });

  it("verifies any body, and no body of which one byte is another", () => {
    fc.assert(
      fc.property(
        secrets,
        bodies,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (secret, body, place, flip) => {
          const headers = sign({ scheme, secret, body });
          const sent = Buffer.from(body);
          expect(verifies(scheme, headers, secret, sent)).toBe(true);
          const at = place % sent.length;
          sent[at] = (sent[at] ?? 0) ^ flip;
          expect(verifies(scheme, headers, secret, sent)).toBe(false);
        },
      ),
    );
  });

  it("verifies nothing with another secret", () => {
    fc.assert(
      fc.property(secrets, bodies, (secret, body) => {
        const headers = sign({ scheme, secret, body });
        expect(
          verifies(
            scheme,
            headers,
            `whsec_${Buffer.from(`not ${secret}`).toString("base64")}`,
            Buffer.from(body),
          ),
        ).toBe(false);
      }),
    );
  });
});
