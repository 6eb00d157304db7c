import { EVENT_TYPES, type EventType } from "../../src-shared/domain/event.ts";
import type { Settings } from "../../src-shared/settings.ts";
import type { Chance } from "./chance.ts";
import type { ClientOptions } from "./client.ts";
import { PEOPLE } from "./messages.ts";
import type { Interest } from "./receivers.ts";

/** What one seed's world is like. */
export interface Plan {
  /** How many things happen before the calm at the end. */
  actions: number;
  pollIntervalMs: number;
  checkpointAfter: number;
  /** How often the file watch misses a commit. */
  deafness: number;
  settings: Pick<Settings, "deliverForDays" | "webhookTimeoutMs" | "eventsKept" | "eventsKeptDays">;
  interests: readonly Interest[];
  clients: readonly Pick<ClientOptions, "interest" | "fromNow" | "eventBytes">[];
  weights: Readonly<Record<Action, number>>;
}

/** What can happen. */
export type Action =
  | "write"
  | "tear"
  | "send"
  | "meddle"
  | "pause"
  | "pass"
  | "jump"
  | "mood"
  | "client"
  | "doom"
  | "stop"
  | "disk"
  | "backUp"
  | "putBack"
  | "renumber"
  | "webhook";

const ALL: ReadonlySet<EventType> = new Set(EVENT_TYPES);
const ARRIVALS: ReadonlySet<EventType> = new Set<EventType>([
  "message.received",
  "message.sent",
  "reaction.added",
]);
const FATES: ReadonlySet<EventType> = new Set<EventType>([
  "message.delivered",
  "message.read",
  "message.failed",
  "message.edited",
  "message.deleted",
]);
const KIB = 1_024;

/** Draws a world. Not every trouble is in each of them, so that each is also seen alone. */
export function drawPlan(chance: Chance): Plan {
  const often = (weight: number, share: number): number => (chance.happens(share) ? weight : 0);
  const replaced = often(2, 0.2);
  // Some worlds do little else.
  const isSending = chance.happens(0.2);
  return {
    actions: chance.between(12, 36),
    pollIntervalMs: chance.pick([2_000, 10_000, 30_000]),
    checkpointAfter: chance.pick([1_000, 40, 8]),
    deafness: chance.pick([0, 0.2, 1]),
    settings: {
      deliverForDays: chance.pick([3, 1, 30]),
      webhookTimeoutMs: 15_000,
      // None at all is what is left after days without a message.
      eventsKept: chance.pick([1_000, 1_000, 1_000, 25, 8, 0]),
      eventsKeptDays: chance.pick([7, 7, 1]),
    },
    interests: [
      { types: ALL, onlyIncoming: false, chat: null },
      { types: chance.pick([ARRIVALS, FATES]), onlyIncoming: chance.happens(0.5), chat: null },
      ...(chance.happens(0.4) ? [{ types: ALL, onlyIncoming: false, chat: PEOPLE[0] }] : []),
    ],
    clients: [
      {
        interest: { types: ALL, onlyIncoming: false, chat: chance.pick([null, null, PEOPLE[1]]) },
        fromNow: chance.happens(0.5),
        eventBytes: chance.pick([1, 200, 3_000]) * KIB,
      },
      {
        interest: { types: chance.pick([ARRIVALS, FATES]), onlyIncoming: false, chat: null },
        fromNow: false,
        eventBytes: chance.pick([1, 600]) * KIB,
      },
    ],
    weights: {
      write: 20,
      pass: 10,
      tear: often(2, 0.5),
      send: isSending ? 10 : chance.pick([0, 2, 3]),
      meddle: isSending ? 8 : often(3, 0.4),
      pause: isSending ? 2 : often(1, 0.2),
      jump: often(2, 0.4),
      mood: often(5, 0.8),
      client: 6,
      doom: often(6, 0.85),
      stop: often(1, 0.4),
      disk: often(2, 0.25),
      backUp: replaced,
      putBack: replaced,
      renumber: often(1, 0.2),
      webhook: often(3, 0.35),
    },
  };
}
