import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { messageBody, piecesOf, textOfOwnBody } from "./message-body.ts";
import { encodeAttributedBody, type Run } from "./typedstream-encoder.ts";

const SAMPLES = resolve(import.meta.dirname, "../../../shared/fixtures/chat-db/samples");
const PART = "__kIMMessagePartAttributeName";
const DIRECTION = "__kIMBaseWritingDirectionAttributeName";

const REAL: Array<{ file: string; mutable: boolean; runs: Run[] }> = [
  {
    file: "typedstream/AttributedBodyTextOnly",
    mutable: true,
    runs: [{ text: "Noter test", attributes: { [PART]: 0 } }],
  },
  {
    file: "typedstream/AttributedBodyTextOnly2",
    mutable: false,
    runs: [
      {
        text: "Test 3",
        attributes: { [DIRECTION]: { number: -1, type: "q" }, [PART]: { number: 0, type: "q" } },
      },
    ],
  },
  { file: "typedstream/Blank", mutable: false, runs: [] },
  {
    file: "beeper/regular-text.bin",
    mutable: false,
    runs: [{ text: "Haha yeah 😃", attributes: { [PART]: 0 } }],
  },
];

describe("attributedBody", () => {
  if (!existsSync(SAMPLES))
    console.warn(`SKIPPED: ${SAMPLES} is not there, so no real sample was reproduced.`);

  it.skipIf(!existsSync(SAMPLES)).each(REAL)("reproduces $file byte for byte", ({ file, mutable, runs }) => {
    const real = readFileSync(resolve(SAMPLES, file));
    expect(encodeAttributedBody(runs, { mutable }).toString("hex")).toBe(real.toString("hex"));
  });

  it.skipIf(!existsSync(SAMPLES))("reproduces a one-time code byte for byte", () => {
    const real = readFileSync(resolve(SAMPLES, "typedstream/Code"));
    const text = "000123 is your security code. Don't share your code.";
    const start = real.indexOf("bplist00");
    const attributes = {
      [PART]: 0,
      __kIMOneTimeCodeAttributeName: { dictionary: { displayCode: "000123", code: "000123" } },
      __kIMDataDetectedAttributeName: { data: real.subarray(start, start + 535) },
    };
    const runs = [
      { text: text.slice(0, 6), attributes },
      { text: text.slice(6), attributes: { [PART]: 0 } },
    ];
    expect(encodeAttributedBody(runs).toString("hex")).toBe(real.toString("hex"));
  });

  it("writes the simplest message as real rows have it", () => {
    const body = encodeAttributedBody([{ text: "hi", attributes: { [PART]: 0 } }]);
    expect(body.toString("latin1")).toContain(
      "\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x19NSMutable",
    );
    expect(body.toString("latin1")).toContain(
      "\x84\x01+\x02hi\x86\x84\x02iI\x01\x02\x92\x84\x84\x84\x0cNSDictionary",
    );
  });

  it.each([0, 1, 127, 128, 40_000, 70_000])("keeps a text of %i characters", (length) => {
    const text = "é".repeat(length);
    expect(textOfOwnBody(messageBody([{ text }]).encoded)).toBe(text);
  });

  it("keeps any Unicode and repairs lone surrogates", () => {
    const text = "שלום 👩‍👩‍👧‍👦 \0 ﷽ $(rm) \u{10ffff}";
    expect(textOfOwnBody(messageBody([{ text }]).encoded)).toBe(text);
    expect(messageBody([{ text: "a\ud800b" }]).text).toBe("a\ufffdb");
  });

  it("refers to a dictionary it has written by its index", () => {
    const body = encodeAttributedBody([
      { text: "a", attributes: { [PART]: 0 } },
      { text: "b", attributes: { [PART]: 1 } },
      { text: "c", attributes: { [PART]: 0 } },
    ]);
    expect(body.subarray(-4).toString("hex")).toBe("99010186");
  });

  it("gives a reference past the 238th entry two bytes", () => {
    const runs = Array.from({ length: 300 }, (_, part) => ({ text: "x", attributes: { [PART]: part } }));
    expect(() => encodeAttributedBody(runs)).not.toThrow();
    expect(encodeAttributedBody(runs).includes(Buffer.from([0x81, 0x80, 0x00]))).toBe(true);
  });
});

describe("the pieces of a message", () => {
  it("numbers each attachment as a part and adjacent text as one", () => {
    const body = messageBody([
      { attachment: "at_0_A", name: "a.png" },
      { text: "see " },
      { text: "Maya", mention: "+15550111" },
      { attachment: "at_2_A", name: "b.png" },
    ]);
    expect(body.text).toBe("\uFFFCsee Maya\uFFFC");
    expect(body.parts).toBe(3);
  });

  it("finds web addresses", () => {
    expect(piecesOf("look: https://example.com/a?b=1, ok")).toEqual([
      { text: "look: " },
      { text: "https://example.com/a?b=1", link: "https://example.com/a?b=1" },
      { text: ", ok" },
    ]);
  });
});
