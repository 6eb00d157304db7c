import { bounded, Weight, type Work, type WorkCount } from "../decoding/work.ts";
import { type KeyedValue, parseKeyedArchive } from "./keyed-archive.ts";

/** Something that Apple's data detectors found in a text, with its parts. */
export interface DetectedData {
  /** What it is, in Apple's words: HttpURL, PhoneNumber, Money, … */
  kind: string;
  /** What it means where that is not what was written: a unit's name, a currency's code. */
  value?: string;
  /** The stretch of text that it was found in. */
  matched: string;
  children: DetectedData[];
}

/**
 * Reads the value of a `__kIMDataDetectedAttributeName` (or Money, Address, PhoneNumber, CalendarEvent): a
 * keyed archive whose `dd-result` is a DDScannerResult: type T, value V, matched string MS, sub-results SR.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function readDataDetectorResult(bytes: Uint8Array, count?: WorkCount): DetectedData | null {
  return bounded(
    bytes.length,
    (work) => {
      const result = parseKeyedArchive(bytes, work).get("dd-result");
      return result === undefined ? null : detected(result, work);
    },
    count,
  );
}

/** The archive's reader limits depth and size, but what is shared there takes memory here each time. */
function detected(result: KeyedValue, work: Work): DetectedData | null {
  if (!(result instanceof Map)) return null;
  const kind = result.get("T");
  const matched = result.get("MS");
  const value = result.get("V");
  const parts = result.get("SR") ?? [];
  if (typeof kind !== "string" || typeof matched !== "string" || !Array.isArray(parts)) return null;
  work.spend(Weight.object + 4 * Weight.list + parts.length);
  const children = parts.map((part) => detected(part, work)).filter((child) => child !== null);
  return { kind, ...(typeof value === "string" ? { value } : {}), matched, children };
}
