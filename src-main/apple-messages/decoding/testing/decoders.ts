import { readBinaryPlist } from "../../plist/binary-plist.ts";
import { readDataDetectorResult } from "../../plist/data-detector.ts";
import { readKeyedArchive } from "../../plist/keyed-archive.ts";
import { readDigitalTouch } from "../../protobuf/digital-touch.ts";
import { readHandwriting } from "../../protobuf/handwriting.ts";
import { readSummaryInfo } from "../../summary/summary-info.ts";
import { decodeAttributedBody } from "../../typedstream/attributed-body.ts";
import { readTypedstream } from "../../typedstream/typedstream.ts";
import { ArchivedUrl } from "../archived-url.ts";
import { contentCost, type WorkCount } from "../work.ts";
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
 * What it costs to walk a decoded value without any memory of what was seen, as writing it out as JSON
 * would: one step for each value, and more for long texts and blobs.
 */
export function walkCost(value: unknown): number {
  if (typeof value === "string" || value instanceof Uint8Array) return contentCost(value.length);
  if (typeof value !== "object" || value === null || value instanceof Date) return 1;
  if (value instanceof ArchivedUrl) return 1 + walkCost(value.relative) + walkCost(value.base);
  const entries = value instanceof Map ? [...value].flat() : Object.values(value);
  let cost = 1;
  for (const entry of entries) cost += walkCost(entry);
  return cost;
}
