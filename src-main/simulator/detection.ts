import { ArchivedObject, keyedArchiveOf } from "./keyed-archive.ts";

/** What Apple's detectors found in a stretch of text. */
export interface Detection {
  /** Apple's own word: Money, Date, PhoneNumber, FullAddress, Email, HttpURL, FlightInformation … */
  kind: string;
  /** What they made of it, where that is more than the text. */
  value?: string;
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  Money: "__kIMMoneyAttributeName",
  FullAddress: "__kIMAddressAttributeName",
  PhoneNumber: "__kIMPhoneNumberAttributeName",
  Date: "__kIMCalendarEventAttributeName",
};

/** The attribute under which Messages keeps what was found. */
export function detectionAttribute({ kind }: Detection): string {
  return ATTRIBUTES[kind] ?? "__kIMDataDetectedAttributeName";
}

/** A DDScannerResult as a keyed archive, its place counted from the beginning of the stretch. */
export function encodeDetection(text: string, { kind, value }: Detection): Buffer {
  const range = new ArchivedObject(["NSValue", "NSObject"], {
    "NS.special": 4,
    "NS.rangeval.location": 0,
    "NS.rangeval.length": text.length,
  });
  const result = new ArchivedObject(["DDScannerResult", "NSObject"], {
    AR: range,
    MS: text,
    P: 1,
    SR: [],
    T: kind,
    VN: 1,
    ...(value === undefined ? {} : { V: value }),
  });
  return keyedArchiveOf({ "dd-result": result, version: 1 });
}
