import type { SendContent, SendTarget } from "../../messages-app/messages-app.ts";
import type { Outbox } from "../../sending/outbox/outbox.ts";
import type { OutboxPart } from "../../sending/outbox/outbox-item.ts";
import type { Life } from "../life.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { isMomentary, NOT_FOUND } from "./fates.ts";
import {
  type Attempt,
  contentAt,
  contentOf,
  laneOf,
  lastOutcome,
  type Order,
  timesTaken,
  wordsOf,
} from "./order.ts";

/** Knows which part Messages is being given, and whether it may be given now. */
export interface Giving {
  /** Null when nobody can have wanted it. */
  given(life: Life, target: SendTarget, content: SendContent): Attempt | null;
  /** What is dispatching now was dispatched by a process that is dead. */
  begun(outbox: Outbox): void;
}

interface Candidate {
  order: Order;
  part: OutboxPart;
}

const MOST_TRIES = 3;
const LEAST_REST_MS = 400;
const NOT_FOUND_CODES: ReadonlySet<number | null> = new Set(NOT_FOUND);

/** Checks what is given to Messages against what was accepted; `attempts` are appended to. */
export function openGiving(options: {
  orders: readonly Order[];
  attempts: Attempt[];
  time: VirtualTime;
  outbox(): Outbox | null;
  pausedSince(): number | null;
  happened(what: string): void;
  violation(what: string): void;
}): Giving {
  const { orders, attempts, time, happened, violation } = options;
  /** Dispatches of processes that are dead, and the parts of those that came to no osascript. */
  const buried = new Set<string>();
  const unheard = new Set<string>();
  const keyOf = ({ order, part }: Candidate): string => `${order.id}/${part.position}@${part.dispatchedAt}`;
  /** Nothing of these waited or was under way when they had been retried so often: only a retry changes that. */
  const ended = new Map<Order, number>();
  const partsOf = (outbox: Outbox): Candidate[] =>
    orders.flatMap((order) => {
      if (ended.get(order) === order.retries) return [];
      const parts = outbox.get(order.id)?.parts ?? [];
      if (!parts.some(({ state }) => state === "queued" || state === "dispatching"))
        ended.set(order, order.retries);
      return parts.map((part) => ({ order, part }));
    });
  const attemptOf = ({ order, part }: Candidate): Attempt | undefined =>
    attempts.findLast(
      (one) =>
        one.order === order && one.position === part.position && one.dispatch === String(part.dispatchedAt),
    );

  /** Marked as dispatched by this process, which has not come to osascript with it. */
  const isNew = (candidate: Candidate): boolean =>
    candidate.part.state === "dispatching" &&
    !buried.has(keyOf(candidate)) &&
    attemptOf(candidate) === undefined;
  /** What was not found goes to the next target, also when the row of an equal text was taken for its own. */
  const goingOn = (life: Life, target: SendTarget, content: SendContent): Attempt | null => {
    const last = attempts.at(-1);
    const outcome = last && lastOutcome(last);
    if (last === undefined || last.life !== life.number || outcome?.outcome !== "not left") return null;
    const isSame =
      contentAt(last.order, last.position) === contentOf(content) && last.order.lane === laneOf(target);
    return isSame && NOT_FOUND_CODES.has(outcome.code) ? last : null;
  };

  return {
    begun(outbox) {
      for (const one of partsOf(outbox)) {
        if (one.part.state !== "dispatching") continue;
        buried.add(keyOf(one));
        if (attemptOf(one) === undefined) unheard.add(`${one.order.id}/${one.part.position}`);
      }
    },
    given(life, target, content) {
      const outbox = options.outbox();
      const all = outbox === null ? [] : partsOf(outbox);
      const [mine, other] = all.filter(isNew);
      const wanted = `“${contentOf(content)}” for ${laneOf(target)}`;
      if (mine === undefined) {
        const before = goingOn(life, target, content);
        if (before !== null) {
          happened("osascript: another target");
          return before;
        }
        violation(`Messages is given ${wanted}, which is not marked as dispatched`);
        return null;
      }
      if (other !== undefined)
        violation(
          `${wordsOf(mine.order, mine.part.position)} and ${wordsOf(other.order, other.part.position)} at once`,
        );
      const { order, part } = mine;
      if (part.content !== contentOf(content) || order.lane !== laneOf(target))
        violation(`Messages is given ${wanted} as ${wordsOf(order, part.position)} for ${order.lane}`);
      const answered = content.kind === "text" ? (content.replyTo?.guid ?? null) : order.request.replyTo;
      if (answered !== order.request.replyTo)
        violation(
          `${wordsOf(order, part.position)} answers ${answered} in place of ${order.request.replyTo}`,
        );
      checkTurn(mine, all);
      checkRepetition(mine, all, life);
      const attempt: Attempt = {
        order,
        position: part.position,
        life: life.number,
        dispatch: String(part.dispatchedAt),
        outcomes: [],
        givenAt: time.clock.monotonic(),
        answeredAt: 0,
        isOrphan: false,
        isTaken: false,
        busyUntil: 0,
        retries: order.retries,
        offset: time.offset(),
        isRowDue: false,
        row: null,
        isGhost: false,
      };
      const tries = attempts.filter((one) => one.order === order && one.position === part.position);
      if (tries.length > 0) happened("osascript: tried again");
      attempts.push(attempt);
      order.attempts.push(attempt);
      return attempt;
    },
  };

  /** Whether it may be given to Messages at all, and now. */
  function checkTurn({ order, part }: Candidate, all: readonly Candidate[]): void {
    const { position } = part;
    const words = wordsOf(order, position);
    const wrong = (what: string): void => violation(`${words} is given to Messages ${what}`);
    if (order.request.isDryRun) wrong("although it is a dry run");
    if (timesTaken(order, position) > 0) wrong("although Messages has it already");
    if (order.cancelled.has(position)) wrong("although it was cancelled");
    if (unheard.has(`${order.id}/${position}`)) wrong("although a process died that may have given it away");
    const uncertain = attempts
      .filter((one) => one.order === order && one.position === position)
      .find(mayHaveLeft);
    if (uncertain) wrong(`although it may have left: ${JSON.stringify(uncertain.outcomes)}`);
    if (order.request.parts.length <= position && order.retries === 0) wrong("as a copy nobody asked for");
    const paused = options.pausedSince();
    if (paused !== null && time.clock.monotonic() > paused) wrong("although sending is paused");
    for (const one of attempts) {
      const isAtWork = one.busyUntil > time.clock.monotonic() && one.offset === time.offset();
      if (isAtWork) wrong(`while an osascript may still send ${wordsOf(one.order, one.position)}`);
    }
    for (const one of all) {
      if (one.order.lane !== order.lane || one.part === part) continue;
      const theirs = wordsOf(one.order, one.part.position);
      const isEarlier =
        one.order.number < order.number || (one.order === order && one.part.position < position);
      const isUntouched = order.retries + one.order.retries === 0;
      if (one.part.state === "queued" && isEarlier && isUntouched) wrong(`before ${theirs}, which waits`);
      const isLost = one.part.state === "failed" || one.part.state === "unknown";
      if (isLost && one.order === order && isEarlier && isUntouched)
        wrong(`although ${theirs} did not make it`);
      if (isHolding(one)) wrong(`while nobody knows of ${theirs}`);
    }
  }

  /** What nobody asked for again is given again only where it may do better in a moment, and not for ever. */
  function checkRepetition(
    { order, part: { position } }: Candidate,
    all: readonly Candidate[],
    life: Life,
  ): void {
    const wrong = (what: string): void =>
      violation(`${wordsOf(order, position)} is given to Messages ${what}`);
    const before = order.attempts.filter((one) => one.position === position && one.retries === order.retries);
    const last = before.at(-1);
    const outcome = last && lastOutcome(last);
    if (outcome?.outcome === "not left" && !isMomentary(outcome.code))
      wrong(`although it was refused for good: ${outcome.code}`);
    const rested = last === undefined ? LEAST_REST_MS : time.clock.monotonic() - last.answeredAt;
    if (last?.life === life.number && rested < LEAST_REST_MS) wrong(`again, after ${rested} ms`);
    if (before.length >= MOST_TRIES) wrong(`for the ${before.length + 1}. time`);
    const repeated = all.find((one) => one.order === order && one.part.retriedAs === position);
    if (repeated && ["sent", "delivered", "read"].includes(repeated.part.state))
      wrong(`although what it repeats is ${repeated.part.state}`);
  }

  /** Its row is awaited, and whether it left is what nobody knows. */
  function isHolding(one: Candidate): boolean {
    if (one.part.state !== "dispatching" || one.part.messageGuid !== null) return false;
    const attempt = attemptOf(one);
    return attempt === undefined || attempt.isOrphan || mayBeAnything(attempt);
  }
}

/** Osascript said so, or could not say anything any more. */
function mayBeAnything(attempt: Attempt): boolean {
  const outcome = lastOutcome(attempt);
  return outcome === undefined || outcome.outcome === "uncertain";
}

const mayHaveLeft = (attempt: Attempt): boolean => lastOutcome(attempt)?.outcome !== "not left";
