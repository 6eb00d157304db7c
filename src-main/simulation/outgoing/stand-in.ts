import { parseChatGuid } from "../../apple-messages/chat-guid.ts";
import type { MessagesApp, SendContent, SendOutcome, SendTarget } from "../../messages-app/messages-app.ts";
import type { Outbox } from "../../sending/outbox/outbox.ts";
import type { Chance } from "../chance.ts";
import { Killed, type Life } from "../life.ts";
import type { Messages } from "../messages.ts";
import type { Written } from "../truth.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { drawFate, type Fate, isMomentary, NOT_FOUND } from "./fates.ts";
import { openGiving } from "./giving.ts";
import {
  type Attempt,
  contentOf,
  lastOutcome,
  noteCopies,
  type Order,
  timesTaken,
  wordsOf,
} from "./order.ts";

/** What the stand-in needs of the world. */
export interface StandInOptions {
  orders: readonly Order[];
  messages: Messages;
  time: VirtualTime;
  chance: Chance;
  outbox(): Outbox | null;
  isCalm(): boolean;
  /** Since when sending is paused, in ms of the world's time; null while it is not. */
  pausedSince(): number | null;
  noticed(): void;
  wrote(row: Written): void;
  happened(what: string): void;
  trace(line: () => string): void;
  violation(what: string): void;
}

/** What stands where osascript and Messages are, and checks what it is given. */
export interface StandIn {
  messagesApp(life: Life): Pick<MessagesApp, "send">;
  attempts(): readonly Attempt[];
  /** A process has just begun, and another one before it has ended: what that one left is known. */
  begun(outbox: Outbox): void;
}

