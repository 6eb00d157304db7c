import { readBinaryPlist } from "../../plist/binary-plist.ts";
import { readDataDetectorResult } from "../../plist/data-detector.ts";
import { readKeyedArchive } from "../../plist/keyed-archive.ts";
import { readDigitalTouch } from "../../protobuf/digital-touch.ts";
import { readHandwriting } from "../../protobuf/handwriting.ts";
import { readSummaryInfo } from "../../summary/summary-info.ts";
import { decodeAttributedBody } from "../../typedstream/attributed-body.ts";
import { readTypedstream } from "../../typedstream/typedstream.ts";
import type { WorkCount } from "../work.ts";
import type { Sample } from "./samples.ts";

/** A decoder of this folder's neighbours: null for damage. With a count its steps are added, and bugs thrown. */
export type Decoder = (bytes: Uint8Array, count?: WorkCount) => unknown;

/** Every decoder that a kind of sample is for. */
export const DECODERS: Readonly<Record<Sample["kind"], readonly Decoder[]>> = {
  typedstream: [decodeAttributedBody, readTypedstream],
  message_summary_info: [readSummaryInfo, readBinaryPlist],
  payload_data: [readKeyedArchive, readBinaryPlist],
  "chat.properties": [readBinaryPlist, readKeyedArchive],
  dd_result: [readDataDetectorResult],
  handwriting_payload: [readHandwriting],
  digital_touch_payload: [readDigitalTouch],
};

/**
 * How long a decoded value is as JSON, written out without any memory of what was seen: a Map as an object,
 * anything else as JSON.stringify has it.
 */
export function jsonLength(value: unknown): number {
  if (typeof value === "bigint") return String(value).length;
  if (value instanceof Map) {
    let length = 2;
    for (const [key, one] of value) length += JSON.stringify(key).length + 2 + jsonLength(one);
    return length;
  }
  if (typeof value !== "object" || value === null || value instanceof Date) {
    return JSON.stringify(value)?.length ?? 0;
  }
  if (value instanceof Uint8Array) return JSON.stringify(value).length;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + jsonLength(one) + 1, 2);
  return jsonLength(new Map(Object.entries(value)));
}
