import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageBody, type Piece } from "../../simulator/message-body.ts";
import { type AttributeValue, encodeAttributedBody, type Run } from "../../simulator/typedstream-encoder.ts";
import { realSamples, sampleBytes } from "../decoding/testing/samples.ts";
import { decodeAttributedBody } from "./attributed-body.ts";

const FILE = "__kIMFileTransferGUIDAttributeName";

const samples = realSamples().filter(({ kind }) => kind === "typedstream");

describe.skipIf(samples.length === 0)("attributedBody of real messages", () => {
  it.each(samples)("is null or a text, and never an exception, cut off anywhere in $file", (sample) => {
    const bytes = sampleBytes(sample);
    const step = Math.max(1, Math.floor(bytes.length / 300));
    for (let end = 0; end < bytes.length; end += step) {
      expect(() => decodeAttributedBody(bytes.subarray(0, end), { steps: 0 })).not.toThrow();
    }
  });
});

describe("attributedBody of anybody's making", () => {
  it("is null for what is no typedstream", () => {
    for (const text of ["", "\x04\x0bstreamtyped", "bplist00", "\x04\x0bstreamtyped\x81\xe8\x03"]) {
      expect(decodeAttributedBody(Buffer.from(text, "latin1"))).toBeNull();
    }
  });

  it.each([
    ["objects that never end", `\x84\x01@${"\x84\x84\x84\x01A\x00\x85\x84\x01@".repeat(5)}`],
    ["a type of letters that eat nothing", `\x84\x7f${"{".repeat(127)}`],
    [
      "a text longer than the stream",
      "\x84\x01@\x84\x84\x84\x08NSString\x01\x85\x84\x01+\x82\xff\xff\xff\x7f",
    ],
    ["an array longer than the stream", "\x84\x0c[999999999c]"],
    ["a circle", "\x84\x01@\x84\x84\x84\x07NSArray\x00\x85\x92\x92\x92\x92\x86"],
  ])("survives %s", (_what, tail) => {
    const header = "\x04\x0bstreamtyped\x81\xe8\x03";
    const started = performance.now();
    expect(decodeAttributedBody(Buffer.from(header + tail.repeat(2_000), "latin1"))).toBeNull();
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("gives back whatever was written, in any Unicode and with attachments", () => {
    const piece: fc.Arbitrary<Piece> = fc.oneof(
      fc.record({ text: fc.string({ unit: "binary", minLength: 1 }) }),
      fc.record({ text: fc.string({ unit: "grapheme", minLength: 1 }), link: fc.webUrl() }),
      fc.record({ attachment: fc.uuid(), name: fc.string() }),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), fc.boolean(), (pieces, mutable) => {
        const body = messageBody(pieces, { mutable });
        const decoded = decodeAttributedBody(body.encoded);
        expect(decoded?.text).toBe(body.text);
        const attachments = decoded?.runs.flatMap(({ attributes }) => attributes.get(FILE) ?? []);
        expect(attachments).toEqual(pieces.flatMap((one) => ("attachment" in one ? [one.attachment] : [])));
        expect(decoded?.runs.reduce((sum, { length }) => sum + length, 0)).toBe(body.text.length);
      }),
      { numRuns: 300 },
    );
  });

  it("gives back every kind of attribute", () => {
    const value: fc.Arbitrary<AttributeValue> = fc.oneof(
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      fc.record({ number: fc.maxSafeInteger(), type: fc.constant("q" as const) }),
      fc.record({ number: fc.integer(), type: fc.constant("i" as const) }),
      fc.record({ number: fc.integer({ min: -128, max: 127 }), type: fc.constant("c" as const) }),
      fc.record({
        number: fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
        type: fc.constant("d" as const),
      }),
      fc.record({ url: fc.webUrl() }),
      fc.record({ data: fc.uint8Array({ maxLength: 300 }) }),
    );
    const name = fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.isWellFormed());
    const run: fc.Arbitrary<Run> = fc.record({
      text: fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
      attributes: fc.dictionary(name, value, { maxKeys: 5 }),
    });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 30 }), (runs) => {
        const decoded = decodeAttributedBody(encodeAttributedBody(runs), { steps: 0 });
        expect(decoded?.text).toBe(runs.map(({ text }) => text).join(""));
        expect(decoded?.runs.map(({ attributes }) => attributes)).toEqual(
          runs.map(
            ({ attributes }) => new Map(Object.entries(attributes).map(([key, one]) => [key, plain(one)])),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("reads a text whose every letter is styled another way", () => {
    const names = ["TextBold", "TextItalic", "TextUnderline", "TextStrikethrough", "MessagePart"];
    const styles = Object.fromEntries(names.map((name) => [`__kIM${name}AttributeName`, 1]));
    const effect = "__kIMTextEffectAttributeName";
    const letters = Array.from({ length: 1_000 }, (_, at) => ({
      text: "x",
      attributes: { ...styles, [effect]: at % 2 === 0 ? 5 : 11 },
    }));
    expect(decodeAttributedBody(encodeAttributedBody(letters))?.runs.length).toBe(1_000);
  });

  it("is null for a long attribute that thousands of runs share: written out it would fill the memory", () => {
    const attributes = { link: { url: `https://example.com/${"x".repeat(20_000)}` } };
    const letters = Array.from({ length: 5_000 }, () => ({ text: "x", attributes }));
    expect(decodeAttributedBody(encodeAttributedBody(letters))).toBeNull();
  });

  it("leaves out a URL of more than 4,096 characters, and keeps the text", () => {
    const link = (length: number) => ({ link: { url: "https://example.com/".padEnd(length, "x") } });
    const decoded = decodeAttributedBody(
      encodeAttributedBody([
        { text: "long", attributes: link(4_097) },
        { text: "short", attributes: link(4_096) },
      ]),
    );
    expect(decoded?.text).toBe("longshort");
    expect(decoded?.runs.map(({ attributes }) => attributes.get("link"))).toEqual([
      null,
      link(4_096).link.url,
    ]);
  });

  it.each([127, 128, 32_767, 32_768, 65_535, 65_536, 200_000])("reads a text of %i bytes", (length) => {
    const text = "x".repeat(length);
    expect(decodeAttributedBody(messageBody([{ text }]).encoded)?.text).toBe(text);
  });
});

/** An attribute as it comes back: a URL is its text, a number a number, a dictionary a Map. */
function plain(value: AttributeValue): unknown {
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  if ("number" in value) return value.number;
  if ("url" in value) return value.url;
  return "data" in value ? value.data : new Map(Object.entries(value.dictionary));
}
