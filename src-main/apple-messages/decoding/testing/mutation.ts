import type { Randomness } from "../../../ports/randomness.ts";

/** Bytes that mean something to one of the formats: tags, references, markers, lengths at their limits. */
const TELLING = [
  0x00, 0x01, 0x0f, 0x10, 0x14, 0x1f, 0x2a, 0x2b, 0x40, 0x4f, 0x5f, 0x6f, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84,
  0x85, 0x86, 0x87, 0x92, 0x93, 0xa1, 0xaf, 0xd1, 0xdf, 0xfe, 0xff,
];

type Mutation = (bytes: Buffer, chance: Chance) => Buffer;

/** Where, and how much. */
interface Chance {
  below(limit: number): number;
}

const MUTATIONS: readonly Mutation[] = [
  function bitFlip(bytes, { below }) {
    const copy = Buffer.from(bytes);
    for (let flips = below(6); flips >= 0; flips -= 1) {
      const at = below(copy.length);
      copy.writeUInt8(copy.readUInt8(at) ^ (1 << below(8)), at);
    }
    return copy;
  },
  function truncation(bytes, { below }) {
    const start = below(4) === 0 ? below(bytes.length) : 0;
    return Buffer.from(bytes.subarray(start, start + below(bytes.length - start)));
  },
  function insertion(bytes, { below }) {
    const at = below(bytes.length);
    const inserted = Buffer.from(Array.from({ length: 1 + below(12) }, () => below(256)));
    return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
  },
  function duplicatedSpan(bytes, { below }) {
    const from = below(bytes.length);
    const span = bytes.subarray(from, from + 1 + below(Math.min(200, bytes.length)));
    const at = below(3) === 0 ? from : below(bytes.length);
    const spans = Array.from({ length: 1 + below(4) }, () => span);
    return Buffer.concat([bytes.subarray(0, at), ...spans, bytes.subarray(at)]);
  },
  function overwrittenSpan(bytes, { below }) {
    const copy = Buffer.from(bytes);
    const from = below(bytes.length);
    bytes.copy(copy, below(bytes.length), from, Math.min(bytes.length, from + 1 + below(40)));
    return copy;
  },
  function tamperedLength(bytes, { below }) {
    const copy = Buffer.from(bytes);
    for (let changes = below(4); changes >= 0; changes -= 1) {
      copy.writeUInt8(TELLING[below(TELLING.length)] ?? 0, below(copy.length));
    }
    return copy;
  },
  function tamperedEnd(bytes, { below }) {
    // The trailer of a property list, where all of its lengths stand.
    const copy = Buffer.from(bytes);
    const reach = Math.min(40, copy.length);
    for (let changes = below(3); changes >= 0; changes -= 1) {
      copy.writeUInt8(below(2) === 0 ? 0xff : below(256), copy.length - 1 - below(reach));
    }
    return copy;
  },
];

/** One way or several of damaging a blob, as chance has it. The blob itself stays as it is. */
export function mutated(bytes: Buffer, { fraction }: Randomness): Buffer {
  const chance: Chance = { below: (limit) => Math.floor(fraction() * limit) };
  let result = bytes;
  for (let rounds = chance.below(3); rounds >= 0 && result.length > 0; rounds -= 1) {
    const mutation = MUTATIONS[chance.below(MUTATIONS.length)];
    if (mutation) result = mutation(result, chance);
  }
  return result;
}
