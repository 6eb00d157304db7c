import { describe, expect, it } from "vitest";
import { messageBody } from "../../simulator/message-body.ts";
import { seededChance } from "../../simulator/seeded-chance.ts";
import { encodeSummary, version } from "../../simulator/summary-info.ts";
import { DECODERS, jsonLength } from "./testing/decoders.ts";
import { mutated } from "./testing/mutation.ts";
import { realSamples, sampleBytes } from "./testing/samples.ts";
import { CHARACTERS_BESIDES, CHARACTERS_PER_BYTE, STEPS_PER_BYTE } from "./work.ts";

const MUTATIONS = 50_000;

const body = messageBody([{ text: "Hello 👋 " }, { attachment: "at_0_A", name: "a.png" }]).encoded;
const summary = encodeSummary({
  otr: { 0: { lo: 0, le: 9 } },
  ec: { 0: [version(body, 1_700_000_000_000), version(body, 1_700_000_060_000)] },
  rp: [1],
});

/** Real blobs where they are at hand, and in any case the simulator's. */
const blobs = [
  { file: "a simulated body", bytes: body, decoders: DECODERS.typedstream },
  { file: "a simulated summary", bytes: summary, decoders: DECODERS.message_summary_info },
  ...realSamples().map((sample) => ({
    file: sample.file,
    bytes: sampleBytes(sample),
    decoders: DECODERS[sample.kind],
  })),
];

describe("damaged blobs", () => {
  it.each(blobs)("$file is read within its budget when it is whole", ({ bytes, decoders }) => {
    for (const decode of decoders) {
      const count = { steps: 0 };
      const decoded = decode(bytes, count);
      // Half, so that no real message is refused for its size.
      expect(count.steps).toBeLessThanOrEqual((bytes.length * STEPS_PER_BYTE) / 2);
      expect(jsonLength(decoded)).toBeLessThanOrEqual(
        bytes.length * CHARACTERS_PER_BYTE + CHARACTERS_BESIDES / 2,
      );
    }
  });

  it(`never throw, nor take more than ${STEPS_PER_BYTE} steps a byte, in ${MUTATIONS} mutations`, () => {
    const chance = seededChance(1);
    let read = 0;
    for (let round = 0; round < MUTATIONS; round += 1) {
      const blob = blobs[round % blobs.length];
      if (!blob) continue;
      const bytes = mutated(blob.bytes, chance);
      for (const decode of blob.decoders) {
        const count = { steps: 0 };
        const decoded = decode(bytes, count);
        if (decoded !== null) read += 1;
        const characters = decoded === null ? 0 : jsonLength(decoded);
        // No expect() for each: that alone would take longer than all of the decoding.
        if (
          count.steps > bytes.length * STEPS_PER_BYTE ||
          characters > bytes.length * CHARACTERS_PER_BYTE + CHARACTERS_BESIDES
        ) {
          expect.fail(
            `${blob.file}, round ${round}: ${count.steps} steps and ${characters} characters for ${bytes.length} bytes`,
          );
        }
      }
    }
    // Some damage goes unseen (a letter for another), most must not.
    expect(read).toBeGreaterThan(MUTATIONS / 100);
    expect(read).toBeLessThan(MUTATIONS);
  });
});
