import { Histogram, Registry } from "prom-client";
import type { EventType } from "../../src-shared/domain/event.ts";
import type { DeliveryOutcome, SendOutcome } from "../../src-shared/domain/stats.ts";
import type { DeadBecause } from "../../src-shared/domain/webhook.ts";
import type { Mode } from "../../src-shared/status.ts";
import type { Clock } from "../ports/clock.ts";
import type { Figures } from "./figures.ts";
import { describeMetrics } from "./metric-table.ts";
import { openTally, type Tally } from "./tally.ts";

/** Records what happens, cheaply, and tells Prometheus. */
export interface Metrics {
  /** An event was committed. */
  event(type: EventType): void;
  /** An attempt to deliver has ended, after so many ms. */
  attempted(webhookId: string, outcome: DeliveryOutcome, tookMs: number): void;
  /** A delivery was given up, or so many of them at once. */
  deadLetter(because: DeadBecause, count?: number): void;
  /** A send has ended. */
  send(outcome: SendOutcome): void;
  /** So many ms went by between Messages' write and our event. */
  seen(latencyMs: number): void;
  /** The endpoint is no more. */
  forgetWebhook(webhookId: string): void;
  /** What was counted, for stats. */
  readonly tally: Tally;
  /** Everything in Prometheus' text format. What cannot be known just now is left out. Begins a new loop-delay window. */
  text(): Promise<string>;
  /** What `text` is. */
  readonly mediaType: string;
}

export interface MetricsOptions {
  version: string;
  mode: Mode;
  clock: Clock;
  figures: Figures;
}

/** In seconds, half a millisecond to a minute. */
const LATENCIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** As far as the longest time a webhook may be given, two minutes. */
const ATTEMPTS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120];

/** Opens the metrics, in a registry of their own. */
export function openMetrics(options: MetricsOptions): Metrics {
  const { figures, clock } = options;
  const registry = new Registry();
  const registers = [registry];
  const tally = openTally(clock);
  const dead: Record<DeadBecause, number> = { refused: 0, expired: 0, unreadable: 0 };
  const describe = describeMetrics(registry, { ...options, tally, dead });
  const latency = new Histogram({
    name: "bellhop_feed_latency_seconds",
    help: "Time from Messages' write to Bellhop's event.",
    buckets: LATENCIES,
    registers,
  });
  const attempt = new Histogram({
    name: "bellhop_webhook_attempt_duration_seconds",
    help: "Time that attempts to deliver took, whatever came of them.",
    buckets: ATTEMPTS,
    registers,
  });

  return {
    event: tally.event,
    attempted(webhookId, outcome, tookMs) {
      tally.attempt(webhookId, outcome);
      attempt.observe(tookMs / 1000);
    },
    deadLetter(because, count = 1) {
      dead[because] += count;
    },
    send: tally.send,
    seen: (latencyMs) => latency.observe(latencyMs / 1000),
    forgetWebhook: tally.forget,
    tally,
    async text() {
      describe();
      figures.loopDelay?.reset();
      return registry.metrics();
    },
    mediaType: registry.contentType,
  };
}
