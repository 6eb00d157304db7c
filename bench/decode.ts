import { realSamples, sampleBytes } from "../src-main/apple-messages/decoding/testing/samples.ts";
import { readKeyedArchive } from "../src-main/apple-messages/plist/keyed-archive.ts";
import { readSummaryInfo } from "../src-main/apple-messages/summary/summary-info.ts";
import { decodeAttributedBody } from "../src-main/apple-messages/typedstream/attributed-body.ts";
import { messageBody, piecesOf } from "../src-main/simulator/message-body.ts";
import { printFigure } from "./figures.ts";

const ROUNDS = 200;
const BODIES = 500;

/** Decodes typical bodies over and over, and real blobs where they are; a sample is one round's time for each, in µs. */
export function benchDecode(): void {
  const texts = Array.from(
    { length: BODIES },
    (_, at) => `Message ${at}: see you at ${at % 24}:15, bring the folder`,
  );
  const bodies = texts.map((text) => messageBody(piecesOf(text)).encoded);
  const json = texts.map((text) => JSON.stringify({ text, runs: [{ start: 0, length: text.length }] }));
  const real = realSamples();
  const blobs = (kind: string, folder: string) =>
    real.filter((one) => one.kind === kind && one.file.startsWith(folder)).map(sampleBytes);
  bench("decodeAttributedBody", bodies, decodeAttributedBody);
  bench("decodeAttributedBody, real ones", blobs("typedstream", "typedstream/"), decodeAttributedBody);
  bench("readSummaryInfo, real ones", blobs("message_summary_info", ""), readSummaryInfo);
  bench("readKeyedArchive, real ones", blobs("payload_data", ""), readKeyedArchive);
  bench("JSON.parse (reference)", json, JSON.parse);
}

function bench<T>(name: string, inputs: readonly T[], decode: (input: T) => unknown): void {
  if (inputs.length === 0) return;
  const round = () => {
    for (const input of inputs) decode(input);
  };
  for (let at = 0; at < 20; at += 1) round();
  const samples = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    round();
    return ((performance.now() - started) * 1_000) / inputs.length;
  });
  printFigure(name, samples, "µs each");
}
