import { blobWeight, bounded, Damaged, type WorkCount } from "../decoding/work.ts";
import { bytesField, fieldsOf, numberField, uuidField } from "./fields.ts";

/** A handwritten message, as far as it can be told without drawing it. */
export interface Handwriting {
  /** Milliseconds since 2001-01-01 UTC. */
  createdMsSince2001: number;
  id: string;
  strokesCount: number;
  /** How the strokes are packed; null when it is another way. */
  compression: "none" | "xz" | null;
  /** How many bytes the strokes claim to have unpacked: never to be believed. Null where they are not packed. */
  decompressedLength: number | null;
  /** The strokes as they stand there, packed. */
  strokes: Uint8Array;
}

const XZ = Buffer.from("\xfd7zXZ\x00", "latin1");

/**
 * Reads the payload of `com.apple.Handwriting.HandwritingProvider`, a protobuf message: 2 the time, 3 the
 * UUID, 4 the writing (4 count of strokes, 5 packing, 6 length unpacked, 8 the strokes).
 * Source: three payloads of real messages, and the field numbers that several public parsers agree on.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function readHandwriting(bytes: Uint8Array, count?: WorkCount): Handwriting | null {
  return bounded(
    bytes.length,
    (work) => {
      const message = fieldsOf(bytes, work);
      const createdMsSince2001 = numberField(message, 2);
      const writing = fieldsOf(bytesField(message, 4) ?? new Uint8Array(), work);
      const strokesCount = numberField(writing, 4);
      const strokes = bytesField(writing, 8);
      if (createdMsSince2001 === null || strokesCount === null || strokes === null) {
        throw new Damaged("no handwriting");
      }
      const compression = compressionOf(numberField(writing, 5), strokes);
      const decompressedLength = numberField(writing, 6);
      work.spend(blobWeight(strokes.length));
      return {
        createdMsSince2001,
        id: uuidField(message, 3),
        strokesCount,
        compression,
        decompressedLength,
        // A copy, which does not keep the whole row alive.
        strokes: new Uint8Array(strokes),
      };
    },
    count,
  );
}

function compressionOf(method: number | null, strokes: Uint8Array): Handwriting["compression"] {
  if (method === 1) return "none";
  return method === 4 && XZ.compare(strokes, 0, XZ.length) === 0 ? "xz" : null;
}
