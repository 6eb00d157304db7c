import type { EventLine } from "../../src-shared/control.ts";
import type { DeadBecause, Webhook } from "../../src-shared/domain/webhook.ts";
import {
  attemptWords,
  deadLetterWords,
  endpointName,
  sendActivityWords,
  switchedOffWords,
} from "../../src-shared/words/activity-words.ts";
import { eventActivityWords } from "../../src-shared/words/activity-words-of-events.ts";
import type { Clock } from "../ports/clock.ts";
import type { OutboxItem } from "../sending/outbox/outbox-item.ts";
import type { DeliveryNews } from "../webhooks/endpoint-worker.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** What happens, put into the log and the metrics, and told in the window where a person should know. */
export interface Reporting extends DeliveryNews {
  /** An event was committed and told. */
  event(line: EventLine): void;
  /** It was so many ms ago that Messages wrote what was just told. */
  seen(latencyMs: number): void;
  /** A send to this person or group came to an end. */
  sent(item: OutboxItem, person: string): void;
}

/** Reports to `log` and `metrics`; `notice` shows a sentence among the last events of the window. */
export function openReporting(options: {
  log: Log;
  metrics: Metrics;
  clock: Clock;
  notice(sentence: string): void;
}): Reporting {
  const { metrics, clock, notice } = options;
  const webhookLog = options.log.child({ area: "webhook" });
  const feedLog = options.log.child({ area: "feed" });
  const sendLog = options.log.child({ area: "sending" });

  return {
    event(line) {
      if (line.type === null) return;
      metrics.event(line.type);
      feedLog.debug({ seq: line.seq, type: line.type }, eventActivityWords(line));
    },
    seen: (latencyMs) => metrics.seen(latencyMs),
    sent({ id, createdAt, state, reason }, person) {
      const hasLeft = state === "sent" || state === "delivered" || state === "read";
      if (!hasLeft && state !== "failed" && state !== "unknown") return;
      metrics.send(hasLeft ? "sent" : state);
      const members = { outbox_id: id, took_ms: Math.max(0, clock.now() - createdAt) };
      const sentence = sendActivityWords({ person, outcome: state, reason });
      if (hasLeft) sendLog.debug(members, sentence);
      else sendLog.warn(members, sentence);
    },
    attempted({ webhook, seq, attempt, status, error, tookMs, next, retryAt }) {
      metrics.attempted(webhook.id, next, tookMs);
      const name = endpointName(webhook);
      const sentence = attemptWords({ name, seq, status, error, next, retryAt, at: clock.now() });
      const members = { took_ms: Math.round(tookMs * 10) / 10, webhook: webhook.id, seq, attempt, status };
      if (next === "delivered") webhookLog.debug(members, sentence);
      else webhookLog.warn(members, sentence);
    },
    disabled(webhook: Webhook, because: "gone" | "failing") {
      const sentence = switchedOffWords(endpointName(webhook), because);
      webhookLog.warn({ webhook: webhook.id }, sentence);
      notice(sentence);
    },
    dead(webhook: Webhook, seq: number, because: DeadBecause, count: number) {
      metrics.deadLetter(because, count);
      const name = endpointName(webhook);
      const sentence =
        count === 1 ? deadLetterWords(name, seq, because) : `${count} deliveries were given up for ${name}`;
      webhookLog.warn({ webhook: webhook.id, seq, count }, sentence);
      notice(sentence);
    },
  };
}