/** Nothing was given to it yet. */
export function openStandIn(options: StandInOptions): StandIn {
  const { orders, messages, time, chance, happened, trace, violation } = options;
  const attempts: Attempt[] = [];
  const giving = openGiving({ ...options, attempts });
  /** In the order in which Messages had them. */
  const taken: Attempt[] = [];

  /** Messages has it: this cannot be undone. */
  const take = (attempt: Attempt, fate: Fate, target: SendTarget, content: SendContent): void => {
    const { order, position } = attempt;
    attempt.busyUntil = 0;
    if (timesTaken(order, position) > 0) violation(`${wordsOf(order, position)} is sent twice`);
    attempt.isTaken = true;
    trace(() => `  Messages has ${wordsOf(order, position)}`);
    for (const before of taken) {
      if (order.lane !== before.order.lane || order.retries + before.order.retries > 0) continue;
      const isEarlier = order.number - before.order.number || position - before.position;
      if (isEarlier < 0)
        violation(`${wordsOf(order, position)} is sent after ${wordsOf(before.order, before.position)}`);
    }
    taken.push(attempt);
    if (fate.rowAfter === null) {
      happened("row: never");
      return;
    }
    const { at, offset } = { at: time.clock.now(), offset: time.offset() };
    attempt.isRowDue = true;
    time.after(fate.rowAfter, () => {
      attempt.isRowDue = false;
      const isLate = (fate.rowAfter ?? 0) > 2_000;
      // It is dated when it was given to Messages, by the clock of today.
      write(attempt, fate, target, content, isLate && time.offset() === offset ? at : null);
      options.noticed();
    });
  };

  const write = (
    attempt: Attempt,
    fate: Fate,
    target: SendTarget,
    content: SendContent,
    at: number | null,
  ): void => {
    const { order, position } = attempt;
    if (fate.row === "ghost") {
      messages.leaveEmptyRow();
      attempt.isGhost = true;
      trace(() => `  an empty row is there, in place of ${wordsOf(order, position)}`);
      happened("row: empty");
      return;
    }
    const part = order.request.parts.find((one) => one.content === contentOf(content));
    const row = messages.send({
      to:
        target.kind === "chat" ? { guid: target.guid } : { address: target.address, service: target.service },
      ...(content.kind === "text"
        ? { text: content.text, replyTo: content.replyTo?.guid ?? null }
        : { file: { name: part?.name ?? "", sizeBytes: sizeOf(part?.sizeBytes ?? 0, chance) } }),
      state: fate.row,
      at,
    });
    if (row === null) {
      happened("row: never");
      return;
    }
    attempt.row = row;
    if (fate.row === "failed") happened("row: with an error");
    if (fate.name.endsWith("late")) happened("row: late");
    if (fate.name.endsWith("deadline")) happened("row: after the deadline");
    if (attempt.isOrphan) happened("row: of an orphan");
    trace(
      () =>
        `  the row of ${wordsOf(order, position)} is there, ${fate.row}: ${row.guid.slice(0, 8)}, row ${row.id}`,
    );
    options.wrote(row);
    live(row);
  };

  /** What becomes of it later, now and then, until all is calm. */
  const live = (row: Written): void => {
    if (chance.happens(0.5)) return;
    time.after(chance.pick([200, 3_000, 45_000, chance.between(0, 200_000)]), () => {
      const fails = chance.happens(0.15);
      if (options.isCalm() || !messages.advance(row, fails)) return;
      options.trace(() => `  ${row.guid.slice(0, 8)} goes on: ${JSON.stringify(row)}`);
      options.noticed();
      live(row);
    });
  };

  const act = (
    life: Life,
    attempt: Attempt,
    target: SendTarget,
    content: SendContent,
  ): Promise<SendOutcome> =>
    new Promise((resolve) => {
      const fate = fateFor(attempt, target);
      happened("send");
      happened(`osascript: ${fate.name}`);
      trace(
        () =>
          `  osascript is given ${wordsOf(attempt.order, attempt.position)} ${JSON.stringify(target)}: ${fate.name}`,
      );
      if (fate.takenAfter !== null) {
        attempt.busyUntil = time.clock.monotonic() + fate.takenAfter;
        // Whoever asked may be dead by then: osascript goes on without it.
        time.after(fate.takenAfter, () => take(attempt, fate, target, content));
      }
      time.after(fate.answeredAfter, () => {
        life.enter(() =>
          life.pass("answer", () => {
            attempt.outcomes.push(fate.outcome);
            attempt.answeredAt = time.clock.monotonic();
            resolve(fate.outcome);
          }),
        );
      });
    });

  const fateFor = ({ order, position }: Attempt, target: SendTarget): Fate => {
    const isGroup = target.kind === "chat" && parseChatGuid(target.guid)?.separator === "+";
    const before = order.attempts.findLast((one) => one.position === position && one.outcomes.length > 0);
    const last = before && lastOutcome(before);
    // What does not run now may not run in a moment either.
    const isStill = last?.outcome === "not left" && isMomentary(last.code) && chance.happens(0.6);
    const fate = drawFate(chance, isStill ? "not left, but may soon" : null, isGroup);
    if (target.kind === "participant" || messages.hasChat(target.guid)) return fate;
    const outcome: SendOutcome = {
      outcome: "not left",
      code: chance.pick(NOT_FOUND),
      reason: "no such chat",
    };
    return { ...fate, name: "not found", outcome, takenAfter: null, rowAfter: null };
  };

  return {
    messagesApp: (life) => ({
      send(target, content) {
        if (!life.isAlive()) return new Promise(() => {});
        try {
          return life.pass("post", () => {
            const attempt = giving.given(life, target, content);
            // Nothing can be said of what nobody has accepted; the violation ends the seed.
            return attempt === null
              ? new Promise<SendOutcome>(() => {})
              : act(life, attempt, target, content);
          });
        } catch (thrown) {
          if (thrown instanceof Killed) return new Promise(() => {});
          throw thrown;
        }
      },
    }),
    attempts: () => attempts,
    begun(outbox) {
      giving.begun(outbox);
      for (const attempt of attempts)
        if (attempt.outcomes.length === 0 || attempt.busyUntil > 0) attempt.isOrphan = true;
      noteCrash(orders, outbox, attempts, happened);
    },
  };
}

/** In which moment of a dispatch the process before this one has died. */
function noteCrash(
  orders: readonly Order[],
  outbox: Outbox,
  attempts: readonly Attempt[],
  happened: (what: string) => void,
): void {
  for (const order of orders) {
    const { id } = order;
    const item = outbox.get(id);
    if (item === null) continue;
    noteCopies(order, item);
    for (const part of item.parts) {
      if (part.state !== "dispatching" || part.messageGuid !== null) continue;
      const mine = attempts.filter(
        ({ order, position, dispatch }) =>
          order.id === id && position === part.position && dispatch === String(part.dispatchedAt),
      );
      const last = mine.at(-1);
      if (last === undefined) happened("crash in dispatch: before osascript");
      else if (last.outcomes.length === 0) happened("crash in dispatch: while osascript was at work");
      else happened("crash in dispatch: before its row");
    }
  }
}

/** Messages converts some pictures. */
const sizeOf = (bytes: number, chance: Chance): number => (chance.happens(0.2) ? bytes + 7 : bytes);
