import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signatureHeaders } from "./signature.ts";

const BODY = '{"type":"message.received"}';
const headersFor = (secret: string | null, body = BODY) =>
  signatureHeaders({ secret, id: "evt_1", at: 1_700_000_000_999, body });

describe("the headers of a delivery", () => {
  it("are id and timestamp in whole seconds without a secret", () => {
    expect(headersFor(null)).toEqual({ "webhook-id": "evt_1", "webhook-timestamp": "1700000000" });
  });

  it("sign the body as AiMessage does", () => {
    // printf '{"type":"message.received"}' | openssl dgst -sha256 -hmac topsecret
    expect(headersFor("topsecret")["X-Webhook-Signature"]).toBe(
      "sha256=fea7591a13f3cfca488ab46ef9e8f684ab0e6717aba106ddd0d69b7060d38d10",
    );
  });

  it("sign id, timestamp and body as Standard Webhooks does in its own example", () => {
    const headers = signatureHeaders({
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      at: 1_614_265_330_000,
      body: '{"test": 2432232314}',
    });
    expect(headers).toMatchObject({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("use a secret without whsec_ as it is given", () => {
    const signed = createHmac("sha256", "topsecret").update(`evt_1.1700000000.${BODY}`).digest("base64");
    expect(headersFor("topsecret")["webhook-signature"]).toBe(`v1,${signed}`);
  });

  it("can be checked by whoever has the secret, for any body", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ unit: "binary" }), (secret, body) => {
        const expected = createHmac("sha256", Buffer.from(secret)).update(Buffer.from(body)).digest("hex");
        expect(headersFor(secret, body)["X-Webhook-Signature"]).toBe(`sha256=${expected}`);
      }),
    );
  });
});
