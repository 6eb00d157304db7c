import { describe, expect, it } from "vitest";
import { readBinaryPlist } from "../plist/binary-plist.ts";
import { readDataDetectorResult } from "../plist/data-detector.ts";
import { readArchiveRoot } from "../plist/keyed-archive.ts";
import { readDigitalTouch } from "../protobuf/digital-touch.ts";
import { readHandwriting } from "../protobuf/handwriting.ts";
import { readSummaryInfo } from "../summary/summary-info.ts";
import { decodeAttributedBody } from "../typedstream/attributed-body.ts";
import { readTypedstream } from "../typedstream/typedstream.ts";
import { ArchivedUrl } from "./archived-url.ts";
import { isRecord, notation, runsNotation } from "./testing/manifest-notation.ts";
import { realSamples, type Sample, sampleBytes } from "./testing/samples.ts";

const EPOCH_MS = 978_307_200_000;

const samples = realSamples();
const ofKind = (kind: Sample["kind"]): Sample[] => samples.filter((sample) => sample.kind === kind);
const damaged = ofKind("typedstream").filter((sample) => sample.expect.error === true);
const typedstreams = ofKind("typedstream").filter((sample) => sample.expect.error !== true);

/** What the manifest says of an attributed string, from the bytes of its typedstream. */
function bodyNotation(bytes: Uint8Array, expected: Sample["expect"]): unknown {
  const archive = readTypedstream(bytes);
  const { text, runs }: Record<string, unknown> = isRecord(archive?.root) ? archive.root : {};
  return {
    root_class: archive?.rootClass,
    text,
    utf16_length: typeof text === "string" ? text.length : null,
    runs: runsNotation(runs, expected.runs),
  };
}

/** A test for each sample, by its file's name in full. */
function each(some: Sample[], test: (sample: Sample) => void): void {
  for (const sample of some) it(sample.file, () => test(sample));
}

function only(expected: Sample["expect"], ...keys: string[]): unknown {
  return Object.fromEntries(Object.entries(expected).filter(([key]) => keys.includes(key)));
}

