import { Counter, Gauge, type Registry } from "prom-client";
import type { DeadBecause } from "../../src-shared/domain/webhook.ts";
import type { Mode } from "../../src-shared/status.ts";
import type { Clock } from "../ports/clock.ts";
import { type Figures, openFiles, waitingLongest } from "./figures.ts";
import type { Tally } from "./tally.ts";

export interface MetricSources {
  version: string;
  mode: Mode;
  clock: Clock;
  figures: Figures;
  tally: Tally;
  dead: Readonly<Record<DeadBecause, number>>;
}

type Labels = Record<string, string>;
/** One figure with the labels that tell it from its neighbours. */
type Sample = readonly [value: number, labels?: Labels];

/**
 * Puts everything but the histograms into `registry`. Returns a function that looks at how things are; call it before
 * the registry is read. What cannot be looked at, because bellhop.db is in trouble say, is then missing rather than wrong.
 */
export function describeMetrics(registry: Registry, sources: MetricSources): () => void {
  const { figures, tally, dead, clock } = sources;
  const registers = [registry];
  // Several rows tell of the same figures, which cost a query each: asked once for all of them.
  const queues = askedOnce(figures.queues);
  const journal = askedOnce(figures.journal);
  const connections = askedOnce(figures.connections);
  const steps: (() => void)[] = [];

  /** A row of the table: how a metric is called, what it means, which labels it has, and what it is now. */
  const gauge = (name: string, help: string, read: () => readonly Sample[], labelNames: string[] = []) => {
    const metric = new Gauge({ name, help, labelNames, registers });
    steps.push(() => {
      // One without labels would be 0 after a reset, which is a claim.
      metric.reset();
      if (labelNames.length === 0) metric.remove();
      for (const [value, labels = {}] of looked(read)) metric.set(labels, value);
    });
  };
  const counter = (name: string, help: string, read: () => readonly Sample[], labelNames: string[]) => {
    const metric = new Counter({ name, help, labelNames, registers });
    steps.push(() => {
      metric.reset();
      for (const [value, labels = {}] of looked(read)) metric.inc(labels, value);
    });
  };
  const perQueue = (read: (queue: ReturnType<Figures["queues"]>[number]) => number) => (): Sample[] =>
    queues().map((queue) => [read(queue), { webhook: queue.id }]);
  const ageOf = (since: number | null): number =>
    since === null ? 0 : Math.max(0, clock.now() - since) / 1000;

  gauge(
    "bellhop_build_info",
    "Always 1; the labels say which Bellhop this is, and on which Messages.",
    () => [[1, { version: sources.version, mode: sources.mode, node: process.version }]],
    ["version", "mode", "node"],
  );
  gauge("bellhop_reading_up", "1 while chat.db is read and its changes are recorded, else 0.", () => [
    [figures.isReading() ? 1 : 0],
  ]);
  counter(
    "bellhop_events_total",
    "Events that were written to the journal since the start.",
    () => samples("type", tally.events().sinceStart),
    ["type"],
  );
  counter(
    "bellhop_deliveries_total",
    "What came of attempts to deliver: delivered, retry (tried again), dead (given up), disabled (endpoint switched off).",
    () => samples("outcome", tally.deliveries().sinceStart),
    ["outcome"],
  );
  counter(
    "bellhop_webhook_attempts_total",
    "The same for each webhook, by its id.",
    () =>
      queues().flatMap(({ id }) =>
        samples("outcome", tally.deliveriesOf(id)).map(
          ([value, labels]): Sample => [value, { webhook: id, ...labels }],
        ),
      ),
    ["webhook", "outcome"],
  );
  counter(
    "bellhop_dead_letters_total",
    "Deliveries that were given up since the start, and why.",
    () => samples("because", dead),
    ["because"],
  );
  gauge(
    "bellhop_webhook_dead_letters",
    "Deliveries that were given up and can be resent.",
    perQueue((queue) => queue.dead),
    ["webhook"],
  );
  gauge(
    "bellhop_webhook_queue_depth",
    "Deliveries that wait, for each webhook.",
    perQueue((queue) => queue.waiting),
    ["webhook"],
  );
  gauge(
    "bellhop_webhook_queue_oldest_seconds",
    "For how long the first delivery of a webhook has waited; 0 while none does.",
    perQueue((queue) => ageOf(queue.waitingSince)),
    ["webhook"],
  );
  gauge("bellhop_queue_depth", "Deliveries that wait, in all.", () => [
    [queues().reduce((sum, { waiting }) => sum + waiting, 0)],
  ]);
  gauge(
    "bellhop_queue_oldest_seconds",
    "For how long the delivery that has waited longest has; 0 while none does.",
    () => [[ageOf(waitingLongest(queues()))]],
  );
  counter(
    "bellhop_sends_total",
    "Messages that were sent, failed, or of which nobody knows.",
    () => samples("outcome", tally.sends().sinceStart),
    ["outcome"],
  );
  gauge("bellhop_sockets", "WebSockets that are connected.", () => [[connections().sockets]]);
  gauge("bellhop_streams", "Event streams (SSE) that are connected.", () => [[connections().streams]]);
  gauge("bellhop_journal_events", "Events that the journal keeps.", () => [[journal().events]]);
  gauge("bellhop_journal_newest_sequence", "Sequence of the newest event.", () => [[journal().newest]]);
  gauge("bellhop_journal_pruned_to_sequence", "Every event up to this sequence is no longer kept.", () => [
    [journal().prunedTo],
  ]);
  gauge("bellhop_database_bytes", "What bellhop.db takes on the disk.", () => known(figures.databaseBytes()));
  const { loopDelay } = figures;
  if (loopDelay !== null) {
    const since = "since the last time this was asked.";
    gauge(
      "bellhop_event_loop_delay_p50_seconds",
      `Half of what was due was later than this, ${since}`,
      () => [[loopDelay.read().p50Ms / 1000]],
    );
    gauge("bellhop_event_loop_delay_p99_seconds", `One in a hundred was later than this, ${since}`, () => [
      [loopDelay.read().p99Ms / 1000],
    ]);
    gauge("bellhop_event_loop_delay_max_seconds", `The latest that anything was, ${since}`, () => [
      [loopDelay.read().maxMs / 1000],
    ]);
  }
  describeProcess(gauge, counter);
  return () => {
    for (const asked of [queues, journal, connections]) asked.askAgain();
    for (const step of steps) step();
  };
}

