import { describe, expect, it } from "vitest";
import { readKeyedArchive } from "../plist/keyed-archive.ts";
import { readHandwriting } from "../protobuf/handwriting.ts";
import { decodeAttributedBody } from "../typedstream/attributed-body.ts";
import { BOMBS } from "./testing/bombs.ts";
import { jsonLength } from "./testing/decoders.ts";
import { taken } from "./testing/memory.ts";
import { CHARACTERS_BESIDES, CHARACTERS_PER_BYTE, LARGEST_INPUT } from "./work.ts";

const SIZE = 512 * 1024;
const BYTES_PER_BYTE = 64;
/** What the runner itself makes meanwhile, and garbage that waits for its collection. */
const BYTES_BESIDES = 40 * 1024 * 1024;
/** Hundreds of times what it takes, as other tests run at the same time. */
const LONGEST_MS = 5_000;

describe("inputs that ask for more than they are worth", () => {
  it.each(BOMBS)("$name take memory, time and characters by their size", ({ decoders, make }) => {
    const bytes = make(SIZE);
    for (const decode of decoders) {
      // What a decoder makes once, its compiled code above all, is not what this is about.
      decode(make(SIZE / 100), { steps: 0 });
      const { bytes: memory, ms, result } = taken(() => decode(bytes, { steps: 0 }));
      expect(memory, decode.name).toBeLessThan(bytes.length * BYTES_PER_BYTE + BYTES_BESIDES);
      expect(ms, decode.name).toBeLessThan(LONGEST_MS);
      expect(jsonLength(result), decode.name).toBeLessThanOrEqual(
        bytes.length * CHARACTERS_PER_BYTE + CHARACTERS_BESIDES,
      );
    }
  });

  it.each([decodeAttributedBody, readKeyedArchive, readHandwriting])(
    "are null at once beyond 2 MB: %o",
    (decode) => {
      const count = { steps: 0 };
      expect(decode(Buffer.alloc(LARGEST_INPUT + 1), count)).toBeNull();
      expect(count.steps).toBe(0);
    },
  );
});