describe.skipIf(samples.length === 0)("every sample decodes as the manifest says", () => {
  it("has 104 samples, one of them damaged", () => {
    expect(samples.length).toBe(104);
    expect(damaged.length).toBe(1);
  });

  each(damaged, (sample) => {
    expect(readTypedstream(sampleBytes(sample))).toBeNull();
    expect(decodeAttributedBody(sampleBytes(sample))).toBeNull();
  });

  each(
    typedstreams.filter(({ expect: { runs } }) => runs !== undefined),
    (sample) => {
      const bytes = sampleBytes(sample);
      expect(bodyNotation(bytes, sample.expect)).toEqual(
        only(sample.expect, "root_class", "text", "utf16_length", "runs"),
      );
      // The gateway's own decoder sees the same text and the same attributes, with a URL as its text.
      const body = decodeAttributedBody(bytes);
      const generic = readTypedstream(bytes)?.root;
      expect(body?.text).toBe(sample.expect.text);
      expect(body?.runs).toEqual(isRecord(generic) ? withPlainUrls(generic.runs) : null);
    },
  );

  each(
    typedstreams.filter(({ expect: { runs } }) => runs === undefined),
    (sample) => {
      const { root_class: rootClass, value, root_length: length } = sample.expect;
      const archive = readTypedstream(sampleBytes(sample));
      expect(archive?.rootClass).toBe(rootClass);
      if ("value" in sample.expect) expect(notation(archive?.root, value)).toEqual(value);
      else expect(archive?.root).toHaveLength(Number(length));
    },
  );

  each(ofKind("payload_data"), (sample) => {
    const root = readArchiveRoot(sampleBytes(sample));
    const expected = sample.expect.keyed_archive;
    expect(notation(root, expected)).toEqual(expected);
    if (sample.expect.poll) {
      const url = root instanceof Map ? root.get("URL") : null;
      const data = url instanceof ArchivedUrl ? /^data:,([^?]*)/.exec(url.absolute)?.[1] : undefined;
      expect(JSON.parse(Buffer.from(data ?? "", "base64url").toString())).toEqual(sample.expect.poll);
    }
  });

  each(ofKind("chat.properties"), (sample) => {
    const expected = sample.expect.plist;
    expect(notation(readBinaryPlist(sampleBytes(sample)), expected)).toEqual(expected);
  });

  each(ofKind("dd_result"), (sample) => {
    expect(readDataDetectorResult(sampleBytes(sample))).toEqual(sample.expect.dd);
  });

  each(ofKind("handwriting_payload"), (sample) => {
    const { createdMsSince2001, id, strokesCount, compression, decompressedLength } =
      readHandwriting(sampleBytes(sample)) ?? {};
    expect({
      created_ms_since_2001: createdMsSince2001,
      id,
      strokes_count: strokesCount,
      compression,
      decompressed_length: decompressedLength,
    }).toEqual(
      only(
        sample.expect,
        "created_ms_since_2001",
        "id",
        "strokes_count",
        "compression",
        "decompressed_length",
      ),
    );
  });

  each(ofKind("digital_touch_payload"), (sample) => {
    const touch = readDigitalTouch(sampleBytes(sample));
    expect({ touch_kind: touch?.kind, id: touch?.id }).toEqual(sample.expect);
  });

  each(ofKind("message_summary_info"), (sample) => {
    const bytes = sampleBytes(sample);
    const raw = readBinaryPlist(bytes);
    const expected = isRecord(sample.expect.summary_info) ? sample.expect.summary_info : sample.expect;
    expect(raw instanceof Map ? [...raw.keys()].toSorted() : null).toEqual(expected.keys);
    const info = readSummaryInfo(bytes);
    if (!("otr" in expected)) {
      expect(info?.translations).toEqual([
        {
          part: 0,
          text: expect.stringMatching(/./),
          language: "fr_FR",
          sourceLanguage: "en_US",
        },
      ]);
      return;
    }
    expect(info?.unsentParts).toEqual(expected.rp ?? []);
    expect(info?.editedParts).toEqual(expected.ep ?? []);
    if (sample.expect.unsent_parts) expect(info?.unsentParts).toEqual(sample.expect.unsent_parts);
    const layout = info?.layout.map(({ part, start, length }) => [part, { lo: start, le: length }]);
    expect(Object.fromEntries(layout ?? [])).toEqual(expected.otr);
    const edits = info?.edits.map(({ part, versions }) => [part, versions]);
    const history = isRecord(expected.ec) ? expected.ec : {};
    expect(Object.fromEntries(edits ?? [])).toEqual(
      Object.fromEntries(
        Object.entries(history).map(([part, versions]) => [part, asVersions(versions, bodiesOf(raw, part))]),
      ),
    );
  });
});

/** The versions as readSummaryInfo should give them, once their bodies proved to be what the manifest says. */
function asVersions(expected: unknown, bodies: Uint8Array[]): unknown[] {
  if (!Array.isArray(expected)) return [];
  return expected.map(({ d, bcg, body }, at) => {
    const bytes = bodies[at] ?? new Uint8Array();
    expect(bodyNotation(bytes, body)).toEqual(body);
    return { at: Math.round(d * 1_000) + EPOCH_MS, guid: bcg, body: decodeAttributedBody(bytes) };
  });
}

function bodiesOf(plist: unknown, part: string): Uint8Array[] {
  const history = plist instanceof Map ? plist.get("ec") : null;
  const versions: unknown = history instanceof Map ? history.get(part) : null;
  return (Array.isArray(versions) ? versions : []).map((version) => version.get("t"));
}

function withPlainUrls(value: unknown): unknown {
  if (value instanceof ArchivedUrl) return value.absolute;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withPlainUrls);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, withPlainUrls(item)]));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainUrls(item)]));
}
