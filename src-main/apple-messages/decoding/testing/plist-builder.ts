/** An object of a property list that is not what any writer would make of it: its bytes, as they are. */
export interface HandMade {
  objects: readonly Uint8Array[];
  /** The number of the root object. */
  top?: number;
  /** How many objects the trailer claims, where that is not how many there are. */
  claimed?: number;
}

/** Lays out objects as a binary property list with references of 1 byte and offsets of 4. */
export function handMadePlist({ objects, top = 0, claimed = objects.length }: HandMade): Buffer {
  const offsets = Buffer.alloc(objects.length * 4);
  let at = 8;
  for (const [index, object] of objects.entries()) {
    offsets.writeUInt32BE(at, index * 4);
    at += object.length;
  }
  const trailer = Buffer.alloc(32);
  trailer.writeUInt8(4, 6);
  trailer.writeUInt8(1, 7);
  trailer.writeBigUInt64BE(BigInt(claimed), 8);
  trailer.writeBigUInt64BE(BigInt(top), 16);
  trailer.writeBigUInt64BE(BigInt(at), 24);
  return Buffer.concat([Buffer.from("bplist00"), ...objects, offsets, trailer]);
}

/** The bytes of an object: numbers are bytes, strings ASCII. */
export function object(...pieces: (number | string)[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "latin1") : Buffer.from([piece]))),
  );
}
