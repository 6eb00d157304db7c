import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlistReal, writeBinaryPlist } from "../../simulator/binary-plist.ts";
import { messageBody } from "../../simulator/message-body.ts";
import { encodeSummary, version } from "../../simulator/summary-info.ts";
import { handMadePlist, object } from "../decoding/testing/plist-builder.ts";
import { decodeAttributedBody } from "../typedstream/attributed-body.ts";
import { readSummaryInfo } from "./summary-info.ts";

const NOTHING = {
  layout: [],
  edits: [],
  editedParts: [],
  unsentParts: [],
  tapbackText: null,
  sentBy: null,
  translations: [],
};

describe("message_summary_info", () => {
  it("tells layout, every version of an edited part, and the unsent parts", () => {
    const first = messageBody([{ text: "Helo" }]).encoded;
    const second = messageBody([{ text: "Hello" }]).encoded;
    const bytes = encodeSummary({
      otr: { 1: { lo: 4, le: 1 }, 0: { lo: 0, le: 4 } },
      ec: { 0: [version(first, 1_700_000_000_000), version(second, 1_700_000_060_123)] },
      rp: [1],
    });
    expect(readSummaryInfo(bytes)).toEqual({
      ...NOTHING,
      layout: [
        { part: 0, start: 0, length: 4 },
        { part: 1, start: 4, length: 1 },
      ],
      edits: [
        {
          part: 0,
          versions: [
            { at: 1_700_000_000_000, guid: null, body: decodeAttributedBody(first) },
            { at: 1_700_000_060_123, guid: null, body: decodeAttributedBody(second) },
          ],
        },
      ],
      editedParts: [0],
      unsentParts: [1],
    });
  });

  it("gives back any history that the simulator wrote", () => {
    const edit = fc.record({ text: fc.string({ minLength: 1 }), at: fc.integer({ min: 1e12, max: 2e12 }) });
    const history = fc.array(fc.array(edit, { minLength: 1, maxLength: 6 }), { maxLength: 5 });
    fc.assert(
      fc.property(history, fc.array(fc.nat(20), { maxLength: 5 }), (parts, rp) => {
        const encoded = parts.map((versions) =>
          versions.map(({ text, at }) => version(messageBody([{ text }]).encoded, at)),
        );
        const read = readSummaryInfo(
          encodeSummary({ otr: {}, ec: Object.fromEntries(encoded.entries()), rp }),
        );
        expect(read?.unsentParts).toEqual(rp);
        expect(
          read?.edits.map(({ versions }) => versions.map(({ at, body }) => ({ text: body?.text, at }))),
        ).toEqual(parts);
      }),
      { numRuns: 200 },
    );
  });

  it("tells a tapback's text and who sent it, and is otherwise empty", () => {
    const bytes = writeBinaryPlist({ ams: "Dinner?", amsa: "com.apple.siri", ust: true });
    expect(readSummaryInfo(bytes)).toEqual({ ...NOTHING, tapbackText: "Dinner?", sentBy: "com.apple.siri" });
  });

  it("keeps the other versions when one body is damaged", () => {
    const good = messageBody([{ text: "Hello" }]).encoded;
    const bytes = encodeSummary({
      otr: {},
      ec: { 0: [version(Buffer.from("broken"), 0), version(good, 1)] },
      rp: [],
    });
    expect(readSummaryInfo(bytes)?.edits[0]?.versions.map(({ body }) => body?.text ?? null)).toEqual([
      null,
      "Hello",
    ]);
  });

  it("reads as many parts and versions as it allows, and leaves out numbers that no part has", () => {
    const rp = [1, 100_000, 100_001, new PlistReal(1e300), new PlistReal(0.5)];
    const bytes = writeBinaryPlist({ rp, otr: { ...layoutOf(999), 100001: { lo: 0, le: 1 } } });
    expect(readSummaryInfo(bytes)?.unsentParts).toEqual([1, 100_000]);
    expect(readSummaryInfo(bytes)?.layout.length).toBe(999);
    const edited = encodeSummary({ otr: {}, ec: { 0: manyVersions(100) }, rp: [] });
    expect(readSummaryInfo(edited)?.edits[0]?.versions.map(({ at }) => at)).toEqual(
      Array.from({ length: 100 }, (_, at) => at),
    );
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a list", writeBinaryPlist([1, 2])],
    ["a history that is no list", writeBinaryPlist({ ec: { 0: "words" } })],
    ["a version without a date", writeBinaryPlist({ ec: { 0: [{ t: new Uint8Array(3) }] } })],
    ["a layout of half letters", writeBinaryPlist({ otr: { 0: { lo: new PlistReal(0.5), le: 1 } } })],
    [
      "a layout of numbers beyond all texts",
      writeBinaryPlist({ otr: { 0: { lo: new PlistReal(1e300), le: 1 } } }),
    ],
    ["one body that stands in a hundred versions", sharedBody(100)],
    ["more versions than Messages allows", encodeSummary({ otr: {}, ec: { 0: manyVersions(101) }, rp: [] })],
    ["more parts than any message has", encodeSummary({ otr: layoutOf(1_001), ec: {}, rp: [] })],
    ["more unsent parts than any message has", writeBinaryPlist({ rp: new Array<number>(1_001).fill(1) })],
    ["a date beyond all dates", writeBinaryPlist({ ec: { 0: [{ d: new PlistReal(1e300) }] } })],
  ])("is null for %s", (_what, bytes) => {
    expect(readSummaryInfo(bytes)).toBeNull();
  });
});

const manyVersions = (count: number) =>
  Array.from({ length: count }, (_, at) => version(messageBody([{ text: "x" }]).encoded, at));

const layoutOf = (parts: number) =>
  Object.fromEntries(Array.from({ length: parts }, (_, part) => [part, { lo: part, le: 1 }]));

/** A history of so many versions that all refer to the same large body. */
function sharedBody(versions: number): Buffer {
  const body = messageBody([{ text: "\x01".repeat(5_000) }]).encoded;
  const size = (count: number): number[] => [0x11, count >> 8, count & 0xff];
  return handMadePlist({
    objects: [
      object(0xd1, 1, 2),
      object(0x52, "ec"),
      object(0xd1, 3, 4),
      object(0x51, "0"),
      object(0xaf, ...size(versions), "\x05".repeat(versions)),
      object(0xd2, 6, 7, 8, 9),
      object(0x51, "t"),
      object(0x51, "d"),
      Buffer.concat([object(0x4f, ...size(body.length)), body]),
      object(0x23, "\0".repeat(8)),
    ],
  });
}
