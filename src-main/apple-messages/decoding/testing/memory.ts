import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** V8's collector, without a flag on the command line. */
function collected(): number {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    const found: unknown = runInNewContext("gc");
    collect = () => (typeof found === "function" ? found() : undefined);
  }
  collect();
  return used();
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What a decoder takes: bytes of memory, garbage that was not collected yet included, and milliseconds. */
export interface Taken {
  bytes: number;
  ms: number;
  result: unknown;
}

/** Runs a decoder once, in a heap without garbage. */
export function taken(decode: () => unknown): Taken {
  const before = collected();
  const started = performance.now();
  const result = decode();
  const ms = performance.now() - started;
  return { bytes: Math.max(0, used() - before), ms, result };
}
