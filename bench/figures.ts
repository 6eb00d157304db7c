/** Prints one figure's median and tail, in the unit given. The samples must not be empty. */
export function printFigure(name: string, samples: readonly number[], unit: string): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  const show = (value: number) => value.toFixed(value < 10 ? 2 : 1).padStart(8);
  process.stdout.write(
    `  ${name.padEnd(34)} p50 ${show(at(0.5))}  p99 ${show(at(0.99))}  max ${show(sorted.at(-1) ?? 0)} ${unit}` +
      `  (${samples.length} samples)\n`,
  );
}
