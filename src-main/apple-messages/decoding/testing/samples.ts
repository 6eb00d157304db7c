import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";

const FOLDER = resolve(import.meta.dirname, "../../../../../shared/fixtures/chat-db/samples");

const Sample = z.object({
  file: z.string(),
  kind: z.enum([
    "typedstream",
    "message_summary_info",
    "payload_data",
    "chat.properties",
    "dd_result",
    "handwriting_payload",
    "digital_touch_payload",
  ]),
  expect: z.record(z.string(), z.unknown()),
});

/** A blob out of a real database, and what it says by a decoder that is none of ours. */
export type Sample = z.infer<typeof Sample>;

/** Every sample; none, with a word about it, where the folder is not beside the project. */
export function realSamples(): Sample[] {
  const manifest = resolve(FOLDER, "manifest.json");
  if (!existsSync(manifest)) {
    console.warn(`SKIPPED: ${FOLDER} is not there, so no real blob is decoded.`);
    return [];
  }
  return z.array(Sample).parse(JSON.parse(readFileSync(manifest, "utf8")));
}

/** The bytes of a sample. */
export function sampleBytes({ file }: Pick<Sample, "file">): Buffer {
  return readFileSync(resolve(FOLDER, file));
}
