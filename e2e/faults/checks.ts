import type { Arrival, FaultyReceiver } from "./faulty-receiver.ts";
import type { Seen } from "./followers.ts";

/** Something that must hold after a run. */
export interface Check {
  name: string;
  /** What is wrong; null when it holds. */
  wrong: string | null;
}

/** How many examples of what is wrong are named. */
const EXAMPLES = 3;

/** What must hold at a webhook's receiver. `written` are the guids in the order in which they were committed. */
export function endpointChecks(
  name: string,
  receiver: Pick<FaultyReceiver, "arrivals" | "wrong" | "failed" | "mostAtOnce">,
  written: readonly string[],
  kills: number,
): Check[] {
  const { arrivals } = receiver;
  const first = firstOfEach(arrivals);
  const failed = receiver.failed();
  const repeats = arrivals.length - first.length;
  const unasked = unaskedRepeats(arrivals);
  return [
    check(
      `${name}: every message arrives`,
      without(
        written,
        first.map(({ guid }) => guid),
      ),
    ),
    check(
      `${name}: nothing is invented`,
      without(
        first.map(({ guid }) => guid),
        written,
      ),
    ),
    check(`${name}: in the order in which they were written`, outOfOrder(first, written)),
    check(`${name}: the sequence rises`, falling(first)),
    check(`${name}: a repeat has the same id, sequence and body`, changedRepeats(arrivals)),
    check(`${name}: signatures and headers are right`, receiver.wrong),
    check(
      `${name}: what was answered with 200 comes again after a kill only (${unasked} of at most ${kills})`,
      unasked <= kills ? [] : [`${unasked} came again`],
    ),
    check(
      `${name}: repeats are no more than kills and failed answers (${repeats} of at most ${kills + failed})`,
      repeats <= kills + failed ? [] : [`${repeats} repeats`],
    ),
    check(
      `${name}: one request at a time`,
      receiver.mostAtOnce() <= 1 ? [] : [`${receiver.mostAtOnce()} at once`],
    ),
  ];
}

/** What must hold of a follower; one that goes on where it was has everything, exactly once. */
export function followerChecks(
  name: string,
  seen: readonly Seen[],
  written: readonly string[],
  hasAll: boolean,
): Check[] {
  const guids = seen.map(({ guid }) => guid);
  const once = new Set<string>();
  const doubled = guids.filter((guid) => once.size === once.add(guid).size);
  return [
    check(`${name}: nothing twice`, doubled),
    check(`${name}: the sequence rises`, falling(seen)),
    check(`${name}: nothing is invented`, without(guids, written)),
    ...(hasAll ? [check(`${name}: everything`, without(written, guids))] : []),
  ];
}

/** A sequence stands for one id and an id for one sequence, wherever either was seen. */
export function identityCheck(everywhere: readonly (readonly Seen[])[]): Check {
  const idOf = new Map<number, string>();
  const seqOf = new Map<string, number>();
  const wrong = new Set<string>();
  for (const { seq, id } of everywhere.flat()) {
    if ((idOf.get(seq) ?? id) !== id) wrong.add(`${seq} is ${idOf.get(seq)} and ${id}`);
    if ((seqOf.get(id) ?? seq) !== seq) wrong.add(`${id} is ${seqOf.get(id)} and ${seq}`);
    idOf.set(seq, id);
    seqOf.set(id, seq);
  }
  return check("a sequence has one id, and an id one sequence", [...wrong]);
}

/** Holds when nothing is listed as wrong. */
export function check(name: string, wrong: readonly string[]): Check {
  const examples = wrong.slice(0, EXAMPLES).join("; ");
  return { name, wrong: wrong.length === 0 ? null : `${wrong.length} wrong, such as ${examples}` };
}

function firstOfEach(arrivals: readonly Arrival[]): Arrival[] {
  const guids = new Set<string>();
  return arrivals.filter(({ guid }) => {
    const isNew = !guids.has(guid);
    guids.add(guid);
    return isNew;
  });
}

function without(all: readonly string[], known: readonly string[]): string[] {
  const have = new Set(known);
  return all.filter((one) => !have.has(one));
}

function outOfOrder(first: readonly Arrival[], written: readonly string[]): string[] {
  const place = new Map(written.map((guid, at) => [guid, at]));
  const places = first.flatMap(({ guid }) => place.get(guid) ?? []);
  return places.flatMap((at, index) => {
    const before = places[index - 1] ?? -1;
    return at > before ? [] : [`message ${at} after message ${before}`];
  });
}

function falling(seen: readonly { seq: number }[]): string[] {
  return seen.flatMap(({ seq }, at) => {
    const before = seen[at - 1]?.seq ?? 0;
    return seq > before ? [] : [`${seq} after ${before}`];
  });
}

function changedRepeats(arrivals: readonly Arrival[]): string[] {
  const known = new Map<string, Arrival>();
  return arrivals.flatMap((arrival) => {
    const first = known.get(arrival.guid) ?? arrival;
    known.set(arrival.guid, first);
    const isSame = first.id === arrival.id && first.seq === arrival.seq && first.body === arrival.body;
    return isSame ? [] : [`${arrival.guid} as ${first.seq} ${first.id} and as ${arrival.seq} ${arrival.id}`];
  });
}

/** Repeats of what the receiver had taken: only a gateway that died before it could note that may make them. */
function unaskedRepeats(arrivals: readonly Arrival[]): number {
  const answered = new Set<string>();
  return arrivals.filter(({ guid, isAnswered }) => {
    const isUnasked = answered.has(guid);
    if (isAnswered) answered.add(guid);
    return isUnasked;
  }).length;
}
