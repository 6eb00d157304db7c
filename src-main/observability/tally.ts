import { EVENT_TYPES, type EventType } from "../../src-shared/domain/event.ts";
import {
  DELIVERY_OUTCOMES,
  type DeliveryOutcome,
  SEND_OUTCOMES,
  type SendOutcome,
} from "../../src-shared/domain/stats.ts";
import type { Clock } from "../ports/clock.ts";

/** So many of each. */
export type Counts<K extends string> = Record<K, number>;

/** Since the start, and since `todaySince`. */
export interface Counted<K extends string> {
  sinceStart: Counts<K>;
  today: Counts<K>;
}

/** Counts what happens, in memory: a restart begins anew. The one place that metrics and stats are read from. */
export interface Tally {
  event(type: EventType): void;
  attempt(webhookId: string, outcome: DeliveryOutcome): void;
  send(outcome: SendOutcome): void;
  events(): Counted<EventType>;
  deliveries(): Counted<DeliveryOutcome>;
  sends(): Counted<SendOutcome>;
  /** Attempts of one endpoint since the start. */
  deliveriesOf(webhookId: string): Counts<DeliveryOutcome>;
  /** The endpoint is no more; its attempts stay in the total. */
  forget(webhookId: string): void;
  /** Since when `today` counts: midnight here, or the start if that was later. */
  todaySince(): number;
}

/** Begins to count. A day begins at midnight where this computer is. */
export function openTally(clock: Clock): Tally {
  const startedAt = clock.now();
  const counters = {
    events: counter(EVENT_TYPES),
    deliveries: counter(DELIVERY_OUTCOMES),
    sends: counter(SEND_OUTCOMES),
  };
  const endpoints = new Map<string, Counts<DeliveryOutcome>>();
  let today = 0;
  let tomorrow = 0;

  const turnPage = (): void => {
    const now = clock.now();
    if (now >= today && now < tomorrow) return;
    today = new Date(now).setHours(0, 0, 0, 0);
    // Not 24 hours later: twice a year a day is shorter or longer.
    tomorrow = new Date(today).setDate(new Date(today).getDate() + 1);
    for (const { newDay } of Object.values(counters)) newDay();
  };

  return {
    event(type) {
      turnPage();
      counters.events.add(type);
    },
    attempt(webhookId, outcome) {
      turnPage();
      counters.deliveries.add(outcome);
      const counts = endpoints.get(webhookId) ?? zeros(DELIVERY_OUTCOMES);
      counts[outcome] += 1;
      endpoints.set(webhookId, counts);
    },
    send(outcome) {
      turnPage();
      counters.sends.add(outcome);
    },
    events() {
      turnPage();
      return counters.events.read();
    },
    deliveries() {
      turnPage();
      return counters.deliveries.read();
    },
    sends() {
      turnPage();
      return counters.sends.read();
    },
    deliveriesOf: (webhookId) => ({ ...(endpoints.get(webhookId) ?? zeros(DELIVERY_OUTCOMES)) }),
    forget: (webhookId) => void endpoints.delete(webhookId),
    todaySince() {
      turnPage();
      return Math.max(today, startedAt);
    },
  };
}

function counter<K extends string>(names: readonly K[]) {
  const sinceStart = zeros(names);
  let today = zeros(names);
  return {
    add(name: K): void {
      sinceStart[name] += 1;
      today[name] += 1;
    },
    newDay(): void {
      today = zeros(names);
    },
    read: (): Counted<K> => ({ sinceStart: { ...sinceStart }, today: { ...today } }),
  };
}

function zeros<K extends string>(names: readonly K[]): Counts<K> {
  // Every name is among the entries.
  return Object.fromEntries(names.map((name) => [name, 0])) as Counts<K>;
}
