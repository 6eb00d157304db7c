import type { EventType } from "../../src-shared/domain/event.ts";
import type { DeadBecause, Webhook } from "../../src-shared/domain/webhook.ts";

/** An attempt that was made and recorded. */
export interface AttemptReport {
  webhook: Webhook;
  seq: number;
  type: EventType;
  /** 1 for the first. */
  attempt: number;
  /** Null when no answer came; then `error` says why. */
  status: number | null;
  error: string | null;
  tookMs: number;
  next: "delivered" | "retry" | "dead" | "disabled";
  /** When it is tried again, in ms since 1970. */
  retryAt: number | null;
}

/** What is told of deliveries, after it has been recorded. */
export interface DeliveryNews {
  attempted(report: AttemptReport): void;
  /** An endpoint was switched off. */
  disabled(webhook: Webhook, because: "gone" | "failing"): void;
  /** Deliveries were given up: `count` at once, of which that of `seq` is the first. */
  dead(webhook: Webhook, seq: number, because: DeadBecause, count: number): void;
}
