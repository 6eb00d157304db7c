import { readDataDetectorResult } from "../../plist/data-detector.ts";
import { ArchivedObject } from "../../typedstream/typedstream.ts";
import { ArchivedUrl } from "../archived-url.ts";

const PART = "__kIMMessagePartAttributeName";
const EPOCH_MS = 978_307_200_000;

/**
 * A decoded value in the manifest's notation. `expected` says how much of it: the manifest gives some blobs
 * by their length alone, others in full, others by what the data detectors wrote in them.
 */
export function notation(value: unknown, expected: unknown): unknown {
  const wanted = isRecord(expected) ? expected : {};
  if (value instanceof Uint8Array) return blobNotation(value, wanted);
  if (value instanceof Date) return dateNotation(value, wanted);
  if (value instanceof ArchivedUrl) return urlNotation(value);
  if (value instanceof ArchivedObject) return { className: value.className };
  if (Array.isArray(value)) {
    const items = Array.isArray(expected) ? expected : [];
    return value.map((item, at) => notation(item, items[at]));
  }
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, notation(item, wanted[key])]));
  }
  if (typeof value === "string" && "NS.uuidbytes" in wanted) return uuidNotation(value);
  return isRecord(value) && "runs" in value ? attributedNotation(value, wanted) : value;
}

/** Runs, with the attribute that numbers the part apart from the others, as the manifest has them. */
export function runsNotation(runs: unknown, expected: unknown): unknown[] {
  const wanted = Array.isArray(expected) ? expected : [];
  return (Array.isArray(runs) ? runs : []).map((run, at) => {
    const attributes = new Map(isRecord(run) && run.attributes instanceof Map ? run.attributes : []);
    const part = attributes.get(PART) ?? null;
    attributes.delete(PART);
    const record: unknown = wanted[at];
    const attrs = notation(attributes, isRecord(record) ? record.attrs : undefined);
    return { start: run.start, length: run.length, part, attrs };
  });
}

function attributedNotation(value: Record<string, unknown>, expected: Record<string, unknown>): unknown {
  const runs = runsNotation(value.runs, expected.runs);
  const attributes = new Set(Array.isArray(value.runs) ? value.runs.map((run) => run.attributes) : []);
  const withoutPart = runs.map((run) => {
    const { part: _part, ...rest } = isRecord(run) ? run : {};
    return rest;
  });
  return { text: value.text, runs: withoutPart, dict_count: attributes.size };
}

function blobNotation(bytes: Uint8Array, wanted: Record<string, unknown>): unknown {
  return {
    $data_len: bytes.length,
    ...("$hex" in wanted && { $hex: Buffer.from(bytes).toString("hex") }),
    ...("$dd" in wanted && { $dd: readDataDetectorResult(bytes) }),
  };
}

function dateNotation(date: Date, wanted: Record<string, unknown>): unknown {
  if ("$date" in wanted) return { $date: (date.getTime() - EPOCH_MS) / 1_000 };
  return { $plist_date: date.toISOString().replace(/(\.000)?Z$/, "") };
}

function urlNotation(url: ArchivedUrl): unknown {
  return { $url: url.relative, ...(url.base && { $base: urlNotation(url.base) }) };
}

function uuidNotation(uuid: string): unknown {
  const hex = uuid.replaceAll("-", "").toLowerCase();
  return { "NS.uuidbytes": { $data_len: hex.length / 2, $hex: hex } };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
