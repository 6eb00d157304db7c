import type { Clock } from "../../ports/clock.ts";

const HOUR_MS = 3_600_000;
/** Wall time that is off by so much was set; less is how clocks drift, and is allowed for on both sides. */
const DRIFT_MS = 1_000;

/** What was noted at or after a moment of wall time (ms since 1970): how much, and when the oldest of it. */
export type NotedSince = (since: number) => { count: number; oldestAt: number | null };

/** An hour that no clock that is set can shorten or draw out, over what is noted in wall time. */
export interface RollingHour {
  /** Looks at the clock; to be called whenever something is noted. */
  look(): void;
  /** How much was noted in the last hour, and in how many ms the oldest of it will have left the hour. */
  count(noted: NotedSince): { count: number; leavesInMs: number | null };
}

/** A stretch of time in which wall time went along with the time that never jumps. */
interface Stretch {
  /** Wall time less the other. */
  offset: number;
  /** When it began, in the time that never jumps. */
  from: number;
}

/** Part of the last hour: as wall time called it then, both ends included. */
interface Interval {
  low: number;
  high: number;
  offset: number;
}

/**
 * Watches the clock whenever it is called, from now on. What was noted before is taken by its wall time, up to an hour
 * ahead of now: the clock may have been set back meanwhile.
 */
export function rollingHour(clock: Clock): RollingHour {
  const begun = clock.monotonic();
  const ahead = clock.now() + HOUR_MS;
  const stretches: Stretch[] = [{ offset: clock.now() - begun, from: Number.NEGATIVE_INFINITY }];

  const look = (): number => {
    const steady = clock.monotonic();
    const offset = clock.now() - steady;
    const last = stretches.at(-1);
    if (last === undefined || Math.abs(offset - last.offset) > DRIFT_MS) {
      stretches.push({ offset, from: steady });
    }
    while ((stretches[1]?.from ?? steady) < steady - HOUR_MS) stretches.shift();
    return steady;
  };
  const intervalsAt = (steady: number): Interval[] =>
    stretches.map(({ offset, from }, index) => {
      const until = (stretches[index + 1]?.from ?? steady) + offset + DRIFT_MS;
      const isEarlier = from === Number.NEGATIVE_INFINITY && steady - begun < HOUR_MS;
      return {
        offset,
        low: Math.floor(Math.max(from, steady - HOUR_MS) + offset - DRIFT_MS),
        high: Math.ceil(isEarlier ? Math.max(until, ahead) : until),
      };
    });

  return {
    look: () => void look(),
    count(noted) {
      const steady = look();
      const intervals = intervalsAt(steady);
      const leaves = intervals.flatMap(({ low, high, offset }) => {
        const { oldestAt } = noted(low);
        return oldestAt === null || oldestAt > high ? [] : oldestAt - offset + HOUR_MS + DRIFT_MS - steady;
      });
      let count = 0;
      for (const { low, high } of merged(intervals)) count += noted(low).count - noted(high + 1).count;
      return { count, leavesInMs: leaves.length === 0 ? null : Math.max(0, Math.min(...leaves)) };
    },
  };
}

/** The same moments, none of them twice. */
function merged(intervals: readonly Interval[]): Interval[] {
  const apart: Interval[] = [];
  for (const interval of intervals.toSorted((a, b) => a.low - b.low)) {
    const last = apart.at(-1);
    if (last !== undefined && interval.low <= last.high + 1) last.high = Math.max(last.high, interval.high);
    else apart.push({ ...interval });
  }
  return apart;
}
