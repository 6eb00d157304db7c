import type { Clock } from "../ports/clock.ts";

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** Samples kept for a minute; a burst of thousands says nothing that these do not. */
const MOST_SAMPLES = 500;

/** How long it took from Messages' write to our event, over the last hour. */
export interface Latency {
  add(ms: number): void;
  /** One point for each minute that had any, oldest first. */
  points(): { at: number; medianMs: number; p99Ms: number }[];
  median(): number | null;
  /** What 99 in 100 stayed under, in the last hour; null when there was nothing. */
  p99(): number | null;
}

/** Measures in memory; a restart begins anew. */
export function createLatency(clock: Clock): Latency {
  const minutes = new Map<number, number[]>();
  const dropOld = (): void => {
    const now = Math.floor(clock.now() / MINUTE_MS);
    // Those to come are of a clock that was set back, and would stay for as long.
    for (const minute of minutes.keys()) if (minute <= now - MINUTES || minute > now) minutes.delete(minute);
  };
  const recent = (): [number, number[]][] => {
    dropOld();
    return [...minutes];
  };
  const overall = (q: number): number | null => {
    const all = recent().flatMap(([, samples]) => samples);
    return all.length === 0 ? null : quantile(all, q);
  };
  return {
    add(ms) {
      const minute = Math.floor(clock.now() / MINUTE_MS);
      let samples = minutes.get(minute);
      if (samples === undefined) {
        // Also when nobody ever asks.
        dropOld();
        samples = [];
        minutes.set(minute, samples);
      }
      if (samples.length < MOST_SAMPLES) samples.push(ms);
    },
    points: () =>
      recent().map(([minute, samples]) => ({
        at: minute * MINUTE_MS,
        medianMs: quantile(samples, 0.5),
        p99Ms: quantile(samples, 0.99),
      })),
    median: () => overall(0.5),
    p99: () => overall(0.99),
  };
}

/** The value below which the share `q` of the samples lies; the samples must not be empty. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
