import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * Loaded into a gateway before anything else: watches how long its event loop is held, from SIGUSR2 on, and
 * writes the percentiles (ms, beyond the timer's own millisecond) to the file that the environment names at each
 * further SIGUSR2.
 */
const file = process.env.BENCH_LOOP_DELAY;
if (file !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  let isWatching = false;
  process.on("SIGUSR2", () => {
    if (isWatching) {
      const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - 1);
      const figures = [50, 99, 99.9].map((q) => ms(histogram.percentile(q)));
      writeFileSync(file, JSON.stringify([...figures, ms(histogram.max)]));
    }
    isWatching = true;
    histogram.enable();
    histogram.reset();
  });
}
