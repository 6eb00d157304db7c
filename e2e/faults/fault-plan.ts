import { seededChance } from "../../src-main/simulator/seeded-chance.ts";

/** What a receiver does to a request in place of answering it with 200. */
export const FAULTS = [
  "answers 500",
  "answers 503 with Retry-After",
  "hangs",
  "resets before reading",
  "resets in the middle",
  "resets after reading",
  "answers 200 by half, then resets",
  "is slow",
  "dies",
] as const;
export type Fault = (typeof FAULTS)[number];

/** How often faults come in a row: the endpoint's rest then grows from 1 s to 5 s, and from 5 s to 15 s. */
const PAIRS = 0.06;
const TRIPLES = 0.02;
/** A run of fewer faults than this is a short one, and has no time for three in a row. */
const MANY = 30;
/** How often each kind comes, in relation; a hang costs its timeout, a death its rest. */
const WEIGHTS: Record<Fault, number> = {
  "answers 500": 5,
  "answers 503 with Retry-After": 2,
  hangs: 3,
  "resets before reading": 4,
  "resets in the middle": 4,
  "resets after reading": 6,
  "answers 200 by half, then resets": 2,
  "is slow": 6,
  dies: 2,
};

/** One kill: when this many messages are written and `delayMs` more have passed. */
export interface Kill {
  afterMessages: number;
  delayMs: number;
  /** Until it is started again. */
  downMs: number;
  /** It is killed once more this long after it was started again, ready or not; null for no. */
  againAfterMs: number | null;
}

/** All that chance decides in a run, drawn from its seed. */
export interface FaultPlan {
  kills: Kill[];
  /** By the number of the request, from 1, as the receiver counts them. */
  faults: Map<number, Fault>;
  /** How long a receiver that dies stays away, one after the other. */
  deadMs: number[];
}

/**
 * Draws a run: the same seed and sizes give the same one. Of `kills`, some come in pairs. The faults are over before
 * as many requests have come as there are messages, so that the end is calm by itself.
 */
export function planFaults(options: {
  seed: number;
  messages: number;
  kills: number;
  faults: number;
}): FaultPlan {
  const { fraction } = seededChance(options.seed);
  const between = (least: number, most: number) => least + fraction() * (most - least);
  return {
    kills: planKills(options, between),
    faults: planRequests(options, fraction),
    deadMs: Array.from({ length: 100 }, () => Math.round(between(100, 1_500))),
  };
}

function planKills(
  { messages, kills }: { messages: number; kills: number },
  between: (least: number, most: number) => number,
): Kill[] {
  const planned: Kill[] = [];
  for (let left = kills; left > 0; ) {
    const isTwice = left > 1 && between(0, 1) < 0.2;
    planned.push({
      afterMessages: Math.floor(between(0.02, 1) * messages),
      delayMs: between(0, 200),
      downMs: between(0, 1) < 0.5 ? 0 : between(50, 1_500),
      againAfterMs: isTwice ? between(20, 700) : null,
    });
    left -= isTwice ? 2 : 1;
  }
  return planned.sort((a, b) => a.afterMessages - b.afterMessages);
}

function planRequests(
  { messages, faults }: { messages: number; faults: number },
  fraction: () => number,
): Map<number, Fault> {
  const planned = new Map<number, Fault>();
  while (planned.size < faults) {
    const start = 1 + Math.floor(fraction() * messages);
    const chance = fraction();
    const run = chance < TRIPLES && faults >= MANY ? 3 : chance < TRIPLES + PAIRS ? 2 : 1;
    for (let at = start; at < start + run && at <= messages; at += 1) planned.set(at, drawFault(fraction()));
  }
  return planned;
}

function drawFault(chance: number): Fault {
  let left = chance * FAULTS.reduce((sum, fault) => sum + WEIGHTS[fault], 0);
  for (const fault of FAULTS) {
    left -= WEIGHTS[fault];
    if (left < 0) return fault;
  }
  return "answers 500";
}
