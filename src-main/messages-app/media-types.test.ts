import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mediaTypeOf } from "./media-types.ts";

const of = (file: Partial<Parameters<typeof mediaTypeOf>[0]>): string =>
  mediaTypeOf({ mime_type: null, uti: null, name: "file", ...file });

describe("the media type of a file", () => {
  it.each([
    ["what its row says", { mime_type: "image/PNG", uti: "public.heic", name: "a.jpg" }, "image/png"],
    ["without parameters", { mime_type: "text/plain; charset=utf-16" }, "text/plain"],
    ["else what its identifier means", { uti: "public.heic", name: "a.jpg" }, "image/heic"],
    ["a voice note's", { uti: "com.apple.coreaudio-format" }, "audio/x-caf"],
    [
      "else what its name ends with",
      { uti: "dyn.age81a5dzq7y066dbtf0g82umqf41g", name: "b.JPG" },
      "image/jpeg",
    ],
    ["better than bytes", { mime_type: "application/octet-stream", name: "a.heic" }, "image/heic"],
    ["else unknown", { name: "heic" }, "application/octet-stream"],
  ])("is %s", (_what, file, type) => {
    expect(of(file)).toBe(type);
  });

  it("is never something that a header cannot carry", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("text/html\r\nX: 1", "a/b/c", "/", "image/", "ä/ö"),
    );
    fc.assert(
      fc.property(anything, anything, anything, (mime_type, uti, name) => {
        expect(mediaTypeOf({ mime_type, uti, name })).toMatch(/^[\x21-\x7e]+\/[\x21-\x7e]+$/);
      }),
    );
  });
});
