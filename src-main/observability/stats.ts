import type { Stats } from "../../src-shared/domain/stats.ts";
import type { Mode } from "../../src-shared/status.ts";
import type { Clock } from "../ports/clock.ts";
import { type Figures, openFiles, waitingLongest } from "./figures.ts";
import type { Latency } from "./latency.ts";
import type { Tally } from "./tally.ts";

export interface StatsSources {
  version: string;
  mode: Mode;
  /** In ms since 1970. */
  startedAt: number;
  clock: Clock;
  /** `metrics.tally`: what is counted is counted once. */
  tally: Tally;
  figures: Figures;
  latency: Latency;
}

/** Makes a function that gathers how Bellhop is doing, in figures. Throws what bellhop.db refuses. */
export function statsReader(sources: StatsSources): () => Stats {
  const { version, mode, startedAt, clock, tally, figures, latency } = sources;
  const began = clock.monotonic();
  return () => {
    const queues = figures.queues();
    const sum = (of: (queue: (typeof queues)[number]) => number): number =>
      queues.reduce((total, queue) => total + of(queue), 0);
    const { rss, heapUsed } = process.memoryUsage();
    return {
      version,
      mode,
      at: clock.now(),
      startedAt,
      uptimeMs: clock.monotonic() - began,
      todaySince: tally.todaySince(),
      reading: figures.isReading(),
      events: tally.events(),
      deliveries: {
        ...tally.deliveries(),
        waiting: sum(({ waiting }) => waiting),
        waitingSince: waitingLongest(queues),
        dead: sum(({ dead }) => dead),
      },
      webhooks: queues.map((queue) => ({ ...queue, sinceStart: tally.deliveriesOf(queue.id) })),
      sends: tally.sends(),
      feedLatency: { medianMs: latency.median(), p99Ms: latency.p99() },
      loopDelay: figures.loopDelay?.read() ?? null,
      ...figures.connections(),
      journal: figures.journal(),
      databaseBytes: figures.databaseBytes(),
      memory: { residentBytes: rss, heapBytes: heapUsed },
      openFiles: openFiles(),
    };
  };
}
