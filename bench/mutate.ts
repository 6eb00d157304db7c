import { BOMBS } from "../src-main/apple-messages/decoding/testing/bombs.ts";
import { DECODERS, type Decoder } from "../src-main/apple-messages/decoding/testing/decoders.ts";
import { taken } from "../src-main/apple-messages/decoding/testing/memory.ts";
import { mutated } from "../src-main/apple-messages/decoding/testing/mutation.ts";
import { realSamples, sampleBytes } from "../src-main/apple-messages/decoding/testing/samples.ts";
import { messageBody } from "../src-main/simulator/message-body.ts";
import { seededChance } from "../src-main/simulator/seeded-chance.ts";

const MUTATIONS = 1_000_000;
const BOMB_BYTES = 1_000_000;

/**
 * Damages every real blob over and over and decodes what is left. Prints how many exceptions there were
 * (there must be none), the most steps for a byte, the slowest decoding and the largest heap. Then gives each
 * decoder what would blow up a careless one, and prints the most memory that it took for a byte.
 */
export function benchMutate(): void {
  const body = messageBody([{ text: "Hello 👋 " }, { attachment: "at_0_A", name: "a.png" }]).encoded;
  const blobs = [
    { file: "a simulated body", bytes: body, decoders: DECODERS.typedstream },
    ...realSamples().map((one) => ({
      file: one.file,
      bytes: sampleBytes(one),
      decoders: DECODERS[one.kind],
    })),
  ];
  const seed = Date.now() % 2 ** 32;
  const chance = seededChance(seed);
  const worst = { stepsPerByte: 0, ms: 0, stepsFile: "", slowFile: "", slowBytes: 0, heap: 0 };
  const exceptions = new Map<string, number>();
  let read = 0;
  const started = performance.now();
  for (let round = 0; round < MUTATIONS; round += 1) {
    const blob = blobs[round % blobs.length];
    if (!blob) continue;
    const bytes = mutated(blob.bytes, chance);
    for (const decode of blob.decoders) {
      const count = { steps: 0 };
      const before = performance.now();
      try {
        if (decode(bytes, count) !== null) read += 1;
      } catch (error) {
        const what = `${decode.name}: ${String(error)}`;
        exceptions.set(what, (exceptions.get(what) ?? 0) + 1);
      }
      let ms = performance.now() - before;
      // Whatever else the machine did meanwhile does not happen thrice.
      for (let again = 0; again < 2 && ms > worst.ms; again += 1) ms = Math.min(ms, timeOf(decode, bytes));
      const stepsPerByte = bytes.length === 0 ? 0 : count.steps / bytes.length;
      if (stepsPerByte > worst.stepsPerByte) Object.assign(worst, { stepsPerByte, stepsFile: blob.file });
      if (ms > worst.ms) Object.assign(worst, { ms, slowFile: blob.file, slowBytes: bytes.length });
    }
    if (round % 1_000 === 0) worst.heap = Math.max(worst.heap, process.memoryUsage().heapUsed);
  }
  const seconds = (performance.now() - started) / 1_000;
  const total = [...exceptions.values()].reduce((sum, times) => sum + times, 0);
  const lines = [
    `mutations         ${MUTATIONS} of ${blobs.length} blobs in ${seconds.toFixed(1)} s, ${read} still readable (seed ${seed})`,
    `exceptions        ${total}`,
    ...[...exceptions].map(([what, times]) => `                  ${times} × ${what}`),
    `worst steps/byte  ${worst.stepsPerByte.toFixed(2)} (${worst.stepsFile})`,
    `slowest           ${worst.ms.toFixed(2)} ms (${worst.slowFile}, ${worst.slowBytes} bytes)`,
    `peak heap         ${(worst.heap / 1e6).toFixed(0)} MB`,
  ];
  process.stdout.write(`  ${[...lines, ...bombLines()].join("\n  ")}\n`);
  if (total > 0) process.exitCode = 1;
}

/** For each decoder the most memory that a bomb of a megabyte made it take, for a byte, and the longest time. */
function bombLines(): string[] {
  const worst = new Map<string, { perByte: number; ms: number; bomb: string }>();
  for (const { name, decoders, make } of BOMBS) {
    const bytes = make(BOMB_BYTES);
    for (const decode of decoders) {
      const took = taken(() => decode(bytes));
      const before = worst.get(decode.name) ?? { perByte: 0, ms: 0, bomb: "" };
      const perByte = took.bytes / bytes.length;
      const bomb = perByte > before.perByte ? name : before.bomb;
      const ms = Math.max(before.ms, took.ms);
      worst.set(decode.name, { perByte: Math.max(before.perByte, perByte), ms, bomb });
    }
  }
  return [...worst].map(([decoder, { perByte, ms, bomb }]) => {
    return `${decoder.padEnd(22)}  at most ${perByte.toFixed(0)} bytes a byte (${bomb}), ${ms.toFixed(0)} ms`;
  });
}

function timeOf(decode: Decoder, bytes: Uint8Array): number {
  const before = performance.now();
  decode(bytes);
  return performance.now() - before;
}
