import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { messageBody, type Piece } from "../../simulator/message-body.ts";
import { seededChance } from "../../simulator/seeded-chance.ts";
import { type AttributedText, decodeAttributedBody } from "./attributed-body.ts";

const SAMPLES = resolve(import.meta.dirname, "../../../../shared/fixtures/chat-db/samples");
const PART = "__kIMMessagePartAttributeName";
const FILE = "__kIMFileTransferGUIDAttributeName";

const Sample = z.object({
  file: z.string(),
  kind: z.string(),
  expect: z.object({
    error: z.boolean().optional(),
    text: z.string().optional(),
    utf16_length: z.int().optional(),
    runs: z.array(z.object({ start: z.int(), length: z.int(), part: z.int().nullable() })).optional(),
  }),
});

function realSamples(): z.infer<typeof Sample>[] {
  const manifest = resolve(SAMPLES, "manifest.json");
  if (!existsSync(manifest)) {
    console.warn(`SKIPPED: ${SAMPLES} is not there, so no real typedstream was decoded.`);
    return [];
  }
  const all = z.array(z.looseObject({ kind: z.string() })).parse(JSON.parse(readFileSync(manifest, "utf8")));
  return all.filter(({ kind }) => kind === "typedstream").map((one) => Sample.parse(one));
}

const samples = realSamples();
const messages = samples.filter((sample) => sample.expect.runs !== undefined);
const damaged = samples.filter((sample) => sample.expect.error === true);
const bytesOf = (file: string): Buffer => readFileSync(resolve(SAMPLES, file));

function runsOf(decoded: AttributedText | null) {
  return decoded?.runs.map(({ start, length, attributes }) => ({
    start,
    length,
    part: attributes.get(PART) ?? null,
  }));
}

describe("attributedBody of real messages", () => {
  it.skipIf(samples.length === 0)("has samples of messages and a damaged one", () => {
    expect(messages.length).toBeGreaterThan(30);
    expect(damaged.length).toBe(1);
  });

  it.each(messages)("reads text and runs of $file", ({ file, expect: expected }) => {
    const decoded = decodeAttributedBody(bytesOf(file));
    expect(decoded?.text).toBe(expected.text);
    expect(decoded?.text.length).toBe(expected.utf16_length);
    const runs = expected.runs?.map(({ start, length, part }) => ({ start, length, part }));
    expect(runsOf(decoded)).toEqual(runs);
  });

  it.each(damaged)("rejects $file", ({ file }) => {
    expect(decodeAttributedBody(bytesOf(file))).toBeNull();
  });

  it.each(samples)("does not throw at $file, cut off anywhere", ({ file }) => {
    const bytes = bytesOf(file);
    const step = Math.max(1, Math.floor(bytes.length / 300));
    for (let end = 0; end < bytes.length; end += step) {
      expect(() => decodeAttributedBody(bytes.subarray(0, end))).not.toThrow();
    }
  });
});

describe("attributedBody of anybody's making", () => {
  it("is null for what is no typedstream", () => {
    for (const text of ["", "\x04\x0bstreamtyped", "bplist00", "\x04\x0bstreamtyped\x81\xe8\x03"]) {
      expect(decodeAttributedBody(Buffer.from(text, "latin1"))).toBeNull();
    }
  });

  it("never throws at 20,000 mutations, and works in proportion to their size", () => {
    const sources = samples.length > 0 ? samples.map(({ file }) => bytesOf(file)) : [ownBody(), ownBody()];
    const chance = seededChance(1);
    const below = (limit: number): number => Math.floor(chance.fraction() * limit);
    const started = performance.now();
    let work = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(sources[round % sources.length] ?? ownBody());
      for (let change = below(8); change >= 0; change -= 1) bytes.writeUInt8(below(256), below(bytes.length));
      work += bytes.length;
      decodeAttributedBody(bytes);
    }
    // About 50 ns a byte here; a hundred times that is still far from anything that grows faster than the input.
    expect(performance.now() - started).toBeLessThan(1_000 + work * 0.005);
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

  it.each([127, 128, 32_767, 32_768, 65_535, 65_536, 200_000])("reads a text of %i bytes", (length) => {
    const text = "x".repeat(length);
    expect(decodeAttributedBody(messageBody([{ text }]).encoded)?.text).toBe(text);
  });
});

function ownBody(): Buffer {
  return messageBody([{ text: "Hello 👋 " }, { attachment: "at_0_A", name: "a.png" }, { text: "bye" }])
    .encoded;
}
