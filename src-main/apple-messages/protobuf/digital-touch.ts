import { bounded, Damaged, type WorkCount } from "../decoding/work.ts";
import { fieldsOf, numberField, uuidField } from "./fields.ts";

/** What a Digital Touch message does, by its number. 2 and 5 have not been seen. */
const KINDS = new Map([
  [1, "Tap"],
  [3, "Heartbeat"],
  [4, "Sketch"],
  [6, "Media"],
  [7, "Kiss"],
  [8, "Fireball"],
] as const);

/** A Digital Touch message. */
export interface DigitalTouch {
  kind: "Tap" | "Heartbeat" | "Sketch" | "Media" | "Kiss" | "Fireball" | "Unknown";
  id: string;
}

/**
 * Reads the payload of `com.apple.DigitalTouchBalloonProvider`, a protobuf message: 1 the kind, 5 the UUID.
 * Source: three payloads of real messages; the kinds that these lack, from public parsers.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function readDigitalTouch(bytes: Uint8Array, count?: WorkCount): DigitalTouch | null {
  return bounded(
    bytes.length,
    (work) => {
      const message = fieldsOf(bytes, work);
      const kind = numberField(message, 1);
      if (kind === null) throw new Damaged("no Digital Touch");
      return { kind: kindNamed(kind), id: uuidField(message, 5) };
    },
    count,
  );
}

function kindNamed(number: number): DigitalTouch["kind"] {
  for (const [known, name] of KINDS) if (known === number) return name;
  return "Unknown";
}
