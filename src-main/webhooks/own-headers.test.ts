import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkHeaders } from "./own-headers.ts";

const refused = (headers: Record<string, string>) => () => checkHeaders(headers);

describe("headers of an endpoint's own", () => {
  it.each(["Authorization", "Cookie", "X-Api-Key", "user-agent", "x-hook"])("may be %s", (name) => {
    expect(refused({ [name]: "Bearer 1\t2 é" })).not.toThrow();
  });

  it.each([
    "Host",
    "connection",
    "Content-Length",
    "content-type",
    "Transfer-Encoding",
    "Upgrade",
    "TE",
    "Trailer",
    "Keep-Alive",
    "Expect",
    "Proxy-Authorization",
    "webhook-id",
    "X-Webhook-Signature",
    "x-spectrum-event",
  ])("may not be %s", (name) => {
    expect(refused({ [name]: "1" })).toThrow(`headers: ${name} is set by Bellhop itself`);
  });

  it.each(["", "a b", "a:b", "ä", "a\r\nb"])("have no name such as %j", (name) => {
    expect(refused({ [name]: "1" })).toThrow("is no name");
  });

  it("are no more than twenty, not twice the same, and at most 4 KB each", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, ""]));
    expect(refused(many(20))).not.toThrow();
    expect(refused(many(21))).toThrow("headers: at most 20");
    expect(refused({ "X-A": "1", "x-a": "2" })).toThrow("headers: x-a is there twice");
    expect(refused({ a: "x".repeat(4_096) })).not.toThrow();
    expect(refused({ a: "x".repeat(4_097) })).toThrow("longer than 4 KB");
  });

  it("are taken only where Node can send them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, value) => {
        try {
          checkHeaders({ [name]: value });
        } catch {
          return;
        }
        new Headers({ [name]: value });
      }),
      { numRuns: 2_000 },
    );
  });
});
