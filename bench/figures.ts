/** The median, the 99th percentile and the largest of some samples. */
export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

/** How samples are spread; all 0 when there are none. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

/** Prints one figure's median and tail, in the unit given. The samples must not be empty. */
export function printFigure(name: string, samples: readonly number[], unit: string, note = ""): void {
  const { p50, p99, max } = spreadOf(samples);
  process.stdout.write(
    `  ${name.padEnd(34)} p50 ${padded(p50)}  p99 ${padded(p99)}  max ${padded(max)} ${unit}` +
      `  (${samples.length} samples)${note}\n`,
  );
}

/** Prints a figure that is one number. */
export function printNumber(name: string, value: number, unit: string, note = ""): void {
  process.stdout.write(`  ${name.padEnd(34)} ${padded(value)} ${unit}${note}\n`);
}

/** Says whether `value` keeps within `limit`. */
export function against(limit: number, value: number, what = ""): string {
  return `  [${value <= limit ? "within" : "OVER"} ${what}${what && " "}${limit}]`;
}

function padded(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1).padStart(8);
}
