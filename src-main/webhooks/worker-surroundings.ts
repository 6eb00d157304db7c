import type { Event } from "../../src-shared/domain/event.ts";
import type { Clock } from "../ports/clock.ts";
import type { Outbound } from "../ports/outbound.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timers } from "../ports/timers.ts";
import type { DeliveryNews } from "./delivery-news.ts";
import type { bodyWriter, headerWriter } from "./delivery-request.ts";
import type { DeliveryStore } from "./delivery-store.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import type { Recording } from "./recording.ts";
import type { Record } from "./recording-together.ts";

/** What all workers have in common. */
export interface WorkerSurroundings {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  recording: Recording;
  record: Record;
  /** The event of a delivery; null when it is no longer kept. */
  event(seq: number): Event | null;
  bodyOf: ReturnType<typeof bodyWriter>;
  headersOf: ReturnType<typeof headerWriter>;
  clock: Clock;
  timers: Timers;
  randomness: Pick<Randomness, "fraction">;
  outbound: Outbound;
  deliverForMs(): number;
  timeoutMs(): number;
  news: DeliveryNews;
  complain(thrown: unknown): void;
  /** The database refuses this endpoint's work (or, with null, does so no longer). */
  storageTrouble(webhookId: string, thrown: unknown): void;
  /** No new attempt is to be made. */
  isStopped(): boolean;
  /** What comes in from here on is too late to be recorded. */
  isOver(): boolean;
  /** A request ended. */
  ended(): void;
}