function askedOnce<T>(read: () => T): { (): T; askAgain(): void } {
  let answer: { value: T } | null = null;
  const ask = (): T => {
    answer ??= { value: read() };
    return answer.value;
  };
  return Object.assign(ask, {
    askAgain: () => {
      answer = null;
    },
  });
}

type Row = (name: string, help: string, read: () => readonly Sample[], labelNames: string[]) => void;

/** Under the names that Prometheus has for these everywhere. */
function describeProcess(gauge: Row, counter: Row): void {
  counter(
    "process_cpu_seconds_total",
    "Processor time of this process, in user and system mode.",
    () => {
      const { user, system } = process.cpuUsage();
      return [[(user + system) / 1e6]];
    },
    [],
  );
  gauge("process_resident_memory_bytes", "Memory of this process.", () => [[process.memoryUsage.rss()]], []);
  gauge(
    "process_start_time_seconds",
    "When this process started, in seconds since 1970.",
    () => [[Math.round(performance.timeOrigin) / 1000]],
    [],
  );
  gauge(
    "process_open_fds",
    "Files and connections that this process has open.",
    () => known(openFiles()),
    [],
  );
  gauge(
    "nodejs_heap_size_used_bytes",
    "Memory that JavaScript objects take.",
    () => [[process.memoryUsage().heapUsed]],
    [],
  );
}

function samples(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => [value, { [label]: name }]);
}

function known(value: number | null): Sample[] {
  return value === null ? [] : [[value]];
}

function looked(read: () => readonly Sample[]): readonly Sample[] {
  try {
    return read();
  } catch {
    return [];
  }
}
