import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { SIGNATURES } from "../../../src-shared/domain/webhook.ts";
import type { Randomness } from "../../ports/randomness.ts";
import { checkSecret, makeSecret } from "./secrets.ts";

const always = (byte: number): Randomness => ({
  bytes: (count) => new Uint8Array(count).fill(byte),
  fraction: () => 0,
  uuid: () => "00000000-0000-4000-8000-000000000000",
});

describe("a secret", () => {
  it.each(SIGNATURES)("may be anything but empty: %s", (scheme) => {
    expect(() => checkSecret(scheme, "topsecret")).not.toThrow();
    expect(() => checkSecret(scheme, "x")).not.toThrow();
    expect(() => checkSecret(scheme, "")).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  it.each(["aimessage", "standard"] as const)("that begins with whsec_ goes on in base64: %s", (scheme) => {
    for (const good of ["TQ==", "TQ", "TWE=", "TWE", "TWFu", "+/+/", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]) {
      expect(() => checkSecret(scheme, `whsec_${good}`)).not.toThrow();
    }
    for (const bad of ["", "=", "T", "TQ=", "TWE==", "TWFu=", "-_-_", "not base64", "TWFu\n", "TWFuT", "é"]) {
      expect(() => checkSecret(scheme, `whsec_${bad}`)).toThrow("not base64");
    }
  });

  it.each(["messages_dev", "spectrum"] as const)(
    "is taken as it is where nobody decodes it: %s",
    (scheme) => {
      expect(() => checkSecret(scheme, "whsec_not base64")).not.toThrow();
    },
  );

  it("of any bytes in base64 is one that receivers can decode", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const secret = `whsec_${Buffer.from(bytes).toString("base64")}`;
        checkSecret("standard", secret);
        expect(() => new Webhook(secret)).not.toThrow();
      }),
    );
  });

  it.each(SIGNATURES)("that Bellhop makes is 32 bytes, and one that it takes: %s", (scheme) => {
    const secret = makeSecret(scheme, always(0xab));
    const isBase64 = scheme === "aimessage" || scheme === "standard";
    expect(secret).toBe(isBase64 ? "whsec_q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=" : "ab".repeat(32));
    expect(() => checkSecret(scheme, secret)).not.toThrow();
  });
});
